"""`pforte bans` lists what is asked for."""

from datetime import UTC, datetime, timedelta

import click
import pytest

from pforte.commands.bans import parse_since

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def three(seen, run):
    seen("192.0.2.7")
    seen("198.51.100.7", check="visit.trap")
    run("ban", "192.0.2.0/25", "--rung", "3", "--reason", "spam run")
    run("lift", "198.51.100.7", "--reason", "x")


def networks(answer):
    return [ban["network"] for ban in answer.lines]


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("options", "found"),
    [
        ((), ["192.0.2.0/25", "192.0.2.7/32"]),
        (("--all",), ["192.0.2.0/25", "198.51.100.7/32", "192.0.2.7/32"]),
        (("--rung", "3"), ["192.0.2.0/25"]),
        (("--all", "--check", "visit.trap"), ["198.51.100.7/32"]),
        (("--network", "192.0.2.7"), ["192.0.2.0/25", "192.0.2.7/32"]),
        (("--network", "2001:db8::1"), []),
        (("--since", "1h"), ["192.0.2.0/25", "192.0.2.7/32"]),
        (("--since", "2999-01-01"), []),
        (("--limit", "0"), ["192.0.2.0/25", "192.0.2.7/32"]),
    ],
)
def test_filters(run, options, found):
    answer = run("bans", "--json", *options)
    assert (answer.code, networks(answer)) == (0, found)


def test_who_is_exempt_by_now_is_marked(run, seen):
    """The ban stands in the register, and every gate lets the network through."""
    seen("192.0.2.7")
    seen("198.51.100.7")
    exempt = ("--set", "exempt.networks=192.0.2.0/28", "bans")
    assert {ban["network"]: ban["exempt"] for ban in run(*exempt, "--json").lines} == {
        "192.0.2.7/32": "setting exempt.networks",
        "198.51.100.7/32": None,
    }
    other, ours = run(*exempt).out.splitlines()[1:]
    assert ours.endswith("in force, but let through: setting exempt.networks")
    assert other.endswith("in force")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--check", "visit.tarp"), 'did you mean "visit.trap"?'),
        (("--rung", "9"), "9 is no rung; there are 1 to 4"),
    ],
)
def test_what_cannot_be_is_no_empty_list(run, state, options, said):
    answer = run("bans", *options)
    assert answer.code == 2
    assert said in answer.err


def test_bans_by_escalation_are_found_by_its_name(run, state):
    assert run("bans", "--check", "ladder.escalation").code == 0


@pytest.mark.usefixtures("three")
def test_a_limit_says_that_there_are_more(run):
    answer = run("bans", "--json", "--limit", "1")
    assert networks(answer) == ["192.0.2.0/25"]
    assert "only the latest 1 ban is listed; --limit 0 lists all" in answer.err
    assert "only" not in run("bans", "--limit", "2").err


@pytest.mark.usefixtures("three")
def test_many_pages_are_one_list(run, monkeypatch):
    monkeypatch.setattr("pforte.commands.bans.PAGE", 1)
    assert networks(run("bans", "--json", "--all", "--limit", "0")) == [
        "192.0.2.0/25",
        "198.51.100.7/32",
        "192.0.2.7/32",
    ]
    assert len(networks(run("bans", "--json", "--all", "--limit", "2"))) == 2


@pytest.mark.usefixtures("three")
def test_a_pipe_gets_one_line_per_ban(run):
    lines = run("bans").out.splitlines()
    assert lines[0].split() == ["network", "rung", "from", "until", "reference", "reason", "state"]
    assert [line.split()[0] for line in lines[1:]] == ["192.0.2.0/25", "192.0.2.7/32"]


def test_no_bans_are_no_output(run, state):
    answer = run("bans")
    assert (answer.code, answer.out) == (0, "")
    assert "no bans" in answer.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--network", "192.0.2.7/24"), "is not a network"),
        (("--since", "soon"), "is neither a duration"),
        (("--limit", "-1"), "not in the range"),
    ],
)
def test_mistakes_are_named(run, state, options, said):
    answer = run("bans", *options)
    assert answer.code == 2
    assert said in answer.err


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("12h", NOON - timedelta(hours=12)),
        ("2026-02-01", datetime(2026, 2, 1, tzinfo=UTC)),
        ("2026-02-01T10:00:00", datetime(2026, 2, 1, 10, tzinfo=UTC)),
        ("2026-02-01T10:00:00+02:00", datetime(2026, 2, 1, 8, tzinfo=UTC)),
        ("2026-02-01T10:00:00Z", datetime(2026, 2, 1, 10, tzinfo=UTC)),
    ],
)
def test_moments(text, moment):
    assert parse_since(text, NOON) == moment


def test_a_moment_before_all_time_is_refused():
    with pytest.raises(click.BadParameter, match="before all time"):
        parse_since("99y", datetime(50, 1, 1, tzinfo=UTC))
