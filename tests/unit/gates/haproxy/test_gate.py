"""The map of a running HAProxy is what was decided, also after HAProxy was started anew or somebody changed the map."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fake_haproxy import FakeHaproxy

from pforte.bans.ban import Action, Ban, Decision
from pforte.gates.gate import GateError
from pforte.gates.haproxy.gate import HaproxyGate
from pforte.net.addresses import parse_network

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def ban_of(network: str, **values: object) -> Ban:
    ends = NOON + timedelta(hours=1)
    ban = Ban(network=parse_network(network), rung=1, starts=NOON, ends=ends, reference="PF-1", reason="x")
    return replace(ban, **values)  # type: ignore[arg-type]


@dataclass
class Door:
    gate: HaproxyGate
    peer: FakeHaproxy
    file: Path

    def decide(self, ban: Ban, moment: datetime = NOON) -> None:
        self.gate.apply([Decision(sequence=1, action=Action.BEGIN, ban=ban, decided=moment)], moment)

    def held(self) -> list[str]:
        return sorted(key for key, _ in self.peer.entries)

    def lines(self) -> list[str]:
        return [line for line in self.file.read_text().splitlines() if not line.startswith("#")]


Make = Callable[..., Door]


@pytest.fixture
def door(tmp_path: Path) -> Door:
    file = tmp_path / "there" / "bans.map"
    peer = FakeHaproxy(str(file), "203.0.113.9 PF-OLD")
    return Door(HaproxyGate(file, peer, reconcile=timedelta(minutes=5)), peer, file)


def test_a_load_puts_all_in_one_step_into_the_place_of_the_old(door: Door) -> None:
    bans = [ban_of(f"10.0.{number >> 8}.{number & 255}") for number in range(1_000)]
    door.gate.load(bans, NOON)
    assert door.peer.current == 1
    assert len(door.held()) == len(door.lines()) == door.gate.entries() == 1_000
    door.gate.load([], NOON)
    assert door.peer.current == 2
    assert (door.held(), door.lines()) == ([], [])


def test_single_changes_need_no_new_version(door: Door) -> None:
    door.gate.load([ban_of("192.0.2.1")], NOON)
    door.decide(ban_of("192.0.2.2"))
    door.decide(ban_of("192.0.2.2", reference="PF-2", ends=NOON + timedelta(hours=2)))
    assert door.peer.entries == [("192.0.2.1/32", "PF-1"), ("192.0.2.2/32", "PF-2")]
    door.decide(ban_of("192.0.2.1", lifted=NOON))
    assert (door.held(), door.peer.current) == (["192.0.2.2/32"], 1)


def test_the_file_follows_within_seconds(door: Door) -> None:
    door.gate.load([], NOON)
    door.decide(ban_of("192.0.2.1"))
    assert door.gate.tend(NOON + SECOND) == NOON + 2 * SECOND
    assert door.lines() == []
    door.gate.tend(NOON + 5 * SECOND)
    assert door.lines() == ["192.0.2.1/32 PF-1"]
    door.decide(ban_of("192.0.2.2"))
    door.gate.close()
    assert len(door.lines()) == 2


def test_a_ban_ends_by_itself(door: Door) -> None:
    door.gate.load([ban_of("192.0.2.1")], NOON)
    door.gate.tend(NOON + timedelta(hours=1))
    assert door.held() == []


@pytest.mark.parametrize("with_file", [True, False])
def test_an_haproxy_that_was_started_anew_is_loaded(door: Door, with_file: bool) -> None:  # noqa: FBT001  a parameter
    door.gate.load([ban_of("192.0.2.1")], NOON)
    door.gate.tend(NOON)
    door.peer.start(*(door.lines() if with_file else ()))
    assert door.peer.current == 0
    door.gate.tend(NOON + SECOND)
    assert (door.held(), door.peer.current) == (["192.0.2.1/32"], 1)


def test_a_decision_after_a_restart_is_a_load(door: Door) -> None:
    door.gate.load([ban_of("192.0.2.1")], NOON)
    door.peer.start()
    door.decide(ban_of("192.0.2.2"))
    assert door.held() == ["192.0.2.1/32", "192.0.2.2/32"]


def test_an_entry_that_somebody_took_out_is_noticed_at_once(door: Door) -> None:
    door.gate.load([ban_of("192.0.2.1"), ban_of("192.0.2.2")], NOON)
    door.peer.ask(f"del map {door.file} 192.0.2.1/32")
    door.gate.tend(NOON + SECOND)
    assert len(door.held()) == 2


def test_a_swap_of_entries_is_noticed_at_the_comparison(door: Door) -> None:
    door.gate.load([ban_of("192.0.2.1"), ban_of("192.0.2.2")], NOON)
    door.peer.ask(f"del map {door.file} 192.0.2.1/32;add map {door.file} 192.0.2.3/32 x")
    door.gate.tend(NOON + SECOND)
    assert "192.0.2.3/32" in door.held()
    found = door.gate.compare([ban_of("192.0.2.1"), ban_of("192.0.2.2", reference="PF-2")], NOON)
    assert (found.missing, found.surplus, found.wrong) == (
        ("192.0.2.1/32",),
        ("192.0.2.3/32",),
        ("192.0.2.2/32",),
    )
    door.gate.load([ban_of("192.0.2.1"), ban_of("192.0.2.2")], NOON)
    door.peer.ask(f"del map {door.file} 192.0.2.1/32;add map {door.file} 192.0.2.3/32 x")
    door.gate.tend(NOON + timedelta(minutes=5))
    assert door.held() == ["192.0.2.1/32", "192.0.2.2/32"]


def test_entries_that_stand_twice_are_too_many(door: Door) -> None:
    door.gate.load([ban_of("192.0.2.1")], NOON)
    door.peer.ask(f"add map {door.file} 192.0.2.1/32 PF-1")
    assert len(door.gate.compare([ban_of("192.0.2.1")], NOON).surplus) == 1


def test_a_clock_that_was_put_back_puts_no_comparison_off(door: Door) -> None:
    door.gate.load([ban_of("192.0.2.1")], NOON)
    door.peer.asked.clear()
    door.gate.tend(NOON - timedelta(days=1))
    assert f"show map {door.file}" in door.peer.asked


def test_new_exemptions_change_map_and_file(door: Door) -> None:
    door.gate.load([ban_of("192.0.2.0/31")], NOON)
    door.gate.exempt([parse_network("192.0.2.1")], NOON)
    assert door.held() == ["192.0.2.0/32"]
    assert door.lines() == ["192.0.2.0/32 PF-1"]
    before = door.peer.current
    door.gate.exempt([parse_network("192.0.2.1")], NOON)
    assert door.peer.current == before


def test_an_haproxy_that_is_down_finds_the_file_when_it_comes(door: Door) -> None:
    door.peer.running = False
    with pytest.raises(GateError, match="nobody answers"):
        door.gate.load([ban_of("192.0.2.1")], NOON)
    assert door.lines() == ["192.0.2.1/32 PF-1"]
    with pytest.raises(GateError, match="nobody answers"):
        door.decide(ban_of("192.0.2.2"))


def test_a_refused_command_is_told(door: Door) -> None:
    door.gate.load([ban_of("192.0.2.1")], NOON)
    door.peer.broken = "Permission denied"
    with pytest.raises(GateError, match="Permission denied"):
        door.decide(ban_of("192.0.2.2"))


def test_what_went_wrong_on_the_way_is_told(door: Door) -> None:
    """Somebody took the entry out between the look and the command; whoever drives the gate then loads it anew."""
    door.gate.load([ban_of("192.0.2.1")], NOON)
    door.peer.entries[:] = [("192.0.2.9/32", "x")]
    with pytest.raises(GateError, match="Key not found"):
        door.decide(ban_of("192.0.2.1", lifted=NOON))
    door.gate.load([], NOON)
    assert door.held() == []


def test_a_folder_that_cannot_be_written_is_told_with_its_setting(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    file = tmp_path / "file" / "bans.map"
    with pytest.raises(GateError, match=r"cannot be written .*gate\.haproxy\.map"):
        HaproxyGate(file, FakeHaproxy(str(file))).load([], NOON)


def test_a_path_that_cannot_name_a_map_is_refused_at_once() -> None:
    with pytest.raises(GateError, match=r"gate\.haproxy\.map"):
        HaproxyGate(Path("/a b"), FakeHaproxy("/a b"))
