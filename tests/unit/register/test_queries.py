"""Questions get whole and current answers."""

from datetime import timedelta
from ipaddress import ip_address, ip_network

import pytest

from pforte.bans.ban import Reach
from pforte.bans.offence import Mode
from pforte.net.addresses import parse_network
from pforte.register import BanQuery, Order, Outcome, Pardon, UnknownReferenceError

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def hosts(page):
    return [str(ban.network) for ban in page.bans]


def order(network, rung=1, span=HOUR):
    return Order(network=parse_network(network), rung=rung, span=span, reason="spam run", who="anna")


def test_an_unknown_address_is_at_liberty(register):
    status = register.status(ip_address("192.0.2.1"))
    assert (status.network, status.ban, status.history) == (ip_network("192.0.2.1/32"), None, ())


def test_an_ipv6_address_stands_with_its_64(register, record):
    ban = record("2001:db8:1:2::a").filed[0].ban
    status = register.status(ip_address("2001:db8:1:2::b"))
    assert (status.network, status.ban) == (ip_network("2001:db8:1:2::/64"), ban)


def test_a_wider_ban_holds_the_address_too(register):
    wide = register.ban(order("192.0.2.0/24"))
    assert register.status(ip_address("192.0.2.77")).ban == wide
    assert register.status(ip_address("192.0.3.77")).ban is None


def test_the_longest_of_several_bans_counts(register, record):
    """Bans are never shortened by a later one (R6)."""
    record("192.0.2.1")
    longest = register.ban(order("192.0.2.0/24", rung=3, span=30 * DAY))
    register.ban(order("192.0.2.1", rung=2, span=7 * DAY))
    status = register.status(ip_address("192.0.2.1"))
    assert status.ban == longest
    assert len(status.history) == 3


def test_the_history_counts_offences_by_check(register, record, clock):
    record("192.0.2.1", "192.0.2.1")
    record("192.0.2.1", check="visit.trap")
    clock.move(2 * HOUR)
    record("192.0.2.1")
    newest, oldest = register.status(ip_address("192.0.2.1")).history
    assert newest.ban.rung == 2
    assert dict(oldest.offences) == {"visit.sql-injection": 2, "visit.trap": 1}


def test_an_ended_and_a_lifted_ban_hold_no_more(register, record, clock):
    record("192.0.2.1")
    register.lift(Pardon(target=parse_network("192.0.2.1"), reason="mistake", who="anna"))
    assert register.status(ip_address("192.0.2.1")).ban is None
    record("192.0.2.2")
    clock.move(HOUR)
    assert register.status(ip_address("192.0.2.2")).ban is None


@pytest.fixture
def many(record, register, clock):
    record("192.0.2.1")
    clock.move(2 * HOUR)
    record("192.0.2.1", "192.0.2.2")
    record("198.51.100.1", check="visit.trap")
    register.ban(order("192.0.2.0/24", rung=3, span=DAY))


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        (BanQuery(), ["192.0.2.0/24", "198.51.100.1/32", "192.0.2.2/32", "192.0.2.1/32", "192.0.2.1/32"]),
        (BanQuery(active=True), ["192.0.2.0/24", "198.51.100.1/32", "192.0.2.2/32", "192.0.2.1/32"]),
        (BanQuery(active=False), ["192.0.2.1/32"]),
        (BanQuery(rung=2), ["192.0.2.1/32"]),
        (BanQuery(reason="visit.trap"), ["198.51.100.1/32"]),
        (BanQuery(network=parse_network("192.0.2.2")), ["192.0.2.0/24", "192.0.2.2/32"]),
        (
            BanQuery(network=parse_network("192.0.2.0/28"), active=True),
            ["192.0.2.0/24", "192.0.2.2/32", "192.0.2.1/32"],
        ),
        (BanQuery(network=parse_network("2001:db8::1")), []),
    ],
)
def test_bans_are_filtered(register, query, found):
    assert hosts(register.bans(query)) == found


