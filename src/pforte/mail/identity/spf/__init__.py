"""SPF (RFC 7208): does a domain let this address send mail in its name?

The owner of a domain publishes a record with terms; the first that matches the client decides. The record says
nothing about the author whom readers see; that is DMARC's question.

:func:`check_mail_from` checks the envelope's sender, :func:`check_helo` what the client called itself, and
:func:`check_host` is the function of the standard's s4. What a mail server does with a result is decided elsewhere.
"""

from pforte.mail.identity.spf.evaluation import Client, Receiver, check_helo, check_host, check_mail_from
from pforte.mail.identity.spf.macro import Macro, MacroError, MacroString, parse_macros
from pforte.mail.identity.spf.questions import Limits
from pforte.mail.identity.spf.record import Kind, Mechanism, Modifier, Record, RecordError, parse_record
from pforte.mail.identity.spf.result import Evaluation, Identity, Result, Step

__all__ = [
    "Client",
    "Evaluation",
    "Identity",
    "Kind",
    "Limits",
    "Macro",
    "MacroError",
    "MacroString",
    "Mechanism",
    "Modifier",
    "Receiver",
    "Record",
    "RecordError",
    "Result",
    "Step",
    "check_helo",
    "check_host",
    "check_mail_from",
    "parse_macros",
    "parse_record",
]
