"""What would have been: the ladder in event time."""

from datetime import UTC, datetime, timedelta
from random import Random

from pforte.bans.escalation import CHECK
from pforte.bans.offence import Kind, Mode, Offence
from pforte.bans.regulation import Regulation
from pforte.bans.simulation import SimulatedBan, walk
from pforte.net.addresses import Network, network_of, parse_address, parse_network

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
PUBLISHED = Regulation()


def offence_at(
    hours: float, address: str = "192.0.2.1", check: str = "login.ssh", **facts: object
) -> Offence:
    seen = parse_address(address)
    values: dict[str, object] = {
        "network": network_of(seen),
        "address": seen,
        "kind": Kind.ATTACK,
        "check": check,
        "at": NOON + hours * HOUR,
        "service": "ssh",
        "source": "auth.log",
        "line": 1,
        "evidence": b"Failed password for root",
    }
    return Offence(**(values | facts))  # type: ignore[arg-type]


def nobody(network: Network) -> bool:
    return False


def test_a_network_that_comes_back_climbs_and_what_a_ban_kept_out_is_counted():
    bans = walk(
        [
            offence_at(0),
            offence_at(0.5, check="visit.traversal"),
            offence_at(3),
            offence_at(30),
            offence_at(48),
        ],
        PUBLISHED,
        nobody,
    )
    home = parse_network("192.0.2.1")
    assert bans == [
        SimulatedBan(
            network=home,
            rung=1,
            starts=NOON,
            ends=NOON + HOUR,
            offences=2,
            checks=("login.ssh", "visit.traversal"),
        ),
        SimulatedBan(
            network=home,
            rung=2,
            starts=NOON + 3 * HOUR,
            ends=NOON + 3 * HOUR + WEEK,
            offences=3,
            checks=("login.ssh",),
        ),
    ]


def test_the_order_of_reading_does_not_matter():
    offences = [
        offence_at(hour, f"192.0.2.{hour % 5}", line=number) for number, hour in enumerate(range(0, 900, 7))
    ]
    shuffled = offences.copy()
    Random(3).shuffle(shuffled)
    assert walk(shuffled, PUBLISHED, nobody) == walk(offences, PUBLISHED, nobody)


def test_bans_come_in_the_order_of_their_starts():
    bans = walk(
        [offence_at(5, "192.0.2.9"), offence_at(2, "192.0.2.8"), offence_at(9, "192.0.2.7")],
        PUBLISHED,
        nobody,
    )
    assert [str(ban.network.network_address) for ban in bans] == ["192.0.2.8", "192.0.2.9", "192.0.2.7"]


def test_watching_and_exempt_offences_ban_nobody():
    assert (
        walk([offence_at(0, mode=Mode.WATCH), offence_at(1, exempt="own address")], PUBLISHED, nobody) == []
    )


def test_a_shared_network_is_capped():
    carrier = parse_network("100.64.0.0/10")
    offences = [offence_at(0, "100.64.0.1"), offence_at(2, "100.64.0.1"), offence_at(2 + 170, "100.64.0.1")]
    bans = walk(offences, PUBLISHED, carrier.supernet_of)  # type: ignore[arg-type]
    assert [ban.rung for ban in bans] == [1, 2, 2]


def test_four_networks_of_a_56_shut_out_the_56_and_then_the_rest_of_it_is_inside_that_ban():
    offences = [offence_at(hour / 10, f"2001:db8:0:{hour:x}::7") for hour in range(6)]
    bans = walk(offences, PUBLISHED, nobody)
    assert [ban.network.prefixlen for ban in bans] == [64, 64, 64, 64, 56]
    assert bans[-1] == SimulatedBan(
        network=parse_network("2001:db8::/56"),
        rung=1,
        starts=NOON + 0.3 * HOUR,
        ends=NOON + 1.3 * HOUR,
        offences=3,
        checks=("ladder.escalation", "login.ssh"),
    )
    assert CHECK in bans[-1].checks


def test_a_prefix_that_holds_somebody_exempt_is_not_shut_out_as_a_whole():
    """The service does the same; its own network in a provider's /56 would be shut out with the rest."""
    offences = [offence_at(hour / 10, f"2001:db8:0:{hour:x}::7") for hour in range(6)]
    bans = walk(offences, PUBLISHED, nobody, lambda network: "own address")
    assert [ban.network.prefixlen for ban in bans] == [64] * 6


def test_bans_older_than_the_escalation_window_are_let_go():
    offences = [offence_at(hour, f"2001:db8:0:{hour:x}::7") for hour in range(0, 250, 25)]
    assert {ban.network.prefixlen for ban in walk(offences, PUBLISHED, nobody)} == {64}


def test_extension_shows_the_later_end():
    bans = walk([offence_at(0), offence_at(0.5)], Regulation(during_ban="extend"), nobody)
    assert [(ban.ends, ban.offences) for ban in bans] == [(NOON + 1.5 * HOUR, 2)]