def test_bans_since_a_moment(register, record, clock):
    record("192.0.2.1")
    clock.move(DAY)
    record("192.0.2.2")
    assert hosts(register.bans(BanQuery(since=clock.now()))) == ["192.0.2.2/32"]


def test_pages_follow_each_other_without_gap_or_double(register, record):
    record(*[f"192.0.2.{number}" for number in range(1, 8)])
    found, before = [], None
    for size in (3, 3, 1):
        page = register.bans(BanQuery(limit=3, before=before))
        assert len(page.bans) == size
        found += hosts(page)
        before = page.more
    assert before is None
    assert found == [f"192.0.2.{number}/32" for number in range(7, 0, -1)]


def test_the_snapshot_holds_what_is_in_force_and_its_sequence(register, record, clock):
    record("192.0.2.1")
    clock.move(2 * HOUR)
    record("192.0.2.2")
    snapshot = register.snapshot()
    assert (snapshot.sequence, [str(ban.network) for ban in snapshot.bans]) == (2, ["192.0.2.2/32"])


def test_a_case_tells_everything_of_one_ban(register, record, offence):
    ban = record("192.0.2.1", "192.0.2.1", "192.0.2.1").filed[0].ban
    register.lift(Pardon(target=ban.reference, reason="mistake", who="anna"))
    case = register.case(ban.reference, limit=2)
    assert [filed.outcome for filed in case.offences] == [Outcome.BAN, Outcome.EVIDENCE]
    assert case.offences[0].offence == offence()
    assert dict(case.counts) == {"visit.sql-injection": 3}
    assert [(act.who, act.act) for act in case.acts] == [("anna", "lift")]
    assert case.ban.lifted is not None


def test_an_unknown_reference_is_named(register):
    with pytest.raises(UnknownReferenceError, match="PF-0000-0000"):
        register.case("PF-0000-0000")


def test_offences_of_a_network_come_latest_first_with_their_bans(register, record):
    ban = record("192.0.2.1").filed[0].ban
    record("192.0.2.2", exempt="own address")
    record("198.51.100.1")
    found = register.offences(parse_network("192.0.2.0/24"))
    assert [(str(filed.offence.address), filed.ban) for filed in found] == [
        ("192.0.2.2", None),
        ("192.0.2.1", ban),
    ]
    assert len(register.offences(parse_network("192.0.2.0/24"), limit=1)) == 1


def test_offences_of_a_check_and_of_everybody(register, record):
    """Whoever lets a check watch first wants to see what it saw."""
    record("192.0.2.1")
    record("2001:db8::1", check="visit.trap", mode=Mode.WATCH)
    (watched,) = register.offences(check="visit.trap")
    assert (str(watched.offence.address), watched.outcome, watched.ban) == (
        "2001:db8::1",
        Outcome.WATCH,
        None,
    )
    assert [filed.offence.check for filed in register.offences()] == ["visit.trap", "visit.sql-injection"]
    assert register.offences(parse_network("192.0.2.0/24"), "visit.trap") == []


def test_networks_are_counted_once_and_by_where_they_are_shut_out(register, record, clock):
    record("192.0.2.1", "192.0.2.2")
    for reach in Reach:
        order = Order(
            network=parse_network("192.0.2.1"),
            rung=1,
            span=timedelta(hours=1),
            reason="x",
            who="anna",
            reach=reach,
        )
        register.ban(order)
    shared = parse_network("198.51.100.1")
    register.ban(
        Order(
            network=shared, rung=1, span=timedelta(hours=9), reason="x", who="anna", reach=Reach.APPLICATION
        )
    )
    assert (register.count_banned(), register.count_banned(Reach.EVERYWHERE)) == (3, 2)
    clock.move(timedelta(hours=2))
    assert (register.count_banned(), register.count_banned(Reach.EVERYWHERE)) == (1, 0)
