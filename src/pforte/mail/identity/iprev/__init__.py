"""The names of a client's address: do they lead back to it (iprev, RFC 8601 s3), and were they given to a host?

An address has names (PTR), and each name has addresses. Who runs a mail server lets both agree; a machine that
sends mail without its owner's knowledge often has no name, or one that its provider made of the address by rule.

:func:`check_iprev` finds out and explains it; :func:`spelled_address` sees the address inside a name. Whether mail
is refused for either (RFC 7372 s3.3 has a code for the first) is decided elsewhere.
"""

from pforte.dns.forward_confirmed import Confirmation, Outcome, Pointer
from pforte.mail.identity.iprev.evaluation import Evaluation, check_iprev, evaluate
from pforte.mail.identity.iprev.generic_name import spelled_address

__all__ = ["Confirmation", "Evaluation", "Outcome", "Pointer", "check_iprev", "evaluate", "spelled_address"]
