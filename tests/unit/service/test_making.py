"""The parts of the service are made as the settings say, and mistakes name their place."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import structlog

from pforte.bans.exemption import Exemptions
from pforte.clock import SetClock
from pforte.register.store import Register
from pforte.service.making import make_followers, make_ladder, make_ranges
from pforte.settings.table import (
    ExemptSettings,
    FilesGateSettings,
    GateSettings,
    RegulationSettings,
    ServiceSettings,
    Settings,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_the_ladder_follows_the_settings() -> None:
    """A prefix that holds an exempt network is not shut out as a whole."""
    settings = Settings(regulation=RegulationSettings(grace=timedelta(seconds=7)))
    exempt = Exemptions([(ip_network("2001:db8:0:5::/64"), "office")])
    ladder = make_ladder(settings, exempt)
    assert ladder.regulation.grace == timedelta(seconds=7)
    assert ladder.exempt(ip_network("2001:db8::/56")) == "office"
    assert ladder.exempt(ip_network("2001:db8:1::/56")) == ""


def test_simulation_opens_no_gate(tmp_path: Path) -> None:
    clock = SetClock(NOW)
    gate = GateSettings(files=FilesGateSettings(enabled=True, folder=tmp_path / "files"))
    settings = Settings(service=ServiceSettings(state=tmp_path, simulate=True), gate=gate)
    with Register.open(tmp_path, clock) as register:
        assert make_followers(settings, register, clock, ()) == []
        enforcing = replace(settings, service=ServiceSettings(state=tmp_path))
        assert [follower.name for follower in make_followers(enforcing, register, clock, ())] == ["files"]


def test_a_list_of_ranges_that_cannot_be_read_is_named_and_the_others_count(tmp_path: Path) -> None:
    good, bad = tmp_path / "googlebot.json", tmp_path / "bingbot.json"
    good.write_text(json.dumps({"prefixes": [{"ipv4Prefix": "66.249.64.0/27"}]}))
    bad.write_text("{")
    with structlog.testing.capture_logs() as logged:
        ranges = make_ranges(Settings(exempt=ExemptSettings(crawler_ranges=(good, bad))))
    assert ranges == {"googlebot": (ip_network("66.249.64.0/27"),)}
    assert [(each["event"], each["file"]) for each in logged] == [("exempt.ranges-unread", str(bad))]
