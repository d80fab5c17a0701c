"""The file gate writes what stands, when it changes."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pforte.bans.ban import Action, Ban, Decision
from pforte.clock import SetClock
from pforte.gates.files.gate import FilesGate
from pforte.gates.files.renderings import RENDERINGS
from pforte.gates.files.zone_renderings import renderings_of
from pforte.gates.gate import GateError
from pforte.net.addresses import parse_network
from pforte.settings.gates import DnsblGateSettings

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def ban_of(network: str = "192.0.2.1", hours: float = 1, **values: object) -> Ban:
    ban = Ban(
        network=parse_network(network),
        rung=1,
        starts=NOON,
        ends=NOON + hours * HOUR,
        reference=f"PF-{network}",
        reason="login.ssh",
    )
    return replace(ban, **values)  # type: ignore[arg-type]


def decide(ban: Ban) -> Decision:
    return Decision(sequence=1, action=Action.BEGIN, ban=ban, decided=NOON)


class House:
    """One gate with the plain and the JSON file, and the clock it lives by."""

    def __init__(self, folder: Path, *exempt: str) -> None:
        self.folder = folder / "files"
        self.clock = SetClock(NOON)
        self.gate = FilesGate(self.folder, ["plain", "json"], self.clock, map(parse_network, exempt))

    def listed(self) -> list[str]:
        return (self.folder / "banned.txt").read_text(encoding="utf-8").split()

    def apply(self, *bans: Ban) -> None:
        self.gate.apply([decide(ban) for ban in bans], self.clock.now())

    def pass_time(self, span: timedelta) -> datetime:
        self.clock.move(span)
        return self.gate.tend(self.clock.now())


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_the_full_state_is_written_at_once_into_a_new_folder(house):
    house.gate.load([ban_of("192.0.2.2"), ban_of()], NOON)
    assert house.listed() == ["192.0.2.1", "192.0.2.2"]
    assert len(json.loads((house.folder / "bans.json").read_text(encoding="utf-8"))["bans"]) == 2
    assert house.gate.entries() == 2
    assert house.gate.name == "files"
    assert house.gate.paths() == [house.folder / "banned.txt", house.folder / "bans.json"]


def test_a_decision_after_a_quiet_moment_is_written_at_once(house):
    house.gate.load([], NOON)
    house.clock.move(SECOND / 10)
    house.apply(ban_of())
    assert house.listed() == ["192.0.2.1"]


def test_decisions_right_after_a_writing_wait_together(house):
    house.gate.load([], NOON)
    house.clock.move(SECOND / 20)
    house.apply(ban_of())
    house.apply(ban_of("192.0.2.2"))
    assert house.listed() == []
    assert house.gate.tend(house.clock.now()) == NOON + SECOND / 10
    house.pass_time(SECOND / 20)
    assert house.listed() == ["192.0.2.1", "192.0.2.2"]
    assert house.gate.tend(house.clock.now()) == house.clock.now() + SECOND


def test_nothing_is_written_while_nothing_changes(house):
    house.gate.load([ban_of()], NOON)
    before = (house.folder / "banned.txt").stat().st_ino
    house.gate.apply([], NOON)
    for _ in range(5):
        house.pass_time(SECOND)
    assert (house.folder / "banned.txt").stat().st_ino == before


def test_ended_and_lifted_bans_leave_the_files(house):
    house.gate.load([ban_of(), ban_of("192.0.2.2", 2), ban_of("192.0.2.3", 9)], NOON)
    house.pass_time(HOUR)
    assert house.listed() == ["192.0.2.2", "192.0.2.3"]
    house.clock.move(2 * SECOND)
    house.apply(ban_of("192.0.2.3", 9, lifted=NOON + HOUR))
    assert house.listed() == ["192.0.2.2"]


def test_a_network_under_two_bans_stays_with_the_longer(house):
    house.gate.load([ban_of(), ban_of(hours=5, reference="PF-2")], NOON)
    house.pass_time(HOUR)
    assert house.listed() == ["192.0.2.1"]
    assert (
        json.loads((house.folder / "bans.json").read_text(encoding="utf-8"))["bans"][0]["reference"] == "PF-2"
    )


def test_an_extension_is_written(house):
    house.gate.load([ban_of()], NOON)
    house.clock.move(SECOND)
    house.apply(ban_of(hours=5))
    ends = json.loads((house.folder / "bans.json").read_text(encoding="utf-8"))["bans"][0]["ends"]
    assert ends == "2026-03-01T17:00:00Z"


def test_exempt_networks_are_cut_out_of_wider_bans(tmp_path):
    house = House(tmp_path, "192.0.2.2", "192.0.2.8/29", "198.51.100.0/24", "2001:db8::8000:0:0:0/128")
    house.gate.load([ban_of("192.0.2.0/28"), ban_of("198.51.100.7"), ban_of("203.0.113.0/24")], NOON)
    assert house.listed() == ["192.0.2.3", "192.0.2.0/31", "192.0.2.4/30", "203.0.113.0/24"]


def test_nested_exempt_networks_are_cut_out_once(tmp_path):
    house = House(tmp_path, "192.0.2.0/30", "192.0.2.1", "192.0.2.0/31")
    house.gate.load([ban_of("192.0.2.0/29")], NOON)
    assert house.listed() == ["192.0.2.4/30"]


def test_a_new_list_of_exempt_networks_is_written(house):
    house.gate.load([ban_of("192.0.2.0/31")], NOON)
    house.clock.move(SECOND)
    house.gate.exempt([parse_network("192.0.2.0")], house.clock.now())
    assert house.listed() == ["192.0.2.1"]
    house.clock.move(SECOND)
    house.gate.exempt([], house.clock.now())
    assert house.listed() == ["192.0.2.0/31"]


def test_the_same_exempt_networks_change_nothing(house):
    house.gate.load([ban_of()], NOON)
    before = (house.folder / "banned.txt").stat().st_ino
    house.clock.move(SECOND)
    house.gate.exempt([], house.clock.now())
    assert (house.folder / "banned.txt").stat().st_ino == before


def test_very_long_lists_are_written_less_often_under_a_steady_stream(house, monkeypatch):
    house.gate.load([], NOON)
    house.clock.move(SECOND)
    with monkeypatch.context() as long_list:
        long_list.setattr(
            "pforte.gates.files.gate.replace_file", lambda path, lines: house.clock.compute(2 * SECOND)
        )
        house.apply(ban_of())
    house.apply(ban_of("192.0.2.2"))
    house.pass_time(3 * SECOND)
    assert house.listed() == []
    house.pass_time(SECOND)
    assert house.listed() == ["192.0.2.1", "192.0.2.2"]


def test_a_slow_disk_is_waited_for_once(house, monkeypatch):
    house.gate.load([], NOON)
    house.clock.move(SECOND)
    with monkeypatch.context() as slow_disk:
        slow_disk.setattr(
            "pforte.gates.files.gate.replace_file", lambda path, lines: house.clock.move(2 * SECOND)
        )
        house.apply(ban_of())
    house.apply(ban_of("192.0.2.2"))
    house.pass_time(SECOND / 10)
    assert house.listed() == ["192.0.2.1", "192.0.2.2"]


def test_closing_writes_what_is_still_to_be_written(house):
    house.gate.load([], NOON)
    house.apply(ban_of())
    house.gate.close()
    assert house.listed() == ["192.0.2.1"]
    before = (house.folder / "banned.txt").stat().st_ino
    house.gate.close()
    assert (house.folder / "banned.txt").stat().st_ino == before


def test_a_folder_that_cannot_be_written_is_named_and_the_next_load_tries_again(tmp_path):
    house = House(tmp_path)
    house.folder.write_text("in the way", encoding="utf-8")
    with pytest.raises(GateError, match=r"gate\.files: .*files cannot be written .*gate\.files\.folder"):
        house.gate.load([ban_of()], NOON)
    house.folder.unlink()
    house.gate.load([ban_of()], NOON)
    assert house.listed() == ["192.0.2.1"]


def test_it_tells_which_files_hold_bans(house):
    assert house.gate.holding() == []
    house.gate.load([], NOON)
    assert house.gate.holding() == []
    house.gate.load([ban_of()], NOON)
    assert house.gate.holding() == house.gate.paths()


def test_a_file_that_cannot_be_read_is_named(house):
    (house.folder / "banned.txt").mkdir(parents=True)
    with pytest.raises(GateError, match=r"banned\.txt cannot be read"):
        house.gate.holding()


def test_an_unknown_form_is_refused(tmp_path):
    with pytest.raises(GateError, match=r"gate\.files\.kinds: 'gopher' is none of plain, nginx-geo"):
        FilesGate(tmp_path, ["plain", "gopher"], SetClock(NOON))


def test_every_form_can_be_written(tmp_path):
    gate = FilesGate(tmp_path, RENDERINGS, SetClock(NOON))
    gate.load([ban_of()], NOON)
    for path in gate.paths():
        assert "192.0.2.1" in path.read_text(encoding="utf-8")


def test_files_are_compared_line_by_line_and_left_alone(house):
    house.gate.load([ban_of("192.0.2.1"), ban_of("192.0.2.2")], NOON)
    plain, told = house.gate.compare([ban_of("192.0.2.2"), ban_of("192.0.2.3")], NOON)
    assert (plain.held, plain.missing, plain.surplus) == (2, ("192.0.2.3",), ("192.0.2.1",))
    assert (len(told.missing), len(told.surplus)) == (1, 1)
    assert house.listed() == ["192.0.2.1", "192.0.2.2"]
    assert all(
        place.agrees() for place in house.gate.compare([ban_of("192.0.2.2"), ban_of("192.0.2.1")], NOON)
    )
    (house.folder / "banned.txt").unlink()
    assert house.gate.compare([], NOON)[0].trouble == "it cannot be read (No such file or directory)"


def test_every_form_agrees_with_itself_at_another_second(tmp_path):
    """A zone's serial is the second of its writing, and says nothing of bans."""
    clock = SetClock(NOON)
    renderings = renderings_of(DnsblGateSettings(), clock)
    gate = FilesGate(tmp_path, renderings, clock, renderings=renderings)
    bans = [ban_of("192.0.2.1"), ban_of("10.0.0.0/8"), ban_of("2001:db8::/64")]
    gate.load(bans, NOON)
    clock.move(SECOND)
    for place in gate.compare(bans, NOON):
        assert place.agrees(), place
