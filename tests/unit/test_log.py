"""The program's own log is one line per event, machine-readable where no person looks."""

import json
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog

from pforte import log


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Give the logger back: it must not write to this test's captured stream afterwards."""
    yield
    structlog.reset_defaults()


def test_json_has_event_level_and_time(capsys: pytest.CaptureFixture[str]) -> None:
    """Scripts read the log line by line."""
    log.configure("json", "info")
    structlog.get_logger().info("ban", network="192.0.2.1/32", rung=1)
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "ban"
    assert line["level"] == "info"
    assert line["network"] == "192.0.2.1/32"
    assert line["at"].endswith("Z")


def test_lower_levels_are_silent(capsys: pytest.CaptureFixture[str]) -> None:
    """What the operator does not want to read is not written."""
    log.configure("json", "warning")
    structlog.get_logger().info("ban")
    assert capsys.readouterr().err == ""


def test_no_colours_outside_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Escape codes in a file help nobody."""
    log.configure("console", "info")
    structlog.get_logger().info("ban", network="192.0.2.1/32")
    written = capsys.readouterr().err
    assert "192.0.2.1/32" in written
    assert "\x1b" not in written


@pytest.mark.parametrize("shape", ["console", "json"])
def test_words_of_others_cannot_speak_to_the_terminal(
    capsys: pytest.CaptureFixture[str], shape: Literal["console", "json"]
) -> None:
    """The log quotes evidence; an operator who watches it must see what was written, not what it commands."""
    log.configure(shape, "info")
    hostile = "\x9b2J\x1b[2J\u202e\u2028"
    structlog.get_logger().error(
        "odd", text=hostile, words=f"two {hostile}", many=[hostile], exc_info=ValueError(hostile)
    )
    written = capsys.readouterr().err
    assert "2J" in written
    assert written.replace("\n", "").isprintable()
