"""Connections without the protocol."""

import pytest

from pforte.visits.checks import login_protocol


@pytest.mark.parametrize(("service", "what"), [("ssh", "protocol"), ("imap", "protocol")])
def test_counts(counting, service, what):
    """These are tries of this kind."""
    assert counting(login_protocol.CHECK)(service, what)


@pytest.mark.parametrize(("service", "what"), [("ssh", "password"), ("smtp", "relay")])
def test_leaves_to_others(counting, service, what):
    """One act is not counted under every name."""
    assert not counting(login_protocol.CHECK)(service, what)


def test_one_try_is_no_offence():
    """People mistype."""
    threshold = login_protocol.CHECK.threshold
    assert threshold is not None
    assert threshold.count >= 3
