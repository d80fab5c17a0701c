"""One story for all gates: an offence comes by a log and every gate refuses; one lift, and every gate admits."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import every_gate
import pytest
from every_gate import GATES, House
from questioners import FORMS, UnansweredError

from pforte.clock import SystemClock
from pforte.net.addresses import Network
from pforte.settings.gates import FileKind

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(not every_gate.HERE, reason=every_gate.NEEDS),
]

LIMIT_SECONDS = 1.0
"""Within which a decision has to reach every gate on one machine."""
GIVE_UP_SECONDS = 20.0


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    # A path of pytest's own folders would be too long for a socket.
    with TemporaryDirectory(prefix="pf-all-") as folder, every_gate.house(Path(folder)) as made:
        yield made


class Watch(threading.Thread):
    """Asks one gate again and again until it says what is wanted, and keeps when it was heard to do so."""

    def __init__(self, house: House, gate: str, network: Network, *, wanted: bool) -> None:
        super().__init__(name=gate)
        self._asks, self._network, self._wanted = house.questioner(gate), network, wanted
        self.heard: datetime | None = None
        self.trouble = ""
        self.asked = threading.Event()

    def run(self) -> None:
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while self.heard is None and time.monotonic() < deadline:
            try:
                refused = self._asks.refuses(self._network)
            except UnansweredError as error:
                self.trouble = str(error)
            else:
                if refused is self._wanted:
                    self.heard = SystemClock().now()
            self.asked.set()
            time.sleep(0.01)
        self._asks.close()


def watch(house: House, network: Network, *, wanted: bool) -> list[Watch]:
    """Begin to ask every gate, and return once each was asked."""
    watches = [Watch(house, gate, network, wanted=wanted) for gate in GATES]
    for each in watches:
        each.start()
    for each in watches:
        each.asked.wait(GIVE_UP_SECONDS)
    return watches


def delays(watches: list[Watch], since: datetime, what: str) -> dict[str, float]:
    """Return for each gate the seconds from a moment until it was heard, and print them."""
    found = {}
    for each in watches:
        each.join()
        assert each.heard, f"{each.name} never {what}: {each.trouble}"
        found[each.name] = (each.heard - since).total_seconds()
    print(f"\n{what}:", *(f"{seconds * 1000:7.0f} ms  {gate}" for gate, seconds in found.items()), sep="\n")
    return found


def answers(house: House, network: Network) -> dict[str, bool]:
    """Return what every gate says at this moment."""
    questioners = {gate: house.questioner(gate) for gate in GATES}
    said = {gate: questioner.refuses(network) for gate, questioner in questioners.items()}
    for questioner in questioners.values():
        questioner.close()
    return said


def test_every_form_of_file_is_asked() -> None:
    assert set(FORMS) == set(get_args(FileKind))


@pytest.mark.parametrize(
    ("attacker", "network", "neighbour"),
    [
        ("198.18.7.66", "198.18.7.66/32", "198.18.7.67/32"),
        ("2001:db8:7:42::66", "2001:db8:7:42::/64", "2001:db8:7:43::/64"),
    ],
)
def test_one_offence_closes_every_gate_and_one_lift_opens_it(
    house: House, attacker: str, network: str, neighbour: str
) -> None:
    """From the line in the log, and from the moment that the register gives the lift, to each gate's answer; neighbours come in all the time."""
    watches = watch(house, ip_network(network), wanted=True)
    offended = SystemClock().now()
    house.offend(attacker, at=offended.astimezone(UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"))
    refused = delays(watches, offended, "refused")
    assert not any(answers(house, ip_network(neighbour)).values())

    watches = watch(house, ip_network(network), wanted=False)
    assert not [each.name for each in watches if each.heard]
    house.pforte("lift", attacker, "--reason", "a test")
    admitted = delays(watches, house.last_decision(), "admitted")
    assert not any(answers(house, ip_network(neighbour)).values())
    assert max(refused.values()) <= LIMIT_SECONDS
    assert max(admitted.values()) <= LIMIT_SECONDS
