"""Which form and which language a client wants (RFC 9110 s12.5): the best of the few that there are."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

Form = Literal["text/html", "application/json", "text/plain"]
Language = Literal["en", "de"]

FORMS: tuple[Form, ...] = ("text/html", "application/json", "text/plain")
LANGUAGES: tuple[Language, ...] = ("en", "de")

MOST_BYTES = 1_024
"""Bytes of a header field that are looked at."""


def form_for(accept: bytes) -> Form:
    """Return the form that an ``Accept`` field wants most; plain text for whoever names none of them.

    >>> form_for(b"text/html,application/xhtml+xml,*/*;q=0.8"), form_for(b"*/*"), form_for(b"application/json")
    ('text/html', 'text/plain', 'application/json')
    """
    return _form_for(accept[:MOST_BYTES])  # before the cache, which would keep the rest


@lru_cache(maxsize=1_024)
def _form_for(accept: bytes) -> Form:
    best: tuple[float, int] = (0.0, 0)
    chosen: Form = "text/plain"
    wanted = list(_wanted(accept))
    for form in FORMS:
        # The most precise range decides for a form (s12.5.1); one that fits everything asks for none of them.
        fits = [(precise, weight) for name, weight in wanted if (precise := _precision(name, form))]
        if fits:
            precise, weight = max(fits)
            if (weight, precise) > best:
                best, chosen = (weight, precise), form
    return chosen


def language_for(accept_language: bytes) -> Language:
    """Return the language that an ``Accept-Language`` field wants most; English for whoever names none of them.

    >>> language_for(b"de-AT,de;q=0.9,en;q=0.8"), language_for(b"fr,*;q=0.5")
    ('de', 'en')
    """
    return _language_for(accept_language[:MOST_BYTES])


@lru_cache(maxsize=1_024)
def _language_for(accept_language: bytes) -> Language:
    best = 0.0
    chosen: Language = "en"
    for name, weight in _wanted(accept_language):
        primary = name.partition("-")[0]
        for language in LANGUAGES:
            if primary == language and weight > best:
                best, chosen = weight, language
    return chosen


def _precision(name: str, form: Form) -> int:
    """Return 2 where a range names the form, 1 where it names its half, 0 where it does not fit or fits all."""
    if name == form:
        return 2
    return 1 if name == form.partition("/")[0] + "/*" else 0


def _wanted(field: bytes) -> Iterator[tuple[str, float]]:
    """Yield each name of a list with its weight (RFC 9110 s12.4.2), lower case; broken weights count nothing."""
    for element in field.decode("latin-1").lower().split(","):
        name, *parameters = (part.strip() for part in element.split(";"))
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                weight = _weight(parameter[2:])
        if name and weight:
            yield name, weight


def _weight(text: str) -> float:
    digits = text.replace(".", "", 1)
    if not digits.isascii() or not digits.isdigit() or len(text) > 5:
        return 0.0
    return min(float(text), 1.0)
