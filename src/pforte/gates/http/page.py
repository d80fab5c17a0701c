"""What a refused visitor reads: what happened, until when, what to do, and the reference.

A page for people (no script, nothing loaded, one column, light and dark), an object for programs, and plain text for
all others. Whatever comes from outside is escaped.
"""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from html import escape

from pforte.clock import render_time
from pforte.gates.http.choice import Form, Language
from pforte.languages import Text
from pforte.printable import render_json


@dataclass(frozen=True, slots=True)
class Notice:
    """What is said to a refused visitor.

    Attributes:
        address: the visitor's own address, or "" where it is not known.
        summary: what was seen.
        remedy: what the visitor can do.
        reason: slug of the check, or "".
        standard: the clause or RFC that was broken, or "".
        now: the present moment, UTC.
        reference: public code of the ban; "" where there is none (yet).
        ends: first moment at liberty, UTC; None where it is not known (yet).
    """

    address: str
    summary: Text
    remedy: Text
    reason: str
    standard: str
    now: datetime
    reference: str = ""
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Words:
    title: str
    lead: str
    what: str
    until: str
    todo: str
    reference: str
    quote: str
    address: str
    standard: str
    pending: str
    left: str
    units: tuple[tuple[str, str], ...]


_WORDS: dict[Language, _Words] = {
    "en": _Words(
        title="Access refused",
        lead="Your network may not enter this site at the moment.",
        what="What happened",
        until="Until when",
        todo="What you can do",
        reference="Reference",
        quote="Name it in any question about this.",
        address="Your address",
        standard="Rule",
        pending="It is being recorded. Load this page again in a moment to see end and reference.",
        left="UTC, {span} from now. It ends by itself.",
        units=(("day", "days"), ("hour", "hours"), ("minute", "minutes")),
    ),
    "de": _Words(
        title="Zugang verweigert",
        lead="Ihr Netz darf diese Website zurzeit nicht betreten.",
        what="Was geschehen ist",
        until="Bis wann",
        todo="Was Sie tun können",
        reference="Referenz",
        quote="Nennen Sie sie bei jeder Frage dazu.",
        address="Ihre Adresse",
        standard="Regel",
        pending="Es wird gerade festgehalten. Laden Sie diese Seite gleich noch einmal, um Ende und Referenz zu sehen.",
        left="UTC, noch {span}. Die Sperre endet von selbst.",
        units=(("Tag", "Tage"), ("Stunde", "Stunden"), ("Minute", "Minuten")),
    ),
}

_STYLE = (
    ":root{color-scheme:light dark;--ink:#1b1b1f;--soft:#4a4a52;--paper:#fff;--line:#767680;--mark:#f0f0f4}"
    "@media(prefers-color-scheme:dark){:root{--ink:#ececf0;--soft:#c0c0c8;--paper:#16161a;--line:#90909a;--mark:#26262c}}"
    "body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.6 system-ui,sans-serif;"
    "overflow-wrap:anywhere}"
    "main{max-width:38rem;margin:0 auto;padding:1.5rem 1.25rem 3rem}"
    "h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0}"
    "h2{font-size:1.125rem;margin:1.75rem 0 .25rem}"
    "p{margin:.25rem 0}"
    ".soft{color:var(--soft)}"
    "code{display:inline-block;font:600 1.25rem/1.5 ui-monospace,monospace;background:var(--mark);"
    "border:1px solid var(--line);border-radius:.375rem;padding:.25rem .75rem;overflow-wrap:normal}"
)
POLICY = (
    "default-src 'none'; style-src 'sha256-"
    + b64encode(sha256(_STYLE.encode()).digest()).decode()
    + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page's Content-Security-Policy: nothing but its own style."""


def render(notice: Notice, form: Form, language: Language) -> bytes:
    """Return a notice in the form and language that the client wants, in UTF-8."""
    if form == "text/html":
        return _page(notice, language).encode()
    if form == "application/json":
        return render_json(_object(notice, language)).encode() + b"\n"
    return _text(notice, language).encode()


def seconds_left(notice: Notice) -> int | None:
    """Return how many seconds the ban lasts, at least 1; None where its end is not known."""
    return None if notice.ends is None else max(1, int((notice.ends - notice.now).total_seconds()))


def _said(text: Text, language: Language) -> str:
    return text.de if language == "de" else text.en


def _until(notice: Notice, words: _Words) -> tuple[str, str]:
    """Return the end as a moment and in words; both "" where it is not known."""
    if notice.ends is None:
        return "", ""
    moment = f"{notice.ends:%Y-%m-%d %H:%M}"
    return moment, words.left.format(span=_span(notice.ends - notice.now, words.units))


def _span(span: timedelta, units: tuple[tuple[str, str], ...]) -> str:
    """Return a span in its largest unit that counts at least two of it, rounded up, such as ``3 days``."""
    minutes = max(1, -(-int(span.total_seconds()) // 60))
    days, hours, few = units
    for size, names in ((1_440, days), (60, hours), (1, few)):
        count = -(-minutes // size)
        if count > 2 or size == 1:
            return f"{count} {names[0] if count == 1 else names[1]}"
    raise AssertionError("minutes always fit")


def _page(notice: Notice, language: Language) -> str:
    words = _WORDS[language]
    parts = [
        f"<h1>{words.title}</h1><p>{words.lead}</p>",
        f"<h2>{words.what}</h2><p>{escape(_said(notice.summary, language))}</p>",
    ]
    if notice.standard:
        parts.append(f'<p class="soft">{words.standard}: {escape(notice.standard)}</p>')
    moment, left = _until(notice, words)
    if notice.ends is not None:
        at = f'<time datetime="{render_time(notice.ends)}">{moment}</time>'
        parts.append(f"<h2>{words.until}</h2><p>{at} {left}</p>")
    elif notice.reason:
        parts.append(f"<h2>{words.until}</h2><p>{words.pending}</p>")
    parts.append(f"<h2>{words.todo}</h2><p>{escape(_said(notice.remedy, language))}</p>")
    if notice.reference:
        code = f"<code>{escape(notice.reference)}</code>"
        parts.append(f'<h2>{words.reference}</h2><p>{code}</p><p class="soft">{words.quote}</p>')
    if notice.address:
        parts.append(f"<h2>{words.address}</h2><p>{escape(notice.address)}</p>")
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="robots" content="noindex"><title>{words.title}</title><style>{_STYLE}</style></head>'
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _object(notice: Notice, language: Language) -> dict[str, object]:
    return {
        "error": "refused",
        "reason": notice.reason or None,
        "reference": notice.reference or None,
        "until": None if notice.ends is None else render_time(notice.ends),
        "retry_after": seconds_left(notice),
        "summary": _said(notice.summary, language),
        "remedy": _said(notice.remedy, language),
        "standard": notice.standard or None,
        "address": notice.address or None,
    }


def _text(notice: Notice, language: Language) -> str:
    words = _WORDS[language]
    moment, left = _until(notice, words)
    until = f"{moment} {left}" if moment else words.pending if notice.reason else ""
    lines = (
        (words.what, _said(notice.summary, language)),
        (words.standard, notice.standard),
        (words.until, until),
        (words.todo, _said(notice.remedy, language)),
        (words.reference, notice.reference),
        (words.address, notice.address),
    )
    return f"{words.title}. {words.lead}\n" + "".join(f"{name}: {said}\n" for name, said in lines if said)
