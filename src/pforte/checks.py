"""Every check there is, of visits and of mail, by its slug: for whoever explains what was found."""

from collections.abc import Mapping

from pforte.mail.checks import CHECKS as MAIL_CHECKS
from pforte.mail.checks.declaration import Check as MailCheck
from pforte.visits.checks import CHECKS as VISIT_CHECKS
from pforte.visits.checks.declaration import Check as VisitCheck

Check = VisitCheck | MailCheck

_ALL: tuple[Check, ...] = (*VISIT_CHECKS, *MAIL_CHECKS)

CHECKS: Mapping[str, Check] = {check.id: check for check in _ALL}
"""Those of visits first, each family in its own order."""
