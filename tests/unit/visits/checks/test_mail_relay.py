"""Mail to third parties."""

import pytest

from pforte.visits.checks import mail_relay


@pytest.mark.parametrize(("service", "what"), [("smtp", "relay")])
def test_counts(counting, service, what):
    """These are tries of this kind."""
    assert counting(mail_relay.CHECK)(service, what)


@pytest.mark.parametrize(("service", "what"), [("smtp", "password"), ("smtp", "protocol")])
def test_leaves_to_others(counting, service, what):
    """One act is not counted under every name."""
    assert not counting(mail_relay.CHECK)(service, what)


def test_one_try_is_no_offence():
    """People mistype."""
    threshold = mail_relay.CHECK.threshold
    assert threshold is not None
    assert threshold.count >= 3


def test_a_mail_queue_that_tries_again_is_known():
    """REGULATION R9: the offence names the mails that were counted."""
    threshold = mail_relay.CHECK.threshold
    assert threshold is not None
    assert threshold.acts
