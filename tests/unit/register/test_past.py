"""The past is loaded for exactly the networks that are asked about, with what covers them."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network

from pforte.net.addresses import parse_network
from pforte.register import Order
from pforte.register.dialects import reading, writing
from pforte.register.past import Past, read_widths, slices

DAY = timedelta(days=1)


def ban(register, network):
    known = parse_network(network)
    return register.ban(Order(network=known, rung=1, span=DAY, reason="r", who="anna"))


def ban_like(known, network, reference):
    return replace(known, network=network, reference=reference)


def test_slices_are_bounded_and_lose_nothing():
    assert list(slices(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(slices([], 2)) == []


def test_only_networks_around_are_found(register):
    ban(register, "10.0.0.0/8")
    wide = ban(register, "192.0.2.0/24")
    ban(register, "192.0.2.1")
    own = ban(register, "192.0.2.2")
    ban(register, "::/0")
    with reading(register._engine) as connection:
        past = Past(connection)
        past.load([own.network])
        history = past.history(own.network)
        assert (history.bans, history.around) == ((own,), (wide,))


def test_look_ups_ask_only_for_prefix_lengths_that_bans_have(register):
    ban(register, "192.0.2.0/24")
    ban(register, "198.51.100.0/24")
    ban(register, "2001:db8::/56")
    with reading(register._engine) as connection:
        assert read_widths(connection) == {4: {24}, 6: {56}}


def test_what_the_transaction_adds_is_known_at_once(register):
    known = ban(register, "192.0.2.1")
    with writing(register._engine) as connection:
        past = Past(connection)
        past.load([known.network])
        wide = ban_like(known, ip_network("192.0.2.0/24"), "PF-0000-0001")
        past.add(99, wide)
        assert past.history(known.network).around == (wide,)
        assert past.number("PF-0000-0001") == 99


def test_neighbours_are_those_inside_that_began_in_time(register, clock):
    ban(register, "192.0.2.1")
    clock.move(DAY)
    late = [ban(register, "192.0.2.2"), ban(register, "192.0.2.255")]
    ban(register, "192.0.3.0")
    with writing(register._engine) as connection:
        past = Past(connection)
        new = ban_like(late[0], parse_network("192.0.2.9"), "PF-0000-0001")
        past.add(99, new)
        found = past.neighbours(ip_network("192.0.2.0/24"), clock.now())
        assert sorted(each.reference for each in found) == sorted(each.reference for each in (*late, new))
