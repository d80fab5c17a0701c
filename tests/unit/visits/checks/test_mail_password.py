"""Passwords of mailboxes."""

import pytest

from pforte.visits.checks import mail_password


@pytest.mark.parametrize(
    ("service", "what"),
    [("smtp", "password"), ("imap", "password"), ("pop3", "password"), ("sieve", "password")],
)
def test_counts(counting, service, what):
    """These are tries of this kind."""
    assert counting(mail_password.CHECK)(service, what)


@pytest.mark.parametrize(
    ("service", "what"), [("ssh", "password"), ("imap", "unknown-user"), ("smtp", "relay")]
)
def test_leaves_to_others(counting, service, what):
    """One act is not counted under every name."""
    assert not counting(mail_password.CHECK)(service, what)


def test_one_try_is_no_offence():
    """People mistype."""
    threshold = mail_password.CHECK.threshold
    assert threshold is not None
    assert threshold.count >= 3
