"""Names over SSH."""

import pytest

from pforte.visits.checks import ssh_unknown_user


@pytest.mark.parametrize(("service", "what"), [("ssh", "unknown-user")])
def test_counts(counting, service, what):
    """These are tries of this kind."""
    assert counting(ssh_unknown_user.CHECK)(service, what)


@pytest.mark.parametrize(("service", "what"), [("ssh", "password"), ("smtp", "unknown-user")])
def test_leaves_to_others(counting, service, what):
    """One act is not counted under every name."""
    assert not counting(ssh_unknown_user.CHECK)(service, what)


def test_one_try_is_no_offence():
    """People mistype."""
    threshold = ssh_unknown_user.CHECK.threshold
    assert threshold is not None
    assert threshold.count >= 3
