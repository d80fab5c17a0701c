"""Counting findings of one network in a window."""

from collections import Counter
from datetime import timedelta
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.net.addresses import Network, parse_network
from pforte.visits.checks.declaration import Threshold
from pforte.visits.tally import Counted, Sighting, Tallies, TallyState, name_of

MANY = "visit.many"
DIFFERENT = "visit.different"
ACTS = "visit.acts"
THRESHOLDS = {
    MANY: Threshold(3, timedelta(seconds=60)),
    DIFFERENT: Threshold(3, timedelta(seconds=60), distinct=True),
    ACTS: Threshold(3, timedelta(seconds=60), acts=True),
}
ONE, OTHER = "192.0.2.1", "2001:db8:0:1::/64"


@pytest.fixture
def tallies() -> Tallies:
    return Tallies(THRESHOLDS, 100, tracked=True)


def count(
    tallies: Tallies, check: str, network: str, at: float, variant: bytes = b"", attempts: int = 1
) -> Counted | None:
    """Count one finding about what makes it different."""
    return tallies.count(check, network, Sighting(at, variant, variant, attempts))


def completes(tallies: Tallies, *finding: object, **facts: object) -> bool:
    """Count one finding and say whether it completes an offence."""
    return count(tallies, *finding, **facts) is not None  # type: ignore[arg-type]


def act_of(tallies: Tallies, *acts: bytes, start: float = 0.0) -> str:
    """Return the act of the offence that the last of these findings completes; the others complete none."""
    *before, last = [count(tallies, ACTS, ONE, start + second, act) for second, act in enumerate(acts)]
    assert before == [None] * len(before)
    assert last is not None
    return last.act


def test_the_finding_that_reaches_the_count_completes_the_offence(tallies):
    assert [completes(tallies, MANY, ONE, at) for at in (0.0, 30.0, 60.0)] == [False, False, True]


def test_findings_further_apart_than_the_window_do_not(tallies):
    assert [completes(tallies, MANY, ONE, at) for at in (0.0, 30.0, 60.1, 90.1)] == [
        False,
        False,
        False,
        False,
    ]


def test_after_an_offence_the_count_starts_anew(tallies):
    assert [completes(tallies, MANY, ONE, at) for at in range(7)] == [False, False, True] * 2 + [False]


def test_networks_and_checks_are_counted_apart(tallies):
    for at in range(2):
        assert not completes(tallies, MANY, ONE, at)
        assert not completes(tallies, MANY, OTHER, at)
        assert not completes(tallies, DIFFERENT, ONE, at, b"/%d" % at)
    assert completes(tallies, MANY, ONE, 2)


def test_lines_out_of_order_count_by_their_time(tallies):
    assert [completes(tallies, MANY, ONE, at) for at in (100.0, 55.0, 70.0)] == [False, False, True]
    assert [completes(tallies, MANY, OTHER, at) for at in (100.0, 39.9, 70.0)] == [False, False, False]


@pytest.mark.parametrize("check", [MANY, DIFFERENT, ACTS])
def test_a_file_of_earlier_times_is_counted_behind_one_of_later_times(tallies, check):
    for at in (9000.0, 9001.0):
        assert not completes(tallies, check, ONE, at, b"%d" % at)
    assert [completes(tallies, check, ONE, at, b"%d" % at) for at in (10.0, 11.0, 12.0)] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize("check", [MANY, DIFFERENT, ACTS])
def test_two_sources_whose_clocks_differ_do_not_disturb_each_other(tallies, check):
    for step in range(2):
        assert not completes(tallies, check, ONE, 9000.0 + step, b"a%d" % step)
        assert not completes(tallies, check, ONE, 10.0 + step, b"b%d" % step)
    assert completes(tallies, check, ONE, 12.0, b"b2")


def test_the_same_target_counts_once_where_different_ones_are_asked_for(tallies):
    assert [completes(tallies, DIFFERENT, ONE, at, b"/same") for at in range(9)] == [False] * 9
    assert not completes(tallies, DIFFERENT, ONE, 10, b"/b")
    assert completes(tallies, DIFFERENT, ONE, 11, b"/c")


def test_a_target_asked_for_again_counts_with_its_newest_time(tallies):
    for at, variant in ((0, b"/a"), (50, b"/b"), (55, b"/a")):
        assert not completes(tallies, DIFFERENT, ONE, at, variant)
    assert completes(tallies, DIFFERENT, ONE, 100, b"/c")


def test_an_old_target_falls_out_of_the_window(tallies):
    for at, variant in ((0, b"/a"), (50, b"/b")):
        assert not completes(tallies, DIFFERENT, ONE, at, variant)
    assert not completes(tallies, DIFFERENT, ONE, 100, b"/c")
    assert completes(tallies, DIFFERENT, ONE, 101, b"/d")


