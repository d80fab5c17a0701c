"""Words of strangers reach no terminal as commands, and programs read them unchanged."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.printable import printable, render_json

HOSTILE = {
    "8-bit CSI": "\x9b2J",
    "escape": "\x1b[2J",
    "delete": "\x7f",
    "next line": "\x85",
    "right-to-left override": "\u202egpj.exe",
    "isolate": "\u2067x\u2069",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "tag": "\U000e0041",
    "lone surrogate": "\udc9b",
}


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_nothing_from_outside_reaches_the_terminal_raw(raw):
    assert printable(raw).isprintable()


@given(st.text(st.characters(categories=["L", "N", "P"]), max_size=30))
def test_plain_text_is_left_as_it_is(text):
    assert printable(text) == text
    assert printable(text.encode()) == text


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_json_holds_no_character_that_a_terminal_obeys(text):
    """Whoever writes a log line must not move the cursor of whoever reads it as JSON."""
    rendered = render_json({text: [text]})
    assert rendered.isprintable()
    assert json.loads(rendered) == {text: [text]}


@given(st.recursive(st.text(max_size=20) | st.integers() | st.none(), st.lists, max_leaves=6))
def test_json_means_what_it_meant(value):
    assert json.loads(render_json(value)) == value
    assert json.loads(render_json(value, indent=2)) == value


@given(st.text(max_size=20))
def test_only_the_breaks_between_lines_are_no_printable_characters(text):
    kinds = {unicodedata.category(sign) for sign in render_json([text], indent=2) if not sign.isprintable()}
    assert kinds <= {"Cc"}
    assert render_json([text], indent=2).count("\n") == 2


def test_words_of_other_languages_stay_readable():
    assert render_json(["Grüße", "日本"]) == '["Grüße", "日本"]'
