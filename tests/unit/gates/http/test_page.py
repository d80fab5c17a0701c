"""What a refused visitor reads is true, whole, and nothing but text."""

import json
import re
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from pforte.gates.http.page import POLICY, Notice, render, seconds_left
from pforte.languages import Text

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOTICE = Notice(
    address="192.0.2.7",
    summary=Text(en="SQL in a value.", de="SQL in einem Wert."),
    remedy=Text(en="Stop the program.", de="Beenden Sie das Programm."),
    reason="visit.sql-injection",
    standard="House rules s1.1",
    now=NOON,
    reference="PF-7K3M-Q2XD",
    ends=NOON + timedelta(hours=1),
)


class Reader(HTMLParser):
    """Collects the tags and the text of a page, and sees that they nest."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data + "\n"


def read(page: bytes) -> Reader:
    reader = Reader()
    reader.feed(page.decode())
    reader.close()
    assert reader.open == []
    return reader


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["Access refused", "SQL in a value.", "Stop the program.", "PF-7K3M-Q2XD", "60 minutes", "192.0.2.7"]),
        ("de", ["Zugang verweigert", "SQL in einem Wert.", "Beenden Sie das Programm.", "PF-7K3M-Q2XD", "60 Minuten"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["text/html", "text/plain"])
def test_it_says_what_happened_until_when_what_to_do_and_the_reference(form, language, said):
    text = render(NOTICE, form, language).decode()
    text = read(text.encode()).text if form == "text/html" else text
    for words in [*said, "House rules s1.1", "2026-03-01 13:00"]:
        assert words in text


def test_the_page_tells_its_language_and_fits_a_phone():
    page = read(render(NOTICE, "text/html", "de"))
    assert page.tags[0] == ("html", {"lang": "de"})
    assert ("meta", {"name": "viewport", "content": "width=device-width,initial-scale=1"}) in page.tags
    assert ("time", {"datetime": "2026-03-01T13:00:00Z"}) in page.tags
    assert [tag for tag, _ in page.tags].count("h1") == 1


def test_the_page_loads_nothing_and_runs_nothing():
    page = read(render(NOTICE, "text/html", "en"))
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "link", "img", "iframe", "form", "a"})
    assert not any(
        name == "style" or name.startswith("on") for _, attributes in page.tags for name in attributes
    )


def test_the_policy_allows_the_pages_own_style_and_nothing_else():
    page = render(NOTICE, "text/html", "en").decode()
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    assert f"'sha256-{b64encode(sha256(style[1].encode()).digest()).decode()}'" in POLICY
    assert "default-src 'none'" in POLICY


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_colours_have_the_contrast_of_wcag_aa_in_light_and_dark():
    """WCAG 2.2 s1.4.3: 4.5 for text; s1.4.11: 3 for the frame of the reference."""
    page = render(NOTICE, "text/html", "en").decode()
    themes = re.findall(r"--ink:(#\w+);--soft:(#\w+);--paper:(#\w+);--line:(#\w+);--mark:(#\w+)", page)
    assert len(themes) == 2
    for ink, soft, paper, line, mark in themes:
        assert _contrast(ink, paper) >= 4.5
        assert _contrast(soft, paper) >= 4.5
        assert _contrast(ink, mark) >= 4.5
        assert _contrast(line, paper) >= 3


def test_the_object_tells_the_same():
    assert json.loads(render(NOTICE, "application/json", "de")) == {
        "error": "refused",
        "reason": "visit.sql-injection",
        "reference": "PF-7K3M-Q2XD",
        "until": "2026-03-01T13:00:00Z",
        "retry_after": 3600,
        "summary": "SQL in einem Wert.",
        "remedy": "Beenden Sie das Programm.",
        "standard": "House rules s1.1",
        "address": "192.0.2.7",
    }


@pytest.mark.parametrize("form", ["text/html", "application/json", "text/plain"])
def test_a_ban_that_is_being_recorded_has_no_end_yet(form):
    text = render(replace(NOTICE, reference="", ends=None), form, "en").decode()
    assert "PF-" not in text
    assert ("being recorded" in text) == (form != "application/json")


def test_what_comes_from_outside_is_escaped():
    evil = "<script>alert('x')</script>&\"'"
    notice = replace(
        NOTICE, address=evil, summary=Text(evil, evil), remedy=Text(evil, evil), standard=evil, reference=evil
    )
    page = render(notice, "text/html", "en")
    assert b"<script" not in page
    assert read(page).text.count("alert('x')") == 5
    assert json.loads(render(notice, "application/json", "en"))["address"] == evil


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(seconds=1), "1 minute "),
        (timedelta(seconds=61), "2 minutes"),
        (timedelta(hours=2), "120 minutes"),
        (timedelta(hours=2, seconds=1), "3 hours"),
        (timedelta(days=7), "7 days"),
        (timedelta(days=365), "365 days"),
    ],
)
def test_spans_in_words(left, words):
    text = render(replace(NOTICE, ends=NOON + left), "text/plain", "en").decode()
    assert f"{words.strip()} from now" in text


def test_a_ban_lasts_a_second_at_least():
    assert seconds_left(NOTICE) == 3600
    assert seconds_left(replace(NOTICE, ends=NOON)) == 1
    assert seconds_left(replace(NOTICE, ends=None)) is None
