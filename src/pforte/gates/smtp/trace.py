"""The fields that stand before a mail that is taken (RFC 5321 s4.4)."""

import re
from datetime import datetime
from email.utils import format_datetime

from pforte.gates.smtp.handover import Client, Letter
from pforte.mail.message import Message
from pforte.mail.reception import Outcome

_LINE = 78
"""Characters of a line (RFC 5322 s2.1.1)."""
_LITERAL = re.compile(r"\[(?:IPv6:)?[0-9A-Fa-f.:]{2,45}\]")
_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,253})")


def compose(raw: bytes, outcome: Outcome | None, received: str) -> bytes:
    """Return a message with its trace: our fields, Received, and the message without the fields to take out.

    Args:
        raw: the message.
        outcome: what was judged, or None where nothing could be.
        received: what :func:`render_received` returned.
    """
    added = () if outcome is None else outcome.added
    fields = "".join(f"{name}: {value}\r\n" for name, value in (*added, ("Received", received)))
    head = fields.encode("utf-8", "backslashreplace")
    if outcome is None or not outcome.removed:
        return head + raw
    message, removed = Message(raw), set(outcome.removed)
    kept = b"".join(field.raw for place, field in enumerate(message.fields) if place not in removed)
    return head + kept + raw[sum(len(field.raw) for field in message.fields) :]


def render_received(letter: Letter, host: str, now: datetime) -> str:
    """Render the value of Received, folded.

    Args:
        letter: what is taken.
        host: our name.
        now: when, UTC.
    """
    client = letter.client
    parts = [
        f"from {plain_name(client)}",
        f"({client.name + ' ' if client.name else ''}{literal(client)})",
        f"by {host} (Pforte)",
        f"with {protocol_of(letter)}",
        f"id {letter.queue}",
    ]
    if client.tls is not None:
        parts.insert(4, f"({client.tls.version} {client.tls.cipher})")
    if len(letter.recipients) == 1 and letter.recipients[0].isprintable():
        # Of several recipients none may learn of the others (RFC 5321 s7.2).
        parts.append(f"for <{letter.recipients[0]}>")
    parts[-1] += ";"
    parts.append(format_datetime(now))
    lines = [""]
    for part in parts:
        room = _LINE - (len("Received: ") if len(lines) == 1 else 1)
        if lines[-1] and len(lines[-1]) + 1 + len(part) > room:
            lines.append("")
        lines[-1] = f"{lines[-1]} {part}".strip()
    return "\r\n ".join(lines)


def literal(client: Client) -> str:
    """Return the client's address in brackets (RFC 5321 s4.1.3)."""
    return f"[{'IPv6:' if client.address.version == 6 else ''}{client.address}]"


def plain_name(client: Client) -> str:
    """Return what the client calls itself by, or its address where that is no name."""
    if _NAME.fullmatch(client.helo) or _LITERAL.fullmatch(client.helo):
        return client.helo
    return literal(client)


def protocol_of(letter: Letter) -> str:
    """Return the name of the protocol (RFC 3848, RFC 6531 s4.3)."""
    client = letter.client
    if not client.extended:
        return "SMTP"
    secured = "S" if client.tls is not None else ""
    return f"{'UTF8SMTP' if letter.path.parameter('SMTPUTF8') is not None else 'ESMTP'}{secured}"
