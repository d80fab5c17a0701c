"""What a gate has to enforce, decision by decision."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pforte.bans.ban import Action, Ban, Decision
from pforte.gates.standing import Standing
from pforte.net.addresses import parse_network

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOME = parse_network("192.0.2.1")


def ban_of(reference: str = "PF-1", hours: float = 1, network: str = "192.0.2.1", **values: object) -> Ban:
    ban = Ban(
        network=parse_network(network),
        rung=1,
        starts=NOON,
        ends=NOON + hours * HOUR,
        reference=reference,
        reason="login.ssh",
    )
    return replace(ban, **values)  # type: ignore[arg-type]


def decide(ban: Ban, sequence: int = 1) -> Decision:
    return Decision(sequence=sequence, action=Action.BEGIN, ban=ban, decided=NOON)


def test_bans_that_have_ended_are_not_taken():
    standing = Standing()
    standing.load([ban_of(), ban_of("PF-2", network="192.0.2.2", lifted=NOON)], NOON)
    assert list(standing) == [ban_of()]


def test_loading_forgets_what_stood_before():
    standing = Standing()
    standing.load([ban_of(network="192.0.2.2")], NOON)
    standing.load([ban_of()], NOON)
    assert [ban.network for ban in standing] == [HOME]


def test_a_ban_whose_start_lies_a_little_ahead_counts_at_once():
    standing = Standing()
    standing.load([ban_of(starts=NOON + timedelta(seconds=5))], NOON)
    assert standing.ban(HOME) is not None


def test_of_several_bans_the_longest_speaks_and_a_lift_leaves_the_others():
    standing = Standing()
    standing.load([ban_of()], NOON)
    longer = ban_of("PF-2", 9)
    assert standing.apply([decide(longer)], NOON) == {HOME}
    assert standing.ban(HOME) == longer
    assert list(standing.longest()) == [longer]
    assert len(standing) == 1
    standing.apply([decide(replace(longer, lifted=NOON))], NOON)
    assert standing.ban(HOME) == ban_of()


def test_a_lift_of_the_only_ban_frees_the_network():
    standing = Standing()
    standing.load([ban_of()], NOON)
    assert standing.apply([decide(ban_of(lifted=NOON))], NOON) == {HOME}
    assert standing.ban(HOME) is None
    assert len(standing) == 0


def test_a_decision_about_a_ban_that_was_never_known_changes_nothing():
    standing = Standing()
    standing.apply([decide(ban_of(lifted=NOON))], NOON)
    assert list(standing) == []


def test_bans_go_at_their_end_and_not_before():
    standing = Standing()
    standing.load([ban_of(), ban_of("PF-2", 2), ban_of("PF-3", 3, "192.0.2.2")], NOON)
    assert standing.expire(NOON + HOUR - timedelta(microseconds=1)) == set()
    assert standing.expire(NOON + HOUR) == {HOME}
    assert standing.ban(HOME) == ban_of("PF-2", 2)
    assert standing.expire(NOON + 9 * HOUR) == {HOME, parse_network("192.0.2.2")}
    assert standing.expire(NOON + 10 * HOUR) == set()


steps = st.lists(
    st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(-2, 6), st.booleans()), max_size=30
)


@given(steps, st.integers(0, 8))
def test_any_row_of_decisions_leaves_exactly_the_bans_that_their_last_state_says(rows, hours):
    standing = Standing()
    last: dict[str, Ban] = {}
    for number, (reference, host, length, lifted) in enumerate(rows):
        network = f"192.0.2.{host}"
        ban = ban_of(f"PF-{reference}-{host}", length, network, lifted=NOON if lifted else None)
        standing.apply([decide(ban, number)], NOON)
        last[ban.reference] = ban
    moment = NOON + hours * HOUR
    standing.expire(moment)
    expected = {reference: ban for reference, ban in last.items() if ban.effective_end() > moment}
    assert {ban.reference: ban for ban in standing} == expected
