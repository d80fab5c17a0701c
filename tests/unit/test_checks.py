"""Checks of visits and of mail have slugs of their own."""

from pforte.checks import CHECKS
from pforte.mail.checks import CHECKS as MAIL_CHECKS
from pforte.visits.checks import CHECKS as VISIT_CHECKS


def test_every_check_is_found_by_its_slug():
    assert len(CHECKS) == len(MAIL_CHECKS) + len(VISIT_CHECKS)
    assert all(slug == check.id for slug, check in CHECKS.items())
    assert CHECKS["mail.fcrdns"].kind is None
    assert CHECKS["visit.xss"].kind == "attack"
