"""What is told of a mail's session on the command line, or in a file beside the mail: ``FILE.session.json``."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path

from pforte.mail.session import Envelope, Session, Tls
from pforte.net.addresses import AddressError, parse_address
from pforte.settings.limits import suggestion

SUFFIX = ".session.json"
MOST_BYTES = 1_048_576
KEYS = ("ip", "names", "helo", "from", "rcpt", "tls", "user", "at")
NO_TLS = "none"

_UNKNOWN = IPv4Address(0)


class SessionError(ValueError):
    """A session is told wrongly; the message names the place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Session, envelope and moment of a mail.

    Attributes:
        session: the connection; its client is unknown where no address was told.
        envelope: sender and recipients.
        at: when it came, or None for now.
    """

    session: Session
    envelope: Envelope
    at: datetime | None = None


def tell(  # noqa: PLR0913  one for each option
    *,
    ip: str = "",
    names: Sequence[str] | None = None,
    helo: str = "",
    sender: str | None = None,
    rcpt: Sequence[str] = (),
    tls: str = "",
    user: str = "",
    at: datetime | None = None,
) -> Told:
    """Return what is told.

    Args:
        ip: the client's address, or "".
        names: names of it that are proven already; None lets the DNS be asked.
        helo: what it called itself.
        sender: reverse path; "" is the null sender, None is not told.
        rcpt: recipients.
        tls: version of TLS, ``none`` for a session without, or "" where that is not known.
        user: who it authenticated as.
        at: when the mail came.

    Raises:
        SessionError: ``ip`` is no address.
    """
    try:
        address = parse_address(ip) if ip else _UNKNOWN
    except AddressError as error:
        raise SessionError(f"ip: {error}") from error
    session = Session(
        address=address,
        client_known=bool(ip),
        names=None if names is None else tuple(names),
        helo=helo,
        tls=Tls(tls) if tls and tls != NO_TLS else None,
        tls_known=bool(tls),
        user=user,
    )
    # Nobody tells here what MAIL announced.
    envelope = Envelope(sender=sender, parameters_known=False, recipients=tuple(rcpt))
    return Told(session=session, envelope=envelope, at=at)


def read_beside(file: Path, told: Told) -> Told:
    """Return what the session file beside a mail tells; ``told`` stands where it says nothing, or is not there.

    Raises:
        SessionError: it cannot be read, or says what nobody knows.
    """
    place = file.with_name(file.name + SUFFIX)
    try:
        with place.open("rb") as opened:
            raw = opened.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return told
    except OSError as error:
        raise SessionError(f"{place}: cannot be read: {error.strerror}") from error
    try:
        if len(raw) > MOST_BYTES:
            raise SessionError(f"is larger than {MOST_BYTES} bytes")
        return _told(json.loads(raw), told)
    except (ValueError, RecursionError) as error:
        raise SessionError(f"{place}: {error}") from error


def _told(found: object, told: Told) -> Told:
    if not isinstance(found, dict):
        raise SessionError('is no JSON object such as {"ip": "192.0.2.1", "helo": "mail.example.org"}')
    for key in found:
        if key not in KEYS:
            raise SessionError(f'unknown key "{str(key)[:40]}"{suggestion(str(key), KEYS)}')
    session, envelope = told.session, told.envelope
    if any(key in found for key in ("ip", "names", "helo", "tls", "user")):
        before = "" if not session.client_known else str(session.address)
        tls = session.tls.version if session.tls else NO_TLS if session.tls_known else ""
        session = tell(
            ip=_text(found, "ip", before),
            names=_texts(found, "names") if "names" in found else session.names,
            helo=_text(found, "helo", session.helo),
            tls=_text(found, "tls", tls),
            user=_text(found, "user", session.user),
        ).session
    if "from" in found:
        envelope = replace(envelope, sender=_text(found, "from", ""))
    if "rcpt" in found:
        envelope = replace(envelope, recipients=_texts(found, "rcpt"))
    return Told(session=session, envelope=envelope, at=_moment(found) if "at" in found else told.at)


def _text(found: Mapping[str, object], key: str, otherwise: str) -> str:
    value = found.get(key, otherwise)
    if not isinstance(value, str):
        raise SessionError(f"{key}: must be a text")
    return value


def _texts(found: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = found[key]
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise SessionError(f"{key}: must be a text or a list of texts")
    return tuple(value)


def _moment(found: Mapping[str, object]) -> datetime:
    text = _text(found, "at", "")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise SessionError(f'at: "{text[:40]}" is no moment such as 2026-03-01T12:00:00Z') from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
