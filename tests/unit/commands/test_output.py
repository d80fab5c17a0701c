"""What goes to a terminal is for eyes, what goes to a pipe is for programs, and nothing speaks to the terminal."""

import io
import json
import sys
from datetime import UTC, datetime
from types import SimpleNamespace

import click
import pytest

from pforte.commands.output import (
    counted,
    fail,
    note,
    print_facts,
    print_heading,
    print_json,
    print_table,
    seconds,
    shortened,
)

ROWS = [("192.0.2.1/32", "1"), ("2001:db8::/64", "2")]


class Screen(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    """Print on a terminal of so many columns and return what it shows, without the marks of bold type."""

    def _printed(show, *arguments, columns=120):
        # Not in the fixture's own phase: pytest sets standard output anew before the test runs.
        with monkeypatch.context() as patch:
            screen = Screen()
            patch.setattr(sys, "stdout", screen)
            patch.setenv("COLUMNS", str(columns))
            show(*arguments)
            return screen.getvalue().replace("\x1b[1m", "").replace("\x1b[0m", "")

    return _printed


def test_a_pipe_gets_aligned_text_without_colours(capsys):
    print_table(("network", "rung"), ROWS)
    assert capsys.readouterr().out == ("network        rung\n192.0.2.1/32   1\n2001:db8::/64  2\n")


def test_a_terminal_gets_the_same_with_bold_headings(terminal, monkeypatch, capsys):
    print_table(("network", "rung"), ROWS)
    assert terminal(print_table, ("network", "rung"), ROWS) == capsys.readouterr().out
    monkeypatch.setattr(sys, "stdout", Screen())
    print_table(("network", "rung"), ROWS)
    assert sys.stdout.getvalue().startswith("\x1b[1mnetwork        rung\x1b[0m\n")


def test_words_of_others_are_no_markup(terminal):
    """A reason such as [red] must be shown as it is."""
    assert "[red]spam[/red]" in terminal(print_table, ("network", "reason"), [("x", "[red]spam[/red]")])


def test_the_last_column_goes_on_at_words(terminal):
    shown = terminal(
        print_table, ("reference", "trouble"), [("PF-7K3M-Q2XD", f"half-open {'word ' * 9}")], columns=50
    )
    assert shown == (
        "reference     trouble\n"
        "PF-7K3M-Q2XD  half-open word word word word word\n"
        "              word word word word\n"
    )


def test_rows_too_wide_become_paragraphs_without_what_is_empty(terminal):
    rows = [("PF-7K3M-Q2XD", "word word word word", "in force"), ("PF-0FSV-NSNM", "", "ended")]
    assert terminal(print_table, ("reference", "reason", "state"), rows, columns=39) == (
        "reference  PF-7K3M-Q2XD\nreason     word word word word\nstate      in force\n"
        "\n"
        "reference  PF-0FSV-NSNM\nstate      ended\n"
    )


def test_no_word_is_ever_cut(terminal):
    """A path that is longer than the terminal is left to the terminal to break."""
    assert f"place  {'x' * 99}\n" in terminal(print_table, ("place", "size"), [("x" * 99, "1")], columns=40)


def test_facts_stand_under_each_other(capsys, terminal):
    facts = {"ip": "192.0.2.1", "network": "192.0.2.1/32"}
    print_facts(facts)
    assert capsys.readouterr().out == "ip       192.0.2.1\nnetwork  192.0.2.1/32\n"
    assert terminal(print_facts, facts) == "ip       192.0.2.1\nnetwork  192.0.2.1/32\n"


def test_headings_are_bold_on_a_terminal_only(capsys, monkeypatch):
    print_heading("Bans")
    assert capsys.readouterr().out == "\nBans\n"
    printed = []
    monkeypatch.setattr(click, "echo", printed.append)
    monkeypatch.setattr(
        "pforte.commands.output.sys", SimpleNamespace(stdout=SimpleNamespace(isatty=lambda: True))
    )
    print_heading("Bans")
    print_facts({"ip": "x"})
    assert printed == ["\n\x1b[1mBans\x1b[0m", "\x1b[1mip\x1b[0m  x"]


def test_json_is_one_line(capsys):
    print_json({"reason": "a\nb", "name": "é"})
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out) == {"reason": "a\nb", "name": "é"}


def test_notes_and_errors_go_to_standard_error(capsys):
    note("so")
    with pytest.raises(SystemExit) as ended:
        fail("cannot")
    assert ended.value.code == 1
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "note: so\nError: cannot\n")


HOSTILE = "\x9b2J\x1b[2J\u202e"


def test_nothing_from_outside_reaches_a_terminal_raw(terminal):
    """Headings are bold, so only the control characters of the text are looked for."""
    shown = terminal(print_table, ("reason",), [(HOSTILE,)])
    assert not {"\x9b", "\u202e"} & set(shown)
    assert "\x1b[2J" not in shown


@pytest.mark.parametrize(
    "shown",
    [
        lambda: print_json({"reason": HOSTILE}),
        lambda: print_table(("reason",), [(HOSTILE,)]),
        lambda: print_facts({"reason": HOSTILE}),
        lambda: note(HOSTILE),
    ],
    ids=["json", "table", "facts", "note"],
)
def test_nothing_from_outside_reaches_a_pipe_raw(capsys, shown):
    """A pipe may end in a terminal."""
    shown()
    captured = capsys.readouterr()
    assert "2J" in captured.out + captured.err
    assert (captured.out + captured.err).replace("\n", "").isprintable()


def test_an_error_keeps_its_lines_and_nothing_else(capsys):
    with pytest.raises(SystemExit):
        fail(f"one\n{HOSTILE}")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(map(str.isprintable, lines))


def test_long_evidence_is_cut_with_a_mark():
    assert shortened("abc", 3) == "abc"
    assert shortened("abcde", 3) == "abc ... (2 more)"


def test_numbers_have_the_right_word():
    assert [counted(n, "ban") for n in (0, 1, 2345)] == ["0 bans", "1 ban", "2,345 bans"]
    assert [counted(n, "ban is", "bans are") for n in (1, 2)] == ["1 ban is", "2 bans are"]


def test_moments_are_shown_to_the_second():
    assert seconds(datetime(2026, 3, 1, 12, 0, 0, 999, tzinfo=UTC)) == "2026-03-01T12:00:00Z"
