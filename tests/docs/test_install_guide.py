"""The unit of systemd and the page about it fit the program."""

import configparser
import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from pforte.__main__ import main
from pforte.commands import Call
from pforte.service.running import CLOSE_SECONDS, END_SECONDS
from pforte.settings.load import DEFAULT_FILES, read

REPOSITORY = Path(__file__).resolve().parents[2]
GUIDE = (REPOSITORY / "docs" / "guides" / "install.md").read_text(encoding="utf-8")
UNIT = REPOSITORY / "packaging" / "pforte.service"
SETTINGS = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture(scope="module")
def service() -> configparser.SectionProxy:
    unit = configparser.RawConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  names are told apart by their capitals
    unit.read(UNIT)
    return unit["Service"]


def test_the_unit_starts_the_program_as_it_wants_to_be_called(
    service: configparser.SectionProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An option that the program does not know would keep every service from starting."""
    calls: list[Call] = []
    monkeypatch.setattr("pforte.__main__._run", lambda call: calls.append(call) or 0)
    program, *arguments = service["ExecStart"].split()
    assert program == "/opt/pforte/.venv/bin/pforte"
    assert "git clone ADDRESS /opt/pforte " in GUIDE
    named = Path(arguments[arguments.index("--config") + 1])
    assert named in DEFAULT_FILES
    file = tmp_path / "pforte.toml"
    file.write_text(SETTINGS[0].replace("/var/lib/pforte", str(tmp_path)), encoding="utf-8")
    arguments = [str(file) if argument == str(named) else argument for argument in arguments]
    result = CliRunner().invoke(main, arguments)
    assert (result.exit_code, [call.config for call in calls]) == (0, [file]), result.output


def test_the_settings_of_the_page_are_right_and_write_where_the_unit_may(
    service: configparser.SectionProxy, tmp_path: Path
) -> None:
    for text in SETTINGS:
        file = tmp_path / "pforte.toml"
        file.write_text(text, encoding="utf-8")
        settings = read(file, environ={}).settings
        assert settings.service.state == Path("/var/lib") / service["StateDirectory"]
        assert settings.service.simulate  # nobody is shut out by what a newcomer copies
        assert tomllib.loads(text)["gate"]["nftables"]["enabled"]


def test_the_unit_waits_for_an_orderly_end(service: configparser.SectionProxy) -> None:
    assert int(service["TimeoutStopSec"]) > END_SECONDS + CLOSE_SECONDS


def test_the_page_names_what_the_unit_uses(service: configparser.SectionProxy) -> None:
    for named in (
        f"useradd --system --user-group --home-dir /var/lib/{service['StateDirectory']}",
        f"/nologin {service['User']}\n",
        f"/var/cache/{service['CacheDirectory']}",
        f"/run/{service['RuntimeDirectory']}",
        service["AmbientCapabilities"],
        *(f"`{group}`" for group in service["SupplementaryGroups"].split()),
        "install -m 0644 /opt/pforte/packaging/pforte.service /etc/systemd/system/",
    ):
        assert named in GUIDE, named
