"""Postfix: smtpd (also as submission and smtps) and postscreen.

Taken are failed logins, tries to relay, and abuse of the SMTP dialogue. Mail that Postfix refuses by its own policy
(block lists, HELO, unknown recipients) is no login failure: the sender may be a mail server like any other. Nor is
trouble of the authentication service.

A try to relay is told with its sender and recipient, by which a mail queue that tries again is known. The other lines
name no mail.

The client stands as ``NAME[ADDRESS]`` right behind fixed words, and a host name holds no bracket, so nothing that the
client sends can stand before its address.
"""

import re
from dataclasses import replace

from pforte.visits.formats.client import read_client
from pforte.visits.formats.refusal import Refusal, What, count_attempts

PROGRAMS = frozenset((b"smtpd", b"postscreen"))

MARKS: tuple[bytes, ...] = (
    b"SASL [A-Za-z0-9_-]{1,20} authentication (?:failed|aborted)",
    b"Relay access denied",
    b"improper command pipelining",
    b"too many errors after",
    b"lost connection after AUTH",
    b" auth=0/",
    b"PREGREET ",
    b"COMMAND (?:TIME|COUNT|LENGTH) LIMIT from",
    b"COMMAND PIPELINING from",
    b"[Nn][Oo][Nn]-SMTP (?:COMMAND|command) from",
)

_CLIENT = rb"[^\[\] ]*+\[([^\] ]{1,64})\](?::\d{1,5})?"
_SASL = re.compile(
    rb"warning: " + _CLIENT + rb": SASL [\w-]{1,20} authentication (?:failed|aborted)(?::? ?(.*+))?",
    re.DOTALL,
)
_SASL_USER = re.compile(rb"(?:^|, )sasl_username=([^ ,]++)\Z")
_RELAY = re.compile(rb"\w{1,40}: (?:milter-)?reject: RCPT from " + _CLIENT + rb": [45]\d\d (.*+)", re.DOTALL)
# A quoted local part may hold these very words, and the client may be an honest relay that passes it on.
_DENIED = re.compile(rb"(?:\d\.\d{1,3}\.\d{1,3} )?<[^\"<>]*+>: Relay access denied(?=;|\Z)")
_ABUSE = re.compile(
    rb"(?:improper command pipelining after [A-Za-z]{1,16}(?: \([^)]{0,80}\))?"
    rb"|too many errors after [A-Za-z-]{1,16}(?: \([^)]{0,80}\))?"
    rb"|lost connection after AUTH(?: \([^)]{0,80}\))?"
    rb"|warning: non-SMTP command"
    rb"|PREGREET \d{1,9} after [\d.]{1,16}"
    rb"|COMMAND (?:TIME|COUNT|LENGTH) LIMIT|COMMAND PIPELINING|NON-SMTP COMMAND"
    rb") from " + _CLIENT + rb"(?=[ :;]|\Z)"
)
_DISCONNECT = re.compile(rb"disconnect from " + _CLIENT + rb"(?: [a-z]{1,12}=\d{1,9}(?:/\d{1,9})?)*+")
_AUTH_COUNT = re.compile(rb" auth=0/(\d{1,9})")
_OUR_TROUBLE = (
    b"connection lost to authentication server",
    b"temporary authentication",
    b"invalid authentication mechanism",
)
"""Reasons that tell nothing about a password: the service's own trouble, or a mechanism it does not offer."""


def read_message(message: bytes) -> Refusal | None:
    """Read one message of smtpd or postscreen; None when it tells of no failure.

    >>> read_message(b"warning: unknown[192.0.2.1]: SASL LOGIN authentication failed: UGFzc3dvcmQ6")
    Refusal(client='192.0.2.1', service='smtp', user=b'', what='password', attempts=1, act=b'')
    """
    text = message.rstrip()
    match = _SASL.fullmatch(text)
    if match is not None:
        return _sasl(match[1], match[2] or b"")
    match = _RELAY.match(text)
    if match is not None:
        return _relay(match[1], match[2])
    match = _ABUSE.match(text)
    if match is not None:
        return _refusal(match[1], "protocol")
    match = _DISCONNECT.fullmatch(text)
    tries = None if match is None else _AUTH_COUNT.search(text)
    if match is None or tries is None:
        return None
    return _refusal(match[1], "protocol", attempts=count_attempts(tries[1]))


def _sasl(client: bytes, reason: bytes) -> Refusal | None:
    if any(trouble in reason.lower() for trouble in _OUR_TROUBLE):
        return None
    user = _SASL_USER.search(reason)
    return _refusal(client, "password", user[1] if user else b"")


def _relay(client: bytes, answer: bytes) -> Refusal | None:
    denied = _DENIED.match(answer)
    if denied is None:
        return None
    refusal = _refusal(client, "relay")
    return None if refusal is None else replace(refusal, act=_mail(answer[denied.end() :]))


def _mail(told: bytes) -> bytes:
    """Return sender and recipient as written, from what stands behind the reason; b"" where it names none.

    They reach to the last ``proto=``, so that no sender who writes this word hides the recipient behind it.
    """
    end = told.rfind(b"> proto=")
    mail = told[: end + 1] if end >= 0 else told
    return mail.removeprefix(b"; ") if mail.startswith(b"; from=<") and b"> to=<" in mail else b""


def _refusal(client: bytes, what: What, user: bytes = b"", attempts: int = 1) -> Refusal | None:
    address = read_client(client)
    return None if address is None else Refusal(address, "smtp", user, what, attempts)
