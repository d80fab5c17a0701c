"""DMARC (RFC 9989): does the domain that readers see as a mail's author stand behind it, and what is to be done if not.

The owner of a domain publishes a record with a policy below ``_dmarc``. Mail passes when SPF or DKIM proved a domain
that is aligned with the author's: the same (strict) or of the same organisation (relaxed). Where an organisation
begins is found by walking up the DNS (RFC 9989 s4.10), not by a list of public suffixes.

:func:`evaluate` judges a mail; :func:`parse_record` reads a record; :func:`walk` and :func:`organizational_domain`
find an organisation, :func:`policy_record` what applies to it. What a mail server does with the disposition that is asked for is decided elsewhere: to refuse
for no other reason than ``p=reject`` is forbidden (RFC 9989 s7.4).
"""

from pforte.mail.identity.dmarc.evaluation import Evaluation, Limits, Result, evaluate, evaluate_from
from pforte.mail.identity.dmarc.identifier import Alignment, DkimIdentifier, Mechanism, SpfIdentifier
from pforte.mail.identity.dmarc.record import Mistake, Mode, Policy, Psd, Record, parse_record
from pforte.mail.identity.dmarc.tree_walk import (
    Found,
    TreeWalk,
    Walker,
    organizational_domain,
    policy_record,
    targets,
)

__all__ = [
    "Alignment",
    "DkimIdentifier",
    "Evaluation",
    "Found",
    "Limits",
    "Mechanism",
    "Mistake",
    "Mode",
    "Policy",
    "Psd",
    "Record",
    "Result",
    "SpfIdentifier",
    "TreeWalk",
    "Walker",
    "evaluate",
    "evaluate_from",
    "organizational_domain",
    "parse_record",
    "policy_record",
    "targets",
]
