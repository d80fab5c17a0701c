"""What a mail domain should publish, and how far it does: one module per standard.

:func:`inspect` compares the DNS with what the operator wants and says what is missing or wrong, with the standard and
what to do. Nothing is fetched over HTTP: an MTA-STS policy file is compared when it is given.
"""

from pforte.mail.publishing.inspection import Inspection, inspect
from pforte.mail.publishing.part import Entry, Finding, Part, State
from pforte.mail.publishing.plan import Certificate, DkimKey, Mode, Plan, PlanError

__all__ = [
    "Certificate",
    "DkimKey",
    "Entry",
    "Finding",
    "Inspection",
    "Mode",
    "Part",
    "Plan",
    "PlanError",
    "State",
    "inspect",
]
