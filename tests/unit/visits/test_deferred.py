"""Lines that wait until their client has enough of them."""

from hypothesis import given
from hypothesis import strategies as st

from pforte.visits.deferred import Deferred

Line = tuple[str, int]


def deferred(least: int = 3, span: float = 60.0, limit: int = 100) -> Deferred[Line]:
    return Deferred(least, span, lambda line: float(line[1]), limit)


def test_single_lines_wait():
    waiting = deferred()
    assert waiting.defer("a", ("a", 1)) is None
    assert waiting.defer("b", ("b", 1)) is None
    assert len(waiting) == 2


def test_the_line_that_makes_enough_is_read_with_those_before_it():
    waiting = deferred()
    waiting.defer("a", ("a", 1))
    waiting.defer("a", ("a", 2))
    assert list(waiting.defer("a", ("a", 3)) or ()) == [("a", 1), ("a", 2)]
    assert list(waiting.defer("a", ("a", 4)) or ()) == []
    assert len(waiting) == 0


def test_a_client_that_does_anything_else_is_read_from_then_on():
    waiting = deferred()
    waiting.defer("a", ("a", 1))
    assert list(waiting.take("a")) == [("a", 1)]
    assert list(waiting.take("a")) == []
    assert waiting.defer("a", ("a", 2)) is not None


def test_lines_older_than_the_window_are_thrown_away_unread():
    waiting = deferred(limit=100)
    for at in (0, 61, 122, 183):
        waiting.turn()
        waiting.defer(f"{at}", (f"{at}", at))
    waiting.turn()
    assert len(waiting) <= 3
    assert list(waiting.take("0")) == []
    assert list(waiting.take("183")) == [("183", 183)]


def test_where_memory_is_short_the_lines_are_read():
    waiting = deferred(limit=5)
    lines = [(f"{number}", number) for number in range(5)]
    for client, at in lines:
        waiting.defer(client, (client, at))
    assert sorted(waiting.turn()) == sorted(lines)
    assert len(waiting) == 0
    assert list(waiting.defer("1", ("1", 6)) or ()) == []


def test_no_line_waits_once_too_many_clients_are_read():
    waiting = deferred(limit=3)
    for number in range(5):
        waiting.take(f"{number}")
    assert waiting.defer("new", ("new", 1)) is not None


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 40), st.booleans(), st.booleans()), max_size=80
    ),
    st.integers(1, 6),
)
def test_no_window_with_enough_lines_is_ever_missed(steps, limit):
    """Whatever was read, counted in its order, completes wherever all lines counted at once would."""
    span, least = 60, 3
    waiting: Deferred[Line] = Deferred(least, span, lambda line: float(line[1]), limit)
    seen: dict[str, list[int]] = {}
    read: dict[str, list[int]] = {}
    now = 0
    for client, step, new_block, other in steps:
        now += step
        if new_block:
            for owner, at in waiting.turn():
                read.setdefault(owner, []).append(at)
        line = (client, now)
        seen.setdefault(client, []).append(now)
        due = waiting.take(client) if other else waiting.defer(client, line)
        if due is not None:
            read.setdefault(client, []).extend([at for _, at in due] + [now])
            recent = [at for at in seen[client] if at >= now - span]
            counted = [at for at in read[client] if at >= now - span]
            assert sorted(counted) == recent
        else:
            assert len([at for at in seen[client] if at >= now - span]) < least
