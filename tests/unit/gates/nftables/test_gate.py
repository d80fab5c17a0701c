"""The firewall gate, with an engine that only writes down what it is told."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from pforte.bans.ban import Action, Ban, Decision
from pforte.gates.gate import GateError
from pforte.gates.nftables.engine import Engines
from pforte.gates.nftables.gate import NftablesGate, Repair
from pforte.gates.nftables.ruleset import Layout, expected_chain
from pforte.net.addresses import parse_network

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
LAYOUT = Layout(table="pforte", priority=-200, size=100, ipv6_prefix=64)
EXEMPT = parse_network("127.0.0.0/8")


class Notebook:
    """Writes down commands, and lists what the test puts into the kernel's mouth."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.listed = 0
        self.listing: str | GateError = GateError("nftables refused: Error: No such file or directory")

    def change(self, commands: str) -> None:
        self.commands.append(commands)

    def list_json(self, command: str) -> str:
        assert command in ("list table inet pforte", "list chain inet pforte visitors")
        self.listed += 1
        if isinstance(self.listing, GateError):
            raise self.listing
        return self.listing

    def hold(self, **sets: dict[str, int | None]) -> None:
        """Pretend that the kernel holds these elements, and the chain as it should be."""
        entries: list[dict[str, object]] = [
            {"set": {"name": "allow4", "elem": [{"prefix": {"addr": "127.0.0.0", "len": 8}}]}}
        ]
        for name, elements in sets.items():
            values = [
                value if left is None else {"elem": {"val": value, "timeout": left, "expires": left}}
                for value, left in elements.items()
            ]
            entries.append({"set": {"name": name, "elem": values}})
        (hook, priority, policy), *rules = expected_chain(LAYOUT)
        entries.append({"chain": {"name": "visitors", "hook": hook, "prio": int(priority), "policy": policy}})
        for right, verdict in rules:
            expressions = [{"match": {"right": right}}, {verdict: None}]
            entries.append({"rule": {"chain": "visitors", "expr": expressions}})
        self.listing = json.dumps({"nftables": entries})


@pytest.fixture
def kernel() -> Notebook:
    return Notebook()


@pytest.fixture
def gate(kernel: Notebook) -> NftablesGate:
    return NftablesGate(LAYOUT, Engines(kernel, kernel), [EXEMPT], reconcile=5 * 60 * SECOND)


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


def test_the_full_state_is_one_transaction(gate, kernel):
    gate.load([ban_of(), ban_of("10.0.0.0/8")], NOON)
    (transaction,) = kernel.commands
    assert transaction.startswith("add table inet pforte\ndelete table inet pforte\n")
    assert "add element inet pforte ban4 { 192.0.2.1 timeout 3600s }" in transaction
    assert "add element inet pforte net4 { 10.0.0.0/8 timeout 3600s }" in transaction
    assert "add element inet pforte allow4 { 127.0.0.0/8 }" in transaction
    assert gate.entries() == 2
    assert gate.name == "nftables"


def test_a_batch_of_decisions_is_one_transaction(gate, kernel):
    gate.load([], NOON)
    gate.apply([decide(ban_of()), decide(ban_of("10.0.0.0/8")), decide(ban_of("2001:db8::"))], NOON)
    assert len(kernel.commands) == 2
    assert kernel.commands[1].count("timeout 3600s") == 3


def test_nothing_decided_is_nothing_told(gate, kernel):
    gate.load([], NOON)
    gate.apply([], NOON)
    gate.exempt([EXEMPT], NOON)
    assert len(kernel.commands) == 1


def test_exempt_networks_are_changed_only_when_they_differ(gate, kernel):
    gate.load([], NOON)
    gate.exempt([EXEMPT, parse_network("127.0.0.1")], NOON)
    assert len(kernel.commands) == 1
    gate.exempt([EXEMPT, parse_network("192.0.2.9")], NOON)
    assert kernel.commands[1].startswith("flush set inet pforte allow4\n")
    gate.load([], NOON)
    assert "192.0.2.9/32" in kernel.commands[2]


