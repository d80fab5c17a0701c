"""A prefix with many banned networks becomes a subject (R11)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from itertools import permutations

import pytest

from pforte.bans.ban import Ban, Origin
from pforte.bans.escalation import CHECK, covering_prefix, escalated_at, escalated_offence
from pforte.bans.history import History
from pforte.bans.ladder import NewBan, judge
from pforte.bans.offence import Kind, Offence
from pforte.bans.regulation import ESCALATION_IPV4, Regulation
from pforte.net.addresses import parse_address, parse_network

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SIX = ip_network("2001:db8::/56")
PUBLISHED = Regulation()
OPTED_IN = Regulation(escalation_ipv4=ESCALATION_IPV4)


def ban_of(network: str, at: datetime, **values: object) -> Ban:
    ban = Ban(
        network=parse_network(network),
        rung=1,
        starts=at,
        ends=at + HOUR,
        reference=f"PF-{network}",
        reason="visit.traversal",
    )
    return replace(ban, **values)  # type: ignore[arg-type]


def neighbours(count: int, start: datetime = NOON, apart: timedelta = HOUR) -> list[Ban]:
    return [ban_of(f"2001:db8:0:{number:x}::/64", start + number * apart) for number in range(count)]


def test_four_networks_of_a_56_within_a_day_make_it_a_subject():
    bans = neighbours(4)
    assert escalated_at(History(SIX), bans, PUBLISHED, bans[-1].starts)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_lines_that_are_read_late_count_by_their_time(order):
    """Another server's lines come hours later: the prefix is shut out from the fourth ban, as if read in order."""
    bans = neighbours(4)
    known = []
    for number in order:
        known.append(bans[number])
        moment = escalated_at(History(SIX), known, PUBLISHED, bans[number].starts)
        assert moment == (bans[-1].starts if len(known) == 4 else None)


def test_a_late_line_does_not_reach_beyond_a_day():
    bans = neighbours(4, apart=8 * HOUR + timedelta(seconds=1))
    assert escalated_at(History(SIX), bans, PUBLISHED, bans[0].starts) is None


def test_a_late_line_from_before_the_prefixs_ban_changes_nothing():
    bans = neighbours(4)
    prefix = History.of(SIX, [ban_of("2001:db8::/56", bans[-1].starts)])
    late = ban_of("2001:db8:0:77::/64", NOON + HOUR)
    assert escalated_at(prefix, [*bans, late], PUBLISHED, late.starts) is None


def test_three_do_not():
    bans = neighbours(3)
    assert not escalated_at(History(SIX), bans, PUBLISHED, bans[-1].starts)


def test_one_network_banned_four_times_is_still_one():
    bans = [ban_of("2001:db8::/64", NOON + number * 2 * HOUR) for number in range(4)]
    assert not escalated_at(History(SIX), bans, PUBLISHED, bans[-1].starts)


def test_the_day_is_inclusive_and_no_longer():
    bans = neighbours(4, apart=8 * HOUR)
    assert escalated_at(History(SIX), bans, PUBLISHED, NOON + 24 * HOUR)
    late = neighbours(4, apart=8 * HOUR + timedelta(seconds=1))
    assert not escalated_at(History(SIX), late, PUBLISHED, late[-1].starts)


def test_bans_from_elsewhere_by_hand_or_forgiven_do_not_count():
    bans = neighbours(3)
    for other in (
        ban_of("2001:db8:1::/64", NOON),
        ban_of("2001:db8:0:9::/64", NOON, origin=Origin.OPERATOR),
        ban_of("2001:db8:0:9::/64", NOON, amnesty=True, lifted=NOON + HOUR),
        ban_of("2001:db8:0:9::/80", NOON),
        ban_of("2001:db8:0:9::/64", NOON - 23 * HOUR),
        ban_of("2001:db8:0:9::/64", NOON + 25 * HOUR),
    ):
        assert not escalated_at(History(SIX), [*bans, other], PUBLISHED, bans[-1].starts)


def test_bans_that_led_to_the_prefixs_last_ban_do_not_count_again():
    bans = neighbours(4)
    prefix = History.of(SIX, [ban_of("2001:db8::/56", bans[-1].starts)])
    later = [ban_of(f"2001:db8:0:{number:x}::/64", NOON + 6 * HOUR) for number in range(10, 13)]
    assert not escalated_at(prefix, [*bans, *later], PUBLISHED, NOON + 6 * HOUR)
    fourth = ban_of("2001:db8:0:20::/64", NOON + 6 * HOUR)
    assert escalated_at(prefix, [*bans, *later, fourth], PUBLISHED, NOON + 6 * HOUR)


def test_an_amnesty_of_the_prefix_forgives_the_bans_before_it():
    forgiven = ban_of("2001:db8::/56", NOON - HOUR, lifted=NOON + 9 * HOUR, amnesty=True)
    bans = neighbours(4)
    assert not escalated_at(History.of(SIX, [forgiven]), bans, PUBLISHED, bans[-1].starts)


def test_ipv4_escalates_only_when_the_operator_says_so():
    bans = [ban_of(f"192.0.2.{number}", NOON) for number in range(8)]
    prefix = History(parse_network("192.0.2.0/24"))
    assert not escalated_at(prefix, bans, PUBLISHED, NOON)
    assert not escalated_at(prefix, bans[:7], OPTED_IN, NOON)
    assert escalated_at(prefix, bans, OPTED_IN, NOON)


def test_the_covering_prefix_is_the_56_or_the_24():
    assert covering_prefix(parse_network("2001:db8:0:ff::/64"), PUBLISHED) == SIX
    assert covering_prefix(parse_network("192.0.2.77"), OPTED_IN) == parse_network("192.0.2.0/24")


def test_there_is_no_covering_prefix_of_a_prefix_or_where_escalation_is_off():
    assert covering_prefix(SIX, PUBLISHED) is None
    assert covering_prefix(parse_network("192.0.2.77"), PUBLISHED) is None
    assert covering_prefix(SIX, Regulation(ipv6_prefix=56)) is None


def test_the_prefix_begins_on_its_first_rung_even_if_its_networks_stood_higher():
    offence = Offence(
        network=parse_network("2001:db8:0:3::/64"),
        address=parse_address("2001:db8:0:3::7"),
        kind=Kind.ATTACK,
        check="visit.traversal",
        at=NOON,
        service="http",
        source="access.log",
        line=7,
        evidence=b"GET /../../etc/passwd",
        act="m1",
    )
    judgement = judge(History(SIX), escalated_offence(offence, SIX, NOON + HOUR), PUBLISHED, NOON + HOUR)
    assert isinstance(judgement, NewBan)
    assert (judgement.network, judgement.rung, judgement.reason) == (SIX, 1, CHECK)
    assert judgement.starts == NOON + HOUR
    assert judgement.act == ""
