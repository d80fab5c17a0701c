"""The checks of mail, in the order in which findings are named; nothing registers itself.

A check says what it saw. What is done about it (nothing, record, mark, defer, reject) is the operator's setting.
"""

from pforte.mail.checks.declaration import Check

CHECKS: tuple[Check, ...] = ()
"""Every check of mail."""
