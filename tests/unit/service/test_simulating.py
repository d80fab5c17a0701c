"""Simulating looks harmless; what an earlier run left is named."""

from collections.abc import MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog

from pforte.clock import SetClock
from pforte.gates.gate import GateError
from pforte.gates.nftables.listing import Listing
from pforte.gates.opening import open_files
from pforte.net.addresses import parse_network
from pforte.service.simulating import tell_left_behind
from pforte.settings.gates import FilesGateSettings, GateSettings, NftablesGateSettings
from pforte.settings.table import Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIREWALL = Settings(gate=GateSettings(nftables=NftablesGateSettings(enabled=True)))


def told(settings: Settings) -> list[MutableMapping[str, Any]]:
    with structlog.testing.capture_logs() as logged:
        tell_left_behind(settings, SetClock(NOW))
    return logged


def standing(*networks: str) -> Listing:
    sets = {"ban4": {parse_network(network): 60 for network in networks}, "ban6": {}}
    return Listing(sets=sets, exempt=frozenset(), chain=(), dropped={})


@pytest.mark.parametrize(("listing", "entries"), [(standing("192.0.2.7"), [1]), (standing(), []), (None, [])])
def test_a_table_that_still_holds_bans_is_named(
    monkeypatch: pytest.MonkeyPatch, listing: Listing | None, entries: list[int]
) -> None:
    monkeypatch.setattr("pforte.gates.nftables.gate.NftablesGate.listing", lambda _: listing)
    logged = told(FIREWALL)
    assert [each["entries"] for each in logged] == entries
    for each in logged:
        assert (each["event"], each["log_level"]) == ("gate.left-behind", "warning")
        assert each["place"] == "table inet pforte"
        assert "pforte gate nftables remove" in each["text"]


def test_a_firewall_that_cannot_be_asked_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise GateError("not permitted")

    monkeypatch.setattr("pforte.gates.nftables.gate.NftablesGate.listing", refuse)
    assert [each["event"] for each in told(FIREWALL)] == ["gate.unasked"]


def test_files_that_hold_bans_are_named(tmp_path: Path) -> None:
    kinds = ("json", "nginx-deny", "plain")
    gate = GateSettings(files=FilesGateSettings(enabled=True, folder=tmp_path, kinds=kinds))
    settings = Settings(gate=gate)
    assert told(settings) == []
    open_files(settings, SetClock(NOW), ()).load((), NOW)
    assert told(settings) == []
    with (tmp_path / "nginx-deny.conf").open("a") as file:
        file.write("deny 192.0.2.7;\n")
    (left,) = told(settings)
    assert (left["event"], left["place"]) == ("gate.left-behind", str(tmp_path / "nginx-deny.conf"))


def test_gates_that_are_not_enabled_are_not_asked() -> None:
    assert told(Settings()) == []