def test_one_line_may_stand_for_several_tries(tallies):
    assert not completes(tallies, MANY, ONE, 0, attempts=2)
    assert completes(tallies, MANY, ONE, 1)
    assert completes(tallies, MANY, OTHER, 0, attempts=1_000_000_000)


def test_the_same_acts_in_any_order_and_number_have_one_identity(tallies):
    act = act_of(tallies, b"a", b"a", b"b")
    assert len(act) == 20
    assert act_of(tallies, b"b", b"a", b"b") == act
    assert act_of(tallies, b"a", b"a", b"a") != act
    assert act_of(tallies, b"a", b"b", b"c") != act
    assert act_of(Tallies(THRESHOLDS, 100), b"a", b"b", b"a") == act


def test_an_act_that_nobody_told_makes_the_offence_an_act_of_its_own(tallies):
    assert act_of(tallies, b"a", b"", b"a") == act_of(tallies, b"", b"", b"") == ""


def test_only_the_acts_of_the_window_are_named(tallies):
    assert not completes(tallies, ACTS, ONE, 0.0, b"old")
    assert act_of(tallies, b"a", b"a", b"a", start=200.0) == act_of(tallies, b"a", b"a", b"a")


def test_a_line_that_stands_for_several_tries_is_one_act(tallies):
    many = count(tallies, ACTS, ONE, 0.0, b"a", 1_000_000)
    assert many is not None
    assert many.act == act_of(tallies, b"a", b"a", b"a")


def test_other_counts_name_no_act(tallies):
    for check in (MANY, DIFFERENT):
        *_, last = [count(tallies, check, ONE, at, b"%d" % at) for at in range(3)]
        assert last is not None
        assert last.act == ""


def test_the_least_recently_seen_leave_first():
    tallies = Tallies(THRESHOLDS, 2)
    count(tallies, MANY, "a", 0)
    count(tallies, MANY, "b", 0)
    count(tallies, MANY, "a", 1)
    count(tallies, MANY, "c", 1)
    assert len(tallies) == 2
    assert completes(tallies, MANY, "a", 2), "the one seen last was kept"
    assert not completes(tallies, MANY, "b", 2)
    assert not completes(tallies, MANY, "b", 3), "the one forgotten begins anew"


def test_changes_are_told_once(tallies):
    count(tallies, MANY, ONE, 5.0)
    count(tallies, DIFFERENT, OTHER, 5.0, b"/a")
    assert [(state.check, name_of(state.network)) for state in tallies.changes()] == [
        (MANY, ONE),
        (DIFFERENT, OTHER),
    ]
    assert tallies.changes() == ()


def test_a_count_that_ended_is_told_as_empty(tallies):
    for at in range(3):
        count(tallies, MANY, ONE, at)
    assert tallies.changes() == (TallyState(MANY, parse_network(ONE), b""),)


def test_a_count_pushed_out_is_told_as_empty():
    tallies = Tallies(THRESHOLDS, 1, tracked=True)
    count(tallies, MANY, ONE, 0)
    tallies.changes()
    count(tallies, MANY, OTHER, 0)
    assert TallyState(MANY, parse_network(ONE), b"") in tallies.changes()


def test_what_was_counted_is_told(tallies):
    """Whoever is banned for several deeds must see all of them, not the last one alone."""
    for at, path in ((0, b"/wp-login.php"), (5, b"/administrator")):
        assert count(tallies, DIFFERENT, ONE, at, path) is None
    told = count(tallies, DIFFERENT, ONE, 9, b"/admin.php?user=me&password=mine")
    assert told == Counted("", "3 in 1m: /wp-login.php, /administrator, /admin.php?...")


def test_what_lies_outside_of_the_window_is_not_told(tallies):
    for at, path in ((0, b"/old"), (100, b"/a"), (101, b"/b")):
        assert count(tallies, DIFFERENT, ONE, at, path) is None
    assert count(tallies, DIFFERENT, ONE, 102, b"/c") == Counted("", "3 in 1m: /a, /b, /c")


def test_the_same_thing_is_told_once(tallies):
    for at, user in ((0, b"root"), (1, b"admin")):
        assert count(tallies, MANY, ONE, at, user) is None
    assert count(tallies, MANY, ONE, 2, b"root") == Counted("", "3 in 1m: admin, root")


def test_a_count_without_names_tells_its_number(tallies):
    assert count(tallies, MANY, ONE, 0, attempts=5) == Counted("", "3 in 1m")


def test_a_single_finding_is_told_by_its_line():
    tallies = Tallies({ACTS: Threshold(1, timedelta(seconds=60), acts=True)}, 10)
    counted = count(tallies, ACTS, ONE, 0, b"mail")
    assert counted is not None
    assert counted.observed == ""


def test_a_state_kept_before_things_were_named_is_counted_on(tallies):
    """An update of the program forgives nobody; what it does not know any more it does not tell."""
    old = b"\x01" + b"".join(pack("<dQ", at, name) for at, name in ((0.0, 11), (5.0, 12)))
    tallies.load([TallyState(DIFFERENT, parse_network(ONE), old)])
    assert count(tallies, DIFFERENT, ONE, 9, b"/admin.php") == Counted("", "3 in 1m: ..., /admin.php")


