"""The gate changes what differs and nothing else, whatever the server held before."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from pforte.bans.ban import Action, Ban, Decision
from pforte.gates.dnsbl.zones import zones_below
from pforte.gates.dnsupdate.content import NOTHING, Records
from pforte.gates.dnsupdate.gate import DnsUpdateGate
from pforte.gates.gate import GateError
from pforte.net.addresses import parse_network

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ZONE, SPAM = "dnsbl.example", "spam.dnsbl.example"
OLD = Records(frozenset((bytes((127, 0, 0, 4)),)), frozenset((b"of another day",)))


class Server:
    """A name server in memory."""

    def __init__(self) -> None:
        self.zones: dict[str, dict[str, Records]] = {ZONE: {"9.2.0.192": OLD, "1.2.0.192": OLD}, SPAM: {}}
        self.changes: list[tuple[str, list[str], int]] = []
        self.away = False

    def read(self, zone: str) -> dict[str, Records]:
        if self.away:
            raise GateError("away")
        return dict(self.zones[zone])

    def change(self, zone: str, changes: Mapping[str, Records], seconds: int) -> None:
        if self.away:
            raise GateError("away")
        self.changes.append((zone, sorted(changes), seconds))
        kept = {name: records for name, records in self.zones[zone].items() if name not in changes}
        self.zones[zone] = kept | {name: records for name, records in changes.items() if records != NOTHING}

    def told(self) -> list[tuple[str, list[str], int]]:
        told, self.changes = self.changes, []
        return told

    def listed(self, zone: str = ZONE) -> list[str]:
        return [name for name in sorted(self.zones[zone]) if "127" not in name and len(name) < 20]


def ban_of(network: str, reason: str = "visit.xss", hours: float = 1) -> Ban:
    return Ban(
        network=parse_network(network),
        rung=1,
        starts=NOON,
        ends=NOON + timedelta(hours=hours),
        reference="PF-1",
        reason=reason,
    )


def decide(gate: DnsUpdateGate, action: Action, ban: Ban, at: datetime = NOON) -> None:
    gate.apply([Decision(sequence=1, action=action, ban=ban, decided=at)], at)


def gate_of(server: Server) -> DnsUpdateGate:
    zones = [zone for zone in zones_below(ZONE) if zone.name in (ZONE, SPAM)]
    gate = DnsUpdateGate(server, zones, 300, "", [parse_network("198.51.100.1")])
    gate.load([ban_of("192.0.2.1"), ban_of("192.0.2.2", "visit.form-spam", hours=2)], NOON)
    return gate


def test_the_full_state_takes_away_what_is_over_and_is_told_once() -> None:
    server = Server()
    gate = gate_of(server)
    assert server.listed() == ["1.2.0.192", "2.2.0.192"]
    assert server.zones[ZONE]["1.2.0.192"] != OLD
    assert server.listed(SPAM) == ["2.2.0.192"]
    assert gate.entries() == 2
    server.told()
    gate.load([ban_of("192.0.2.1"), ban_of("192.0.2.2", "visit.form-spam", hours=2)], NOON)
    assert server.told() == []


def test_decisions_and_ends() -> None:
    server = Server()
    gate = gate_of(server)
    server.told()
    decide(gate, Action.BEGIN, ban_of("192.0.2.3"))
    assert server.told() == [(ZONE, ["3.2.0.192"], 300)]
    decide(gate, Action.BEGIN, ban_of("192.0.2.3"))
    assert server.told() == []
    later = NOON + timedelta(hours=1)
    assert gate.tend(later) > later
    assert server.told() == [(ZONE, ["1.2.0.192", "3.2.0.192"], 300)]
    assert server.listed() == ["2.2.0.192"]


def test_exempt_networks() -> None:
    server = Server()
    gate = gate_of(server)
    gate.exempt([parse_network("192.0.2.1")], NOON)
    assert not server.zones[ZONE]["1.2.0.192"].codes
    server.told()
    gate.exempt([parse_network("192.0.2.1")], NOON)
    assert server.told() == []


def test_after_trouble_the_full_state_is_compared_again() -> None:
    server = Server()
    gate = gate_of(server)
    server.away = True
    with pytest.raises(GateError):
        decide(gate, Action.BEGIN, ban_of("192.0.2.3"))
    server.away = False
    server.zones[ZONE].pop("1.2.0.192")
    gate.load([ban_of("192.0.2.1"), ban_of("192.0.2.3")], NOON)
    assert server.listed() == ["1.2.0.192", "3.2.0.192"]
    gate.close()
    assert server.listed() == ["1.2.0.192", "3.2.0.192"]


def test_zones_are_compared_name_by_name_and_left_alone() -> None:
    server = Server()
    gate = gate_of(server)
    bans = [ban_of("192.0.2.1"), ban_of("192.0.2.2", "visit.form-spam", hours=2)]
    assert all(place.agrees() for place in gate.compare(bans, NOON))
    server.zones[SPAM]["9.2.0.192"] = OLD
    server.zones[SPAM].pop("2.2.0.192")
    server.zones[ZONE]["1.2.0.192"] = OLD
    server.told()
    found = {place.place: place for place in gate.compare(bans, NOON)}
    everything, spam = found[f"zone {ZONE}"], found[f"zone {SPAM}"]
    assert (everything.wrong, everything.missing, everything.surplus) == (("1.2.0.192",), (), ())
    assert (spam.wrong, spam.missing, spam.surplus) == ((), ("2.2.0.192",), ("9.2.0.192",))
    assert server.told() == []


def test_a_gate_that_stands_open_lists_nobody() -> None:
    server = Server()
    gate = gate_of(server)
    gate.stand_open(NOON)
    assert server.listed() == server.listed(SPAM) == []
