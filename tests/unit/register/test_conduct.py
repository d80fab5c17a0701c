"""What clients did is remembered for as long as it counts."""

from datetime import timedelta
from ipaddress import ip_network

from pforte.register.conduct import GREETED_KEPT

HERE, THERE = ip_network("192.0.2.1/32"), ip_network("2001:db8::/64")
HOUR = timedelta(hours=1)


def test_counts_of_a_network_add_up_over_windows(register, clock):
    now = clock.now()
    register.count_mails({}, {(HERE, "connections", now): 2, (THERE, "connections", now): 9})
    register.count_mails({}, {(HERE, "connections", now): 1, (HERE, "messages", now - HOUR): 5})
    assert register.conduct_of(HERE, now - HOUR) == {("connections", now): 3, ("messages", now - HOUR): 5}
    assert register.conduct_of(HERE, now) == {("connections", now): 3}
    assert register.conduct_of(ip_network("192.0.2.2/32"), now) == {}


def test_old_counts_and_triples_are_forgotten(register, clock):
    first = clock.now()
    register.count_mails({}, {(HERE, "connections", first): 2})
    assert register.greet(b"triple") == first
    clock.move(HOUR)
    assert register.greet(b"triple") == first
    clock.move(HOUR)
    register.forget_mails(timedelta(days=1), (HOUR,))
    assert register.conduct_of(HERE, first) == {}
    assert register.greet(b"triple") == first
    clock.move(GREETED_KEPT + HOUR)
    register.forget_mails(timedelta(days=1), (HOUR,))
    assert register.greet(b"triple") == clock.now()
