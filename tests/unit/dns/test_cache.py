"""Answers are kept while they hold, and never more than a set number."""

from hypothesis import given
from hypothesis import strategies as st

from pforte.dns.cache import AnswerCache
from pforte.dns.resolver import Answer, Status


class Hand:
    """A clock's hand that a test moves."""

    def __init__(self):
        self.at = 1000.0

    def __call__(self):
        return self.at


def found(ttl, value="192.0.2.1"):
    return Answer(status=Status.FOUND, values=(value,), ttl=ttl)


def test_an_answer_is_kept_for_its_ttl_and_says_how_long_it_still_holds():
    hand = Hand()
    cache = AnswerCache(10, hand)
    cache.put("q", found(60))
    hand.at += 59.5
    assert cache.get("q") == found(0)
    hand.at -= 9.5
    assert cache.get("q") == found(10)
    hand.at += 10
    assert cache.get("q") is None
    assert len(cache) == 0


def test_what_was_never_asked_is_not_known():
    assert AnswerCache(10, Hand()).get("q") is None


def test_each_status_has_its_longest_time():
    for answer, longest in [
        (found(10**9), 86_400),
        (Answer(status=Status.NONE, ttl=10**9), 10_800),
        (Answer(status=Status.TROUBLE), 5),
        (Answer(status=Status.TROUBLE, ttl=3600), 5),
        (found(0), 1),
        (Answer(status=Status.NONE), 1),
    ]:
        hand = Hand()
        cache = AnswerCache(10, hand)
        cache.put("q", answer)
        hand.at += longest - 0.5
        assert cache.get("q") is not None
        hand.at += 0.5
        assert cache.get("q") is None


def test_the_answer_asked_for_least_recently_leaves_first():
    cache = AnswerCache(2, Hand())
    cache.put("a", found(60))
    cache.put("b", found(60))
    cache.get("a")
    cache.put("c", found(60))
    assert [cache.get(question) is not None for question in "abc"] == [True, False, True]


def test_a_new_answer_replaces_the_old_one():
    cache = AnswerCache(2, Hand())
    cache.put("a", found(60))
    cache.put("a", found(60, "192.0.2.2"))
    assert cache.get("a").values == ("192.0.2.2",)
    assert len(cache) == 1


@given(
    st.integers(1, 5),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 100), st.floats(0, 50)), max_size=40),
)
def test_it_never_holds_more_than_its_size_nor_tells_what_no_longer_holds(size, steps):
    hand = Hand()
    cache, ends = AnswerCache(size, hand), {}
    for question, ttl, later in steps:
        hand.at += later
        cache.put(question, found(ttl))
        ends[question] = hand.at + max(ttl, 1)
        assert len(cache) <= size
        for asked, end in ends.items():
            assert cache.get(asked) is None or hand.at < end
