"""Clients whose every line is looked at."""

from hypothesis import given
from hypothesis import strategies as st

from pforte.visits.followed import Followed, merged, start_of

LOG = b"192.0.2.1 - a\n192.0.2.11 - b\n198.51.100.7 - c\n192.0.2.1 - d\n2001:db8:1:2::9 - e\n"


def lines(followed: Followed, data: bytes = LOG) -> list[bytes]:
    return [data[start:end] for start, end, _ in followed.candidates(data)]


def test_nobody_is_followed_at_first():
    assert lines(Followed()) == []


def test_every_line_of_a_followed_client_is_named_from_then_on():
    followed = Followed()
    followed.follow("198.51.100.7", 5.0)
    assert lines(followed) == [b"198.51.100.7 - c"]
    followed.follow("192.0.2.1", 5.0)
    named = lines(followed)
    assert {b"192.0.2.1 - a", b"198.51.100.7 - c", b"192.0.2.1 - d"} <= set(named)
    assert b"2001:db8:1:2::9 - e" not in named


def test_the_64_of_an_ipv6_client_is_followed():
    followed = Followed()
    followed.follow("2001:DB8:1:2:aaaa::1", 5.0)
    assert followed.since("2001:db8:1:2::9") == 5.0
    assert followed.since("2001:db8:1:3::9") is None
    assert lines(followed) == [b"2001:db8:1:2::9 - e"]


def test_an_address_whose_text_hides_its_64_is_followed_alone():
    assert start_of("2001:db8::1") == "2001:db8::1"
    assert start_of("::1") == "::1"


def test_those_longest_not_seen_leave_first():
    followed = Followed(limit=2)
    for client in ("192.0.2.1", "198.51.100.7", "192.0.2.1", "203.0.113.9"):
        followed.follow(client, 5.0)
    assert len(followed) == 2
    assert followed.since("192.0.2.1") is not None
    assert followed.since("198.51.100.7") is None


def test_the_earliest_fetch_counts():
    followed = Followed()
    for at in (50.0, 40.0, 60.0):
        followed.follow("192.0.2.1", at)
    assert followed.since("192.0.2.1") == 40.0


def test_many_are_followed_over_several_compilations():
    followed = Followed(limit=500)
    clients = [f"10.0.{number // 250}.{number % 250}" for number in range(300)]
    for turn in range(0, 300, 30):
        for client in clients[turn : turn + 30]:
            followed.follow(client, 5.0)
        data = b"".join(client.encode() + b" x\n" for client in clients)
        named = set(lines(followed, data))
        assert {client.encode() + b" x" for client in clients[: turn + 30]} <= named


def test_one_that_left_and_came_back_is_followed_again():
    followed = Followed(limit=100)
    clients = [f"10.0.0.{number}" for number in range(200)]
    for client in clients:
        followed.follow(client, 5.0)
        followed.candidates(b"")
    followed.follow(clients[0], 5.0)
    assert lines(followed, b"10.0.0.0 x\n") == [b"10.0.0.0 x"]


candidates = st.dictionaries(st.integers(0, 20), st.integers(1, 7), max_size=8).map(
    lambda lines: [(start, start + 1, groups) for start, groups in sorted(lines.items())]
)


@given(candidates, candidates)
def test_merging_keeps_order_and_every_group(first, second):
    wanted: dict[int, int] = {}
    for start, _, groups in first + second:
        wanted[start] = wanted.get(start, 0) | groups
    assert merged(first, second) == [(start, start + 1, wanted[start]) for start in sorted(wanted)]
