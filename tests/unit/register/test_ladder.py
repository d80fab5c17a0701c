"""The register is given the ladder of the bans, with the regulation bound."""

from datetime import timedelta
from ipaddress import ip_network

from pforte.bans.ban import Reach
from pforte.bans.history import History
from pforte.bans.ladder import NewBan
from pforte.bans.regulation import ESCALATION_IPV4, Regulation
from pforte.register import Ladder

HOUR = timedelta(hours=1)


def test_it_judges_by_the_regulation_it_holds(offence, clock):
    ladder = Ladder(regulation=Regulation(durations=(2 * HOUR,), windows=(HOUR,), shared_rung=1))
    judgement = ladder.judge(History.of(offence().network), offence(), clock.now())
    assert isinstance(judgement, NewBan)
    assert judgement.ends - judgement.starts == 2 * HOUR


def test_shared_networks_are_asked_for_by_network(offence, clock):
    shared = ip_network("192.0.2.1/32")
    ladder = Ladder(shared=lambda network: network == shared)
    for address, reach in (("192.0.2.1", Reach.APPLICATION), ("192.0.2.2", Reach.EVERYWHERE)):
        seen = offence(address)
        assert ladder.judge(History.of(seen.network), seen, clock.now()).reach is reach


def test_prefixes_follow_the_regulation():
    four, six = ip_network("192.0.2.1/32"), ip_network("2001:db8::/64")
    assert Ladder().prefix(six) == ip_network("2001:db8::/56")
    assert Ladder().prefix(four) is None
    assert Ladder(regulation=Regulation(escalation_ipv4=ESCALATION_IPV4)).prefix(four) == ip_network(
        "192.0.2.0/24"
    )
    assert Ladder(exempt=lambda _network: "gateway").prefix(six) is None


def test_the_time_in_which_bans_count_together(clock):
    prefix = ip_network("2001:db8::/56")
    assert Ladder().counted_since(prefix, clock.now()) == clock.now() - timedelta(hours=24)
    never = Ladder(regulation=Regulation(escalation_ipv6=None))
    assert never.counted_since(prefix, clock.now()) == clock.now()


def test_a_prefix_without_enough_bans_is_no_subject(offence, clock):
    prefix = ip_network("2001:db8::/56")
    assert Ladder().escalate(History.of(prefix), [], offence("2001:db8::1"), clock.now()) is None
