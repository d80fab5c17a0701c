"""What the sets must hold, and what each decision changes in them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.bans.ban import Action, Ban, Decision, Reach
from pforte.gates.nftables.ruleset import SETS, Change, Layout
from pforte.gates.nftables.wanted import Wanted
from pforte.net.addresses import Network, parse_network

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LAYOUT = Layout(table="pforte", priority=-200, size=3, ipv6_prefix=64)
EMPTY: dict[str, dict[Network, int]] = {name: {} for name in SETS}


def ban_of(network: str, hours: float = 1, **values: object) -> Ban:
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


def net(text: str) -> Network:
    return parse_network(text)


def test_bans_are_sorted_into_their_sets():
    bans = [ban_of("192.0.2.1"), ban_of("10.0.0.0/8"), ban_of("2001:db8::/64"), ban_of("2001:db8::/56", 2)]
    assert Wanted(LAYOUT).load(bans, NOON) == {
        "ban4": {net("192.0.2.1"): 3600},
        "net4": {net("10.0.0.0/8"): 3600},
        "ban6": {net("2001:db8::/64"): 3600},
        "net6": {net("2001:db8::/56"): 7200},
    }


def test_parts_of_a_second_are_rounded_up():
    wanted = Wanted(LAYOUT)
    assert wanted.load([ban_of("192.0.2.1")], NOON + timedelta(milliseconds=1))["ban4"] == {
        net("192.0.2.1"): 3600
    }


def test_shared_networks_are_left_to_other_gates():
    wanted = Wanted(LAYOUT)
    shared = ban_of("100.64.0.1", reach=Reach.APPLICATION)
    assert wanted.load([shared, replace(shared, network=net("100.64.0.0/10"))], NOON) == EMPTY
    assert wanted.apply([decide(shared)], NOON) == []
    assert len(wanted) == 0


def test_a_begin_of_an_address_is_one_small_step():
    wanted = Wanted(LAYOUT)
    wanted.load([ban_of("192.0.2.9"), ban_of("10.0.0.0/8")], NOON)
    assert wanted.apply([decide(ban_of("192.0.2.1"))], NOON) == [
        Change("ban4", [net("192.0.2.1")], {net("192.0.2.1"): 3600})
    ]
    assert len(wanted) == 3


def test_a_lift_takes_the_address_out():
    wanted = Wanted(LAYOUT)
    wanted.load([ban_of("192.0.2.1")], NOON)
    assert wanted.apply([decide(ban_of("192.0.2.1", lifted=NOON))], NOON) == [
        Change("ban4", [net("192.0.2.1")])
    ]


def test_many_decisions_about_one_network_are_one_step():
    wanted = Wanted(LAYOUT)
    wanted.load([], NOON)
    first, other = ban_of("192.0.2.1"), ban_of("192.0.2.1", 5, reference="PF-2")
    decisions = [decide(first), decide(other), decide(replace(first, lifted=NOON))]
    assert wanted.apply(decisions, NOON) == [Change("ban4", [net("192.0.2.1")], {net("192.0.2.1"): 5 * 3600})]


def test_a_new_prefix_apart_from_the_others_is_only_added():
    wanted = Wanted(LAYOUT)
    wanted.load([ban_of("10.0.0.0/8")], NOON)
    assert wanted.apply([decide(ban_of("11.0.0.0/8"))], NOON) == [
        Change("net4", [], {net("11.0.0.0/8"): 3600})
    ]


def test_a_prefix_inside_one_that_lasts_as_long_changes_nothing():
    wanted = Wanted(LAYOUT)
    wanted.load([ban_of("10.0.0.0/8")], NOON)
    assert wanted.apply([decide(ban_of("10.1.0.0/16"))], NOON) == []
    assert wanted.apply([decide(ban_of("10.1.0.0/16"))], NOON) == []


def test_a_prefix_inside_one_that_ends_sooner_makes_the_set_new():
    wanted = Wanted(LAYOUT)
    wanted.load([ban_of("10.0.0.0/8"), ban_of("2001:db8::/56")], NOON)
    assert wanted.apply([decide(ban_of("10.0.0.0/9", 2))], NOON) == [
        Change("net4", added={net("10.0.0.0/9"): 7200, net("10.128.0.0/9"): 3600}, flush=True)
    ]
    assert wanted.apply([decide(ban_of("10.0.0.0/8", lifted=NOON))], NOON) == [
        Change("net4", [net("10.128.0.0/9")])
    ]


def test_an_extended_prefix_is_renewed_in_place():
    wanted = Wanted(LAYOUT)
    wanted.load([ban_of("10.0.0.0/8")], NOON)
    assert wanted.apply([decide(ban_of("10.0.0.0/8", 2))], NOON) == [
        Change("net4", [net("10.0.0.0/8")], {net("10.0.0.0/8"): 7200})
    ]


def test_a_piece_that_the_kernel_may_still_hold_is_no_obstacle():
    wanted = Wanted(LAYOUT)
    wanted.load([ban_of("10.0.0.0/8")], NOON)
    just_after = NOON + HOUR + timedelta(seconds=1)
    assert wanted.apply([decide(ban_of("10.0.0.0/9", 2))], just_after) == [
        Change("net4", added={net("10.0.0.0/9"): 3599}, flush=True)
    ]
    later = NOON + HOUR * 2 + timedelta(seconds=3)
    assert wanted.apply([decide(ban_of("10.0.0.0/8", 9))], later) == [
        Change("net4", [], {net("10.0.0.0/8"): 7 * 3600 - 3})
    ]


def test_a_set_takes_the_longest_that_fit():
    wanted = Wanted(LAYOUT)
    bans = [ban_of(f"192.0.2.{number}", number) for number in range(1, 6)]
    held = wanted.load([*bans, ban_of("2001:db8::")], NOON)
    assert held["ban4"].keys() == {net(f"192.0.2.{number}") for number in (3, 4, 5)}
    assert len(held["ban6"]) == 1
    assert wanted.left_out() == 2
    assert len(wanted) == 6


def test_everything_in_its_place_leaves_nothing_out():
    wanted = Wanted(LAYOUT)
    wanted.load([ban_of("192.0.2.1"), ban_of("10.0.0.0/8")], NOON)
    assert wanted.left_out() == 0


networks = st.sampled_from(
    [
        "192.0.2.1",
        "192.0.2.2",
        "192.0.2.0/30",
        "192.0.2.0/29",
        "192.0.2.4/31",
        "2001:db8::/64",
        "2001:db8::/62",
    ]
)
rows = st.lists(st.tuples(networks, st.integers(0, 6), st.booleans(), st.integers(0, 1)), max_size=12)


class Kernel:
    """Sets that behave as nftables does: refuse overlaps of prefixes, also of those taken out in the same step."""

    def __init__(self, held: dict[str, dict[Network, int]], at: datetime) -> None:
        self.sets = {
            name: {each: at + timedelta(seconds=left) for each, left in held[name].items()} for name in SETS
        }

    def change(self, change: Change, at: datetime) -> None:
        held = {network: end for network, end in self.sets[change.set_name].items() if end > at}
        before = set() if change.flush else set(held)
        if change.set_name.startswith("net"):
            for network in change.added:
                assert not any(
                    network != other and network.overlaps(other) for other in before | set(change.added)
                )
        held = {} if change.flush else {each: end for each, end in held.items() if each not in change.out}
        for network, left in change.added.items():
            assert network not in held, "an older kernel would keep the old end"
            held[network] = at + timedelta(seconds=left)
        self.sets[change.set_name] = held

    def state(self, at: datetime) -> dict[str, dict[Network, int]]:
        return {
            name: {each: round((end - at).total_seconds()) for each, end in held.items() if end > at}
            for name, held in self.sets.items()
        }


@given(rows, rows)
@settings(max_examples=150)
def test_single_steps_lead_to_what_a_fresh_load_would_hold(before, after):
    layout = replace(LAYOUT, size=100)
    wanted = Wanted(layout)
    kernel = Kernel(wanted.load([ban_of(*row[:2]) for row in before], NOON), NOON)
    now = NOON
    last = {ban.network: ban for ban in (ban_of(*row[:2]) for row in before)}
    wanted.load(last.values(), NOON)
    kernel = Kernel(wanted.elements(NOON), NOON)
    for network, hours, lifted, passed in after:
        now += passed * HOUR
        ban = ban_of(network, hours, lifted=NOON if lifted else None)
        last[ban.network] = ban
        for change in wanted.apply([decide(ban)], now):
            kernel.change(change, now)
    assert kernel.state(now) == Wanted(layout).load(last.values(), now)


SCOPED = replace(LAYOUT, scopes={"mail.relay": (25,)})


def test_a_network_stands_in_each_scope_until_its_own_end():
    wanted = Wanted(SCOPED)
    spam = ban_of("192.0.2.1", 2, reason="mail.relay", reference="PF-2")
    held = wanted.load([ban_of("192.0.2.1"), spam, ban_of("10.0.0.0/8", reason="mail.relay")], NOON)
    assert {name: elements for name, elements in held.items() if elements} == {
        "ban4": {net("192.0.2.1"): 3600},
        "ban4_1": {net("192.0.2.1"): 7200},
        "net4_1": {net("10.0.0.0/8"): 3600},
    }
    assert len(wanted) == 2
    assert wanted.apply([decide(replace(spam, lifted=NOON)), decide(ban_of("11.0.0.0/8"))], NOON) == [
        Change("net4", [], {net("11.0.0.0/8"): 3600}),
        Change("ban4_1", [net("192.0.2.1")]),
    ]
    assert len(wanted) == 3


def test_each_scope_has_room_of_its_own():
    wanted = Wanted(SCOPED)
    bans = [ban_of(f"192.0.2.{each}", reason=reason) for each in range(3) for reason in ("x", "mail.relay")]
    wanted.load(bans, NOON)
    assert wanted.left_out() == 0
    wanted.apply([decide(ban_of("192.0.2.9", reason="mail.relay"))], NOON)
    assert wanted.left_out() == 1
