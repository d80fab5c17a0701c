"""Writing an Authentication-Results field that every reader of RFC 8601 understands, whatever the values hold."""

import re
from collections.abc import Iterator

from pforte.mail.identity.authres.results import MethodResult, Results

FIELD = "Authentication-Results"
MOST_VALUE_OCTETS = 400
"""Octets of a value that are written; the longest mailbox has 320. So no line comes near 998 (RFC 5322 s2.1.1)."""

_LINE = 78
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`{|}~\u0080-\U0010ffff-]+")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
_LABEL = r"[A-Za-z0-9_\u0080-\U0010ffff-]+"
_QUOTED = r'"(?:[ !#-\[\]-~\u0080-\U0010ffff]|\\[ -~])*"'
_MAILBOX = re.compile(rf"(?:{_ATOM}(?:\.{_ATOM})*|{_QUOTED})?@{_LABEL}(?:\.{_LABEL})*")
_KEYWORD = re.compile(r"[a-z0-9-]{0,31}[a-z0-9]")
_SPECIAL = re.compile(r'(["\\])')
_WORDS = re.compile(r" *[^ ]+")


def render_results(results: Results, *, before: str = f"{FIELD}: ", utf8: bool = False) -> str:
    """Return what stands behind the colon, folded into lines of 78 characters where the values let it.

    Characters that cannot stand in a header field become ``?``, and values are cut to MOST_VALUE_OCTETS: they are
    somebody else's words and must not begin a line or a field of their own.

    Args:
        results: what was found.
        before: what stands on the first line before it; ARC has ``ARC-Authentication-Results: i=1; ``.
        utf8: whether the message may hold UTF-8 in its header (SMTPUTF8, RFC 6532).

    Raises:
        ValueError: a method, result, or kind or name of a property is no keyword of up to 32 small letters.

    >>> render_results(Results("mx.example"))
    'mx.example; none'
    """
    lines = [before]
    for piece in _pieces(results, utf8=utf8):
        if piece.startswith(" ") and len(lines[-1]) + len(piece) > _LINE:
            lines.append("")
        lines[-1] += piece
    return "\r\n".join(lines)[len(before) :]


def _pieces(results: Results, *, utf8: bool) -> Iterator[str]:
    """Yield the field in pieces; where one begins with a space, the line may be broken before it."""
    yield f"{_value(results.server, utf8=utf8)};"
    if not results.methods:
        yield " none"
    for number, method in enumerate(results.methods, 1):
        parts = list(_parts(method, utf8=utf8))
        if number < len(results.methods):
            parts[-1] += ";"
        for part in parts:
            # A part too long for a line can be broken where its quoted value has a space (RFC 5322 s3.2.4).
            yield from [f" {part}"] if len(part) < _LINE else _WORDS.findall(f" {part}")


def _parts(method: MethodResult, *, utf8: bool) -> Iterator[str]:
    version = "" if method.version == 1 else f"/{method.version}"
    yield f"{_keyword(method.method)}{version}={_keyword(method.result)}"
    if method.reason:
        yield f"reason={_value(method.reason, utf8=utf8)}"
    for each in method.properties:
        value = _value(each.value, utf8=utf8, mailbox=True)
        yield f"{_keyword(each.kind)}.{_keyword(each.name)}={value}"


def _keyword(text: str) -> str:
    if not _KEYWORD.fullmatch(text):
        raise ValueError(f"{text!r} is no keyword of an Authentication-Results field")
    return text


def _value(text: str, *, utf8: bool, mailbox: bool = False) -> str:
    sound = "".join(
        character if character.isprintable() and (utf8 or character.isascii()) else "?" for character in text
    )
    sound = sound.encode()[:MOST_VALUE_OCTETS].decode(errors="ignore")
    if _TOKEN.fullmatch(sound) or (mailbox and _MAILBOX.fullmatch(sound)):
        return sound
    escaped = _SPECIAL.sub(r"\\\1", sound)
    return f'"{escaped}"'
