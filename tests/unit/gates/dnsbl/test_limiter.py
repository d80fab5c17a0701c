"""Nobody gets more than his share in a second, and a true asker always finds a way."""

import struct
import sys
from ipaddress import ip_address
from socket import AF_INET, AF_INET6

from pforte.gates.dnsbl.limiter import Limiter, Share

WHOLE, SHORT, NOTHING = Share.WHOLE, Share.SHORT, Share.NOTHING


def socket_address(text: str) -> bytes:
    address = ip_address(text)
    order = "<" if sys.byteorder == "little" else ">"
    if address.version == 4:
        return struct.pack(order + "H", AF_INET) + b"\x14\xeb" + address.packed + bytes(20)
    return struct.pack(order + "H", AF_INET6) + b"\x14\xeb" + bytes(4) + address.packed + bytes(4)


def shares(limiter: Limiter, *sources: str, now: float = 7.5) -> list[Share]:
    return [limiter.share(socket_address(source), now) for source in sources]


def test_over_the_limit_answers_are_cut_or_left_out_by_turns():
    assert shares(Limiter(2), *["192.0.2.1"] * 6) == [WHOLE, WHOLE, SHORT, NOTHING, SHORT, NOTHING]


def test_a_network_shares_and_others_do_not_suffer():
    limiter = Limiter(1)
    assert shares(limiter, "192.0.2.1", "192.0.2.200", "192.0.3.1") == [WHOLE, SHORT, WHOLE]
    assert shares(limiter, "2001:db8:0:1::1", "2001:db8:0:2::2", "2001:db8:0:100::1") == [WHOLE, SHORT, WHOLE]


def test_ipv4_seen_through_an_ipv6_socket_is_ipv4():
    assert shares(Limiter(1), "::ffff:192.0.2.1", "::ffff:192.0.2.9", "::ffff:198.51.100.1") == [
        WHOLE,
        SHORT,
        WHOLE,
    ]


def test_a_new_second_begins_anew_and_nothing_is_kept():
    limiter = Limiter(1)
    assert shares(limiter, "192.0.2.1", "192.0.2.1", now=7.9) == [WHOLE, SHORT]
    assert shares(limiter, "192.0.2.1", now=8.0) == [WHOLE]
    assert len(limiter._given) == 1
