"""The program's own log is one line per event, machine-readable where no person looks."""

import json
from collections.abc import Iterator

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
