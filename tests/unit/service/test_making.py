"""The parts of the service are made as the settings say, and mistakes name their place."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import structlog

from pforte.bans.exemption import Exemptions
from pforte.clock import SetClock
from pforte.gates.table.gate import TableGate
from pforte.register.store import Register
from pforte.robots.sites import Sites
from pforte.service.making import Asked, Gates, make_door, make_gates, make_ladder, make_ranges
from pforte.settings.gates import CrowdsecGateSettings, FilesGateSettings, GateSettings, HttpGateSettings
from pforte.settings.table import (
    ExemptSettings,
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
        assert make_gates(settings, register, clock, (), Asked(TableGate(()))) == Gates()
        asked = replace(settings, gate=replace(gate, http=HttpGateSettings(enabled=True)))
        assert make_gates(asked, register, clock, (), Asked(TableGate(()))).names == [
            "http"
        ]  # whoever asks must get an answer
        enforcing = replace(settings, service=ServiceSettings(state=tmp_path))
        assert [
            follower.name
            for follower in make_gates(enforcing, register, clock, (), Asked(TableGate(()))).followers
        ] == ["files"]


def test_the_gate_of_the_bouncers_follows_and_listens_under_one_name(tmp_path: Path) -> None:
    """It holds its bans itself, so no table is made for it alone."""
    clock = SetClock(NOW)
    gate = GateSettings(crowdsec=CrowdsecGateSettings(enabled=True))
    settings = Settings(service=ServiceSettings(state=tmp_path), gate=gate)
    with Register.open(tmp_path, clock) as register:
        gates = make_gates(settings, register, clock, (), Asked(TableGate(())))
        assert [follower.name for follower in gates.followers] == ["crowdsec"]
        assert [answering.name for answering in gates.answering] == ["crowdsec"]
        assert gates.names == ["crowdsec"]
        gates.followers[0].take(gates.followers[0].look())
        assert gates.followers[0].sequence == 0


def test_a_gate_that_answers_asks_a_table_that_follows_the_register(tmp_path: Path) -> None:
    clock = SetClock(NOW)
    gate = GateSettings(http=HttpGateSettings(enabled=True))
    settings = Settings(service=ServiceSettings(state=tmp_path), gate=gate)
    with Register.open(tmp_path, clock) as register:
        assert make_gates(settings, register, clock, (), Asked(TableGate(()))).names == ["table", "http"]


def test_requests_are_judged_at_the_door_where_a_gate_asks_for_it() -> None:
    assert make_door(Settings(), Sites()) is None
    http = HttpGateSettings(enabled=True)
    assert make_door(Settings(gate=GateSettings(http=replace(http, detect=False))), Sites()) is None
    assert make_door(Settings(gate=GateSettings(http=http)), Sites()) is not None


def test_a_list_of_ranges_that_cannot_be_read_is_named_and_the_others_count(tmp_path: Path) -> None:
    good, bad = tmp_path / "googlebot.json", tmp_path / "bingbot.json"
    good.write_text(json.dumps({"prefixes": [{"ipv4Prefix": "66.249.64.0/27"}]}))
    bad.write_text("{")
    with structlog.testing.capture_logs() as logged:
        ranges = make_ranges(Settings(exempt=ExemptSettings(crawler_ranges=(good, bad))))
    assert ranges == {"googlebot": (ip_network("66.249.64.0/27"),)}
    assert [(each["event"], each["file"]) for each in logged] == [("exempt.ranges-unread", str(bad))]