def test_the_kernel_is_compared_when_it_is_due(gate, kernel):
    kernel.hold(ban4={"192.0.2.1": 3600})
    gate.load([ban_of()], NOON)
    assert gate.tend(NOON) == NOON + 300 * SECOND
    assert gate.tend(NOON + 299 * SECOND) == NOON + 300 * SECOND
    assert kernel.listed == 0
    kernel.hold(ban4={"192.0.2.1": 3300})
    assert gate.tend(NOON + 300 * SECOND) == NOON + 600 * SECOND
    assert kernel.listed == 1
    assert gate.repair == Repair()
    assert len(kernel.commands) == 1


def test_a_clock_that_was_put_back_does_not_put_the_comparison_off(gate, kernel):
    kernel.hold()
    gate.load([], NOON + 24 * HOUR)
    gate.tend(NOON)
    assert kernel.listed == 1


def test_a_gate_that_was_never_loaded_compares_at_once(gate, kernel):
    gate.tend(NOON)
    assert gate.repair == Repair(rebuilt=True)


def test_differences_are_repaired_in_one_transaction(gate, kernel):
    gate.load([ban_of(), ban_of("192.0.2.2"), ban_of("192.0.2.3"), ban_of("10.0.0.0/8")], NOON)
    kernel.hold(ban4={"192.0.2.2": 3600, "192.0.2.3": 600, "192.0.2.4": None}, net4={"10.9.0.0/16": 50})
    assert gate.verify(NOON) == Repair(missing=2, surplus=2, wrong_end=1)
    (repair,) = kernel.commands[1:]
    assert "delete element inet pforte ban4 { 192.0.2.4,192.0.2.3 }" in repair
    assert "add element inet pforte ban4 { 192.0.2.1 timeout 3600s,192.0.2.3 timeout 3600s }" in repair
    assert "flush set inet pforte net4\nadd element inet pforte net4 { 10.0.0.0/8 timeout 3600s }" in repair
    assert gate.repair.anything()


def test_what_ends_within_seconds_is_no_difference(gate, kernel):
    gate.load([ban_of(), ban_of("192.0.2.2")], NOON)
    late = NOON + HOUR - 2 * SECOND
    kernel.hold(ban4={"192.0.2.2": 4, "192.0.2.9": 3})
    assert gate.verify(late) == Repair()
    assert not gate.repair.anything()


def test_a_table_that_is_gone_is_loaded_anew(gate, kernel):
    gate.load([ban_of()], NOON)
    assert gate.verify(NOON) == Repair(rebuilt=True)
    assert kernel.commands[0] == kernel.commands[1]


@pytest.mark.parametrize(
    ("old", "new"), [('"drop"', '"accept"'), ('"127.0.0.0"', '"126.0.0.0"'), ("@ban4", "@x")]
)
def test_a_changed_rule_or_exemption_is_put_right(gate, kernel, old, new):
    gate.load([ban_of()], NOON)
    kernel.hold(ban4={"192.0.2.1": 3600})
    kernel.listing = kernel.listing.replace(old, new)
    assert gate.verify(NOON) == Repair(rebuilt=True)


def test_trouble_with_the_listing_is_not_taken_for_a_missing_table(gate, kernel):
    gate.load([ban_of()], NOON)
    kernel.listing = GateError("nftables refused: Error: Operation not permitted")
    with pytest.raises(GateError, match="not permitted"):
        gate.verify(NOON)
    assert len(kernel.commands) == 1


def test_looking_changes_nothing(gate, kernel):
    kernel.hold(ban4={"192.0.2.1": 3600})
    listing, repair = gate.inspect([ban_of(), ban_of("192.0.2.2")], NOON)
    assert listing is not None
    assert repair == Repair(missing=1)
    assert kernel.commands == []


