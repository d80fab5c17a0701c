"""What was in force when a visit took place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.robots.versions import ALWAYS, CACHE_SECONDS, KEPT, Versions, read_version

HOUR = 3600.0
OLD = b"User-agent: *\nDisallow: /old"
NEW = b"User-agent: *\nDisallow: /new"


def since(versions):
    return [version.since for version in versions]


@pytest.mark.standard("9309:2.4")
@pytest.mark.parametrize(
    ("at", "valid"),
    [
        (99 * HOUR, []),  # before the first: nothing is known
        (100 * HOUR, []),  # a crawler may still follow what stood before
        (124 * HOUR - 1, []),
        (124 * HOUR, [100 * HOUR]),  # the first has stood for 24 hours
        (200 * HOUR, [100 * HOUR, 200 * HOUR]),  # the second came this moment
        (223 * HOUR, [100 * HOUR, 200 * HOUR]),
        (224 * HOUR - 1, [100 * HOUR, 200 * HOUR]),
        (224 * HOUR, [200 * HOUR]),  # no copy of the first may be left
        (900 * HOUR, [200 * HOUR]),
    ],
)
def test_every_version_of_the_last_day_is_in_force(at, valid):
    """RFC 9309 s2.4: a crawler may follow a copy that is up to 24 hours old."""
    versions = Versions((read_version(OLD, 100 * HOUR), read_version(NEW, 200 * HOUR)))
    assert since(versions.in_force(at)) == valid


def test_many_changes_in_a_day_are_all_in_force():
    versions = Versions(tuple(read_version(b"# %d" % hour, hour * HOUR) for hour in range(48)))
    assert since(versions.in_force(40 * HOUR)) == [hour * HOUR for hour in range(16, 41)]


def test_a_file_that_has_always_been_so_is_always_in_force():
    """``--robots FILE`` judges old logs by today's file."""
    versions = Versions((read_version(OLD),))
    assert since(versions.in_force(0.0)) == [ALWAYS]
    assert Versions().in_force(0.0) == ()


def test_the_same_octets_again_are_no_new_version():
    """Else a daily fetch would put every rule on trial again."""
    versions = Versions().followed_by(OLD, 1.0)
    assert versions.followed_by(OLD, 2.0) is versions
    assert since(versions.followed_by(NEW, 2.0).versions) == [1.0, 2.0]
    assert since(versions.versions) == [1.0]


def test_a_clock_set_back_rewrites_nothing():
    versions = Versions().followed_by(OLD, 5.0)
    assert versions.followed_by(NEW, 5.0) is versions
    assert versions.followed_by(NEW, 4.0) is versions


def test_versions_out_of_order_are_refused():
    with pytest.raises(ValueError, match="order"):
        Versions((read_version(OLD, 2.0), read_version(NEW, 1.0)))


def test_the_oldest_versions_are_forgotten():
    versions = Versions(tuple(read_version(b"# %d" % number, float(number)) for number in range(KEPT + 5)))
    assert len(versions.versions) == KEPT
    assert versions.versions[0].since == 5.0


def test_both_readings_are_kept():
    version = read_version(b"User-agent: *\nDissallow: /x")
    assert not version.lenient.rules_for(()).decide(b"/x").allowed
    assert version.strict.rules_for(()).decide(b"/x").allowed


@given(times=st.lists(st.integers(0, 300), min_size=1, max_size=8, unique=True), at=st.integers(-10, 400))
def test_in_force_is_what_was_current_at_some_moment_of_the_day(times, at):
    """The definition itself: a version counts if [its start, the next start) meets [at - 24 h, at]."""
    starts = [hour * HOUR for hour in sorted(times)]
    ends = [*starts[1:], float("inf")]
    moment = at * HOUR
    expected = [
        start
        for start, end in zip(starts, ends, strict=True)
        if start <= moment and end > moment - CACHE_SECONDS
    ]
    if starts[0] > moment - CACHE_SECONDS:
        expected = []
    versions = Versions(tuple(read_version(b"# %d" % start, start) for start in starts))
    assert since(versions.in_force(moment)) == expected
