"""The bundled example tells the whole ladder, and accuses nobody who did nothing."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pforte.__main__ import main
from pforte.clock import SystemClock
from pforte.commands import Call
from pforte.commands.example import SITE, Line, command, prepare, read_lines
from pforte.settings.load import read

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
INNOCENT = ("203.0.113.10", "198.51.100.23", "2001:db8:40:1:", "198.51.100.200", "203.0.113.41")


def lines() -> tuple[Line, ...]:
    return read_lines((SITE / "visits.tsv").read_text(encoding="utf-8"))


def test_times_are_filled_in() -> None:
    """The past is written as long ago as the table says."""
    line = Line(timedelta(hours=3), "access.log", "192.0.2.1 - - [{clf}] at {iso}")
    assert line.render(NOW) == "192.0.2.1 - - [01/Mar/2026:09:00:00 +0000] at 2026-03-01T09:00:00.000+00:00"


def test_the_settings_it_writes_are_right(tmp_path: Path) -> None:
    """They are what a newcomer copies."""
    settings = read(prepare(tmp_path / "example"), environ={}).settings
    assert settings.service.simulate
    assert [source.path for source in settings.source] == [
        str(tmp_path / "example" / "access.log"),
        str(tmp_path / "example" / "auth.log"),
    ]


@pytest.fixture
def rungs(tmp_path: Path) -> dict[str, list[int]]:
    """Return the rungs of each network after the whole example was judged."""
    now = SystemClock().now()
    for name in ("access.log", "auth.log"):
        with (tmp_path / name).open("w", encoding="utf-8") as log:
            log.writelines(line.render(now) + "\n" for line in lines() if line.log == name)
    robots = tmp_path / "robots.txt"
    robots.write_text((SITE / "robots.txt").read_text(encoding="utf-8"))
    logs = [str(tmp_path / "access.log"), str(tmp_path / "auth.log")]
    result = CliRunner().invoke(main, ["replay", "--json", "--robots", str(robots), *logs])
    assert result.exit_code == 0, result.output
    found: dict[str, list[int]] = {}
    for ban in map(json.loads, result.stdout.splitlines()):
        found.setdefault(ban["network"], []).append(ban["rung"])
    return found


def test_every_rung_is_climbed(rungs: dict[str, list[int]]) -> None:
    """A newcomer sees what repeats lead to."""
    assert rungs["198.51.100.77/32"] == [1, 2, 3, 4]
    assert rungs["203.0.113.66/32"] == [1, 2, 3]
    assert rungs["192.0.2.14/32"] == [1, 2]
    assert rungs["198.51.100.180/32"] == [1]
    assert rungs["2001:db8:bad:7::/64"] == [1]


def test_people_and_polite_crawlers_are_left_alone(rungs: dict[str, list[int]]) -> None:
    assert not [network for network in rungs if network.startswith(INNOCENT)]


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    """``--state`` may be mistyped as the folder of a real register, or a home."""
    (tmp_path / "thesis.txt").write_text("ten years of work")
    with pytest.raises(click.UsageError, match="other files"):
        prepare(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "ten years of work"


def test_a_real_register_is_left_alone(tmp_path: Path) -> None:
    """Its files have the names of the example's, but other settings."""
    (tmp_path / "register.sqlite").write_text("years of bans")
    with pytest.raises(click.UsageError, match="other files"):
        prepare(tmp_path)
    (tmp_path / "pforte.toml").write_text("[service]\n")
    with pytest.raises(click.UsageError, match="other files"):
        prepare(tmp_path)
    assert (tmp_path / "register.sqlite").exists()


def test_when_the_service_ends_the_example_ends(tmp_path: Path) -> None:
    """Ctrl-C reaches the service only; no lines may follow without it, and nothing may be killed afterwards."""
    state = str(tmp_path / "example")
    result = CliRunner().invoke(
        command, ["--state", state, "--pause", "3600"], obj=Call(None, (), lambda _: 7)
    )
    assert result.exit_code == 7
    assert "Look closer" not in result.output
    assert "/.git/config" not in (tmp_path / "example" / "access.log").read_text()


def test_its_own_folder_is_made_anew(tmp_path: Path) -> None:
    prepare(tmp_path / "example")
    (tmp_path / "example" / "register.sqlite").touch()
    prepare(tmp_path / "example")
    assert not (tmp_path / "example" / "register.sqlite").exists()