def test_bans_that_find_no_room_are_counted(kernel):
    gate = NftablesGate(replace(LAYOUT, size=1), Engines(kernel, kernel), [EXEMPT])
    gate.load([ban_of(), ban_of("192.0.2.2", 2)], NOON)
    kernel.hold(ban4={"192.0.2.2": 7200})
    assert gate.verify(NOON) == Repair(left_out=1)


def test_what_was_repaired_is_logged_once_it_was_due_and_silence_means_nothing_was(gate, kernel):
    gate.load([ban_of()], NOON)
    kernel.hold(ban4={"192.0.2.9": 600})
    with capture_logs() as lines:
        gate.tend(NOON + 300 * SECOND)
    assert lines == [
        {
            "event": "gate.repaired",
            "log_level": "warning",
            "gate": "nftables",
            "missing": 1,
            "surplus": 1,
            "wrong_end": 0,
            "rebuilt": False,
        }
    ]
    kernel.hold(ban4={"192.0.2.1": 3000})
    with capture_logs() as lines:
        gate.tend(NOON + 600 * SECOND)
    assert lines == []


def test_a_full_set_is_logged_with_what_to_do(kernel):
    gate = NftablesGate(replace(LAYOUT, size=1), Engines(kernel, kernel), [EXEMPT])
    gate.load([ban_of(), ban_of("192.0.2.2", 2)], NOON)
    kernel.hold(ban4={"192.0.2.2": 6900})
    with capture_logs() as lines:
        gate.tend(NOON + 300 * SECOND)
    (line,) = lines
    assert (line["event"], line["left_out"]) == ("gate.full", 1)
    assert "gate.nftables.size" in line["text"]


def test_the_removal_deletes_the_table_and_closing_leaves_it(gate, kernel):
    gate.close()
    assert kernel.commands == []
    gate.remove()
    assert kernel.commands == ["add table inet pforte\ndelete table inet pforte\n"]


def test_the_kernel_is_compared_element_by_element_and_left_alone(gate, kernel):
    kernel.hold(ban4={"192.0.2.1": 3600, "192.0.2.2": 60, "192.0.2.9": None}, net4={"10.0.0.0/8": 3600})
    kernel.hold(ban4={"192.0.2.1": 3600, "192.0.2.2": 60, "192.0.2.9": None})
    found = gate.compare([ban_of("192.0.2.1"), ban_of("192.0.2.2"), ban_of("10.0.0.0/8")], NOON)
    assert (found.held, found.missing, found.surplus, found.wrong) == (
        3,
        ("10.0.0.0/8",),
        ("192.0.2.9/32",),
        ("192.0.2.2/32",),
    )
    assert gate.compare([], NOON).surplus == ("192.0.2.1/32", "192.0.2.2/32", "192.0.2.9/32")
    assert kernel.commands == []


def test_a_comparison_tells_what_is_wrong_beside_the_elements(gate, kernel):
    assert gate.compare([], NOON).trouble == "the table is not there"
    kernel.hold(ban4={"192.0.2.1": 3600})
    assert gate.compare([ban_of()], NOON).agrees()
    kernel.listing = kernel.listing.replace('"accept"', '"drop"')
    assert "not as pforte makes them" in gate.compare([ban_of()], NOON).trouble
    many = [ban_of(f"192.0.2.{number}") for number in range(101)]
    kernel.hold(ban4={f"192.0.2.{number}": 3600 for number in range(100)})
    assert gate.compare(many, NOON).trouble == "no room for 1: raise gate.nftables.size"


def test_refused_packets_are_added_up(gate, kernel):
    rules = [
        {
            "rule": {
                "chain": "visitors",
                "expr": [{"match": {"right": f"@{name}"}}, {"counter": {"packets": 7}}, {"drop": None}],
            }
        }
        for name in ("ban4", "net6")
    ]
    kernel.listing = json.dumps({"nftables": rules})
    assert gate.refused() == 14
    kernel.listing = GateError("nftables refused: No such file or directory")
    with pytest.raises(GateError):
        gate.refused()
