"""A bar is for a person who waits; a pipe must not see one."""

import io
import sys

import pytest

from pforte.commands.progress import show_progress


class Screen(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def screen(monkeypatch):
    """Return a function that makes standard error a terminal and returns what it shows."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("NO_COLOR", raising=False)

    def _screen():
        # Not before the test itself runs: pytest puts its own standard error in place between fixtures and test.
        monkeypatch.setattr(sys, "stderr", Screen())
        return sys.stderr

    return _screen


def test_a_terminal_shows_the_name_and_is_clean_afterwards(screen):
    shown = screen()
    with show_progress("access\x1b[2J.log", 100) as advance:
        advance(50)
    shown = shown.getvalue()
    assert r"access\x1b[2J.log" in shown
    assert "access\x1b" not in shown
    assert shown.endswith("\x1b[1A\x1b[2K")


@pytest.mark.parametrize("total", [0, None])
def test_what_has_no_size_has_no_bar(screen, total):
    shown = screen()
    with show_progress("-", total) as advance:
        advance(50)
    assert shown.getvalue() == ""


def test_a_pipe_sees_nothing(capsys):
    with show_progress("access.log", 100) as advance:
        advance(50)
    assert capsys.readouterr() == ("", "")
