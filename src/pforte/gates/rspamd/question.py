"""What a client of rspamd says of a mail: header fields of its request, whichever dialect carries them."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from pforte.mail.session import Envelope, Session, Tls
from pforte.net.addresses import AddressError, parse_address

MOST_RECIPIENTS = 1_000
LONGEST_VALUE = 1_024
"""Characters of one value that are looked at."""

_UNKNOWN = IPv4Address(0)

Fields = Iterable[tuple[bytes, bytes]]
"""Name and value of each header field, in their order."""


class QuestionError(ValueError):
    """A request cannot be understood; the message says what is wrong and becomes the answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """Session and envelope of the mail that is asked about."""

    session: Session
    envelope: Envelope


def read_question(fields: Fields) -> Question:
    """Read what is told of session and envelope.

    Raises:
        QuestionError: ``IP`` is no address, or there are too many recipients.
    """
    said: dict[str, str] = {}
    recipients: list[str] = []
    for raw_name, raw_value in fields:
        name, value = (
            raw_name.decode("latin-1").lower(),
            raw_value[:LONGEST_VALUE].decode("utf-8", "surrogateescape"),
        )
        if name in ("rcpt", "deliver-to"):
            if name == "rcpt":
                recipients.append(_path(value))
        else:
            said.setdefault(name, value.strip())
    if len(recipients) > MOST_RECIPIENTS:
        raise QuestionError(f"more than {MOST_RECIPIENTS} fields Rcpt")
    address = said.get("ip", "")
    version, cipher = said.get("tls-version", ""), said.get("tls-cipher", "")
    session = Session(
        address=_address(address) if address else _UNKNOWN,
        client_known=bool(address),
        helo=said.get("helo", ""),
        tls=Tls(version or "TLS", cipher) if version or cipher else None,
        # A client that never tells of encryption does not say that there was none.
        tls_known=bool(version or cipher),
        user=said.get("user", ""),
        receiver=said.get("mta-name", ""),
    )
    sender = _path(said["from"]) if "from" in said else None
    envelope = Envelope(
        sender=sender,
        # No client of this dialect tells them, so what only SMTPUTF8 or 8BITMIME allows may have been announced.
        parameters_known=False,
        recipients=tuple(recipients),
        queue=said.get("queue-id", ""),
    )
    return Question(session, envelope)


def _address(text: str) -> IPv4Address | IPv6Address:
    try:
        return parse_address(text)
    except AddressError as error:
        raise QuestionError(f"IP: {error}") from error


def _path(value: str) -> str:
    """Return a path without its angle brackets."""
    bare = value.strip()
    return bare[1:-1] if bare.startswith("<") and bare.endswith(">") else bare
