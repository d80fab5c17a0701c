"""One network cannot have all the judging; the others keep their share."""

from datetime import timedelta
from ipaddress import ip_network

from pforte.gates.http.shares import MOST_BYTES, Shares

ONE, OTHER = ip_network("192.0.2.1"), ip_network("192.0.2.2")


def test_a_network_has_its_share_of_each_second():
    shares = Shares()
    assert all(shares.may_spend(ONE, MOST_BYTES // 8, 100.0 + part / 10) for part in range(8))
    assert not shares.may_spend(ONE, 1, 100.9)
    assert shares.may_spend(OTHER, MOST_BYTES, 100.9)
    assert shares.may_spend(ONE, MOST_BYTES, 101.0)


def test_a_clock_that_is_set_back_keeps_nobody_waiting():
    shares = Shares()
    assert not shares.may_spend(ONE, MOST_BYTES + 1, 100.0)
    assert shares.may_spend(ONE, 1, 100.0 - timedelta(hours=1).total_seconds())