def test_networks_are_named_so_that_they_can_be_read_again():
    for text in ("192.0.2.1", "2001:db8:0:1::/64", "192.0.2.0/24", "2001:db8::1/128"):
        assert parse_network(name_of(parse_network(text))) == parse_network(text)


def test_without_a_register_nothing_is_remembered_for_it():
    tallies = Tallies(THRESHOLDS, 10)
    count(tallies, MANY, ONE, 0)
    assert tallies.changes() == ()


@pytest.mark.parametrize(
    "state",
    [
        b"",
        b"\x01",
        b"\x03" + bytes(16),
        b"\x01abc",
        b"\x01" + b"\xff" * 16,
        b"\x01" + bytes(15),
        b"\x02\x10\x00",
    ],
)
def test_kept_states_of_another_form_are_left_out(tallies, state):
    tallies.load(
        [
            TallyState(MANY, parse_network(ONE), state),
            TallyState("visit.gone", parse_network(ONE), b"\x01" + bytes(16)),
        ]
    )
    assert len(tallies) == 0


@given(st.binary(max_size=60))
def test_any_kept_bytes_are_taken_or_left(state):
    tallies = Tallies(THRESHOLDS, 10)
    tallies.load([TallyState(check, parse_network(ONE), state) for check in THRESHOLDS])
    for check in THRESHOLDS:
        counted = count(tallies, check, ONE, 0.0, b"a")
        assert counted is None or counted.act == "" or check == ACTS


findings = st.lists(
    st.tuples(
        st.sampled_from([MANY, DIFFERENT, ACTS]),
        st.sampled_from([ONE, OTHER]),
        st.integers(0, 300),
        st.integers(0, 4),
    ),
    max_size=40,
)


@given(findings, st.integers(0, 40))
def test_a_restart_in_between_changes_nothing(rows, stop):
    """Whatever was counted and handed to the register is counted on after a load."""
    plain, before = Tallies(THRESHOLDS, 100), Tallies(THRESHOLDS, 100, tracked=True)
    kept: dict[tuple[str, Network], TallyState] = {}
    wanted = [count(plain, check, network, at, b"%d" % variant) for check, network, at, variant in rows]
    got = []
    for number, (check, network, at, variant) in enumerate(rows):
        if number == stop:
            kept.update({(state.check, state.network): state for state in before.changes()})
            before = Tallies(THRESHOLDS, 100, tracked=True)
            before.load(kept.values())
        got.append(count(before, check, network, at, b"%d" % variant))
        kept.update({(state.check, state.network): state for state in before.changes()})
    assert got == wanted


@given(st.lists(st.integers(0, 121), max_size=40), st.sampled_from([MANY, DIFFERENT, ACTS]))
def test_in_any_order_it_is_full_where_a_window_is(times, check):
    tallies, seen = Tallies(THRESHOLDS, 10), []
    for number, at in enumerate(times):
        seen.append(at)
        around = sorted(one for one in seen if abs(one - at) <= 60)
        full = any(late - early <= 60 for early, late in zip(around, around[2:], strict=False))
        assert completes(tallies, check, ONE, at, b"%d" % number) == full
        if full:
            seen = []


@given(st.lists(st.integers(0, 10_000), max_size=60), st.sampled_from([MANY, DIFFERENT, ACTS]))
def test_one_count_never_takes_more_than_twice_its_size(times, check):
    tallies = Tallies(THRESHOLDS, 10)
    for number, at in enumerate(times):
        count(tallies, check, ONE, at, b"%d" % number)
        assert all(len(hits) < 6 for hits, _ in tallies._counts.values())


@given(st.lists(st.integers(0, 500), max_size=60).map(sorted))
def test_in_order_it_is_a_sliding_window(times):
    tallies, recent = Tallies(THRESHOLDS, 10), []
    for at in times:
        recent = [*(old for old in recent if old >= at - 60), at]
        reached = len(recent) >= 3
        assert completes(tallies, MANY, ONE, at) == reached
        if reached:
            recent = []


@given(findings)
def test_never_more_counts_than_the_limit(rows):
    tallies = Tallies(THRESHOLDS, 2)
    seen = Counter()
    for check, network, at, variant in rows:
        count(tallies, check, network, at, b"%d" % variant)
        seen[check] += 1
        assert len(tallies) <= 2


def test_counts_move_to_another_scanner() -> None:
    """New settings lose no count."""
    rules = {"visit.http-login": Threshold(3, timedelta(minutes=1))}
    former, later = Tallies(rules, 10), Tallies(rules, 10)
    count(former, "visit.http-login", "192.0.2.1", 1.0)
    count(former, "visit.http-login", "192.0.2.1", 2.0)
    later.load(former.states())
    assert completes(later, "visit.http-login", "192.0.2.1", 3.0)
