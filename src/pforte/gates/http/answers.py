"""The answers as they go over the wire."""

from functools import lru_cache

from pforte.gates.http.choice import Form, Language
from pforte.gates.http.page import POLICY, Notice, render, seconds_left

LET_IN = b"HTTP/1.1 204 No Content\r\n\r\n"
"""The visitor may come in."""
LET_IN_ENVOY = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
"""The same for Envoy, which takes no other status for it."""
BY_HAND = "by-hand"
"""The reason in X-Pforte-Reason for a ban that the operator set."""
NOT_NOW = "not-now"
"""The reason where nothing is known and on_failure is closed."""
SITE = "site"
"""The reason on the page of a visitor who is not shut out: the site itself refused."""
UNREADABLE = "unreadable"
"""The reason where a question cannot be read: it holds what the visitor sent, and no honest one sends such."""


def plain(status: str, text: str) -> bytes:
    """Return an answer of one line of text."""
    body = text.encode() + b"\n"
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


@lru_cache(maxsize=256)
def refused(reason: str, reference: str = "", seconds: int = 0) -> bytes:
    """Return the short refusal, for proxies that show no body.

    Args:
        reason: slug of a check, or one of the reasons of this module.
        reference: public code of the ban, or "".
        seconds: how long the ban still lasts; 0 where that is not known.
    """
    return _head(reason, reference, seconds).encode() + b"Content-Length: 0\r\n\r\n"


def explained(notice: Notice, reason: str, form: Form, language: Language) -> bytes:
    """Return the refusal with its explanation."""
    body = render(notice, form, language)
    head = (
        f"{_head(reason, notice.reference, seconds_left(notice) or 0)}"
        f"Content-Type: {form}; charset=utf-8\r\nContent-Language: {language}\r\n"
        "Vary: Accept, Accept-Language\r\n"
        f"Content-Security-Policy: {POLICY}\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
        f"X-Robots-Tag: noindex\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def without_body(answer: bytes) -> bytes:
    """Return the answer to HEAD (RFC 9110 s9.3.2)."""
    return answer[: answer.index(b"\r\n\r\n") + 4]


def _head(reason: str, reference: str, seconds: int) -> str:
    """Return status line and what all refusals have. 403 and never 429: nginx takes nothing else for a refusal."""
    told = f"X-Pforte-Reference: {reference}\r\n" if reference else ""
    wait = f"Retry-After: {seconds}\r\n" if seconds else ""
    return f"HTTP/1.1 403 Forbidden\r\nX-Pforte-Reason: {reason}\r\n{told}{wait}Cache-Control: no-store\r\n"
