"""Browsers get the page, programs the object, all others plain text; German for whoever prefers it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.gates.http import choice
from pforte.gates.http.choice import FORMS, LANGUAGES, MOST_BYTES, form_for, language_for


@pytest.mark.standard("9110:12.5")
@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (b"", "text/plain"),
        (b"*/*", "text/plain"),
        (b"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", "text/html"),
        (b"application/json", "application/json"),
        (b"application/json, text/plain, */*", "application/json"),
        (b"application/json;q=0.5, text/html", "text/html"),
        (b"text/*;q=0.3, application/json;q=0.2", "text/html"),
        (b"text/html;q=0, text/plain", "text/plain"),
        (b"TEXT/HTML;level=1;Q=0.9", "text/html"),
        (b"image/png", "text/plain"),
        (b"text/html;q=nan", "text/plain"),
        (b"text/html;q=9", "text/html"),
    ],
)
def test_forms(accept, form):
    assert form_for(accept) == form


@pytest.mark.standard("9110:12.5")
@pytest.mark.parametrize(
    ("accept_language", "language"),
    [
        (b"", "en"),
        (b"de", "de"),
        (b"de-AT,de;q=0.9,en;q=0.8", "de"),
        (b"en-GB,en;q=0.9,de;q=0.8", "en"),
        (b"fr-FR,fr;q=0.9,de;q=0.5", "de"),
        (b"den", "en"),
        (b"*", "en"),
        (b"de;q=0", "en"),
    ],
)
def test_languages(accept_language, language):
    assert language_for(accept_language) == language


@given(st.binary(max_size=3000))
def test_any_octets_give_one_that_there_is(field):
    assert form_for(field) in FORMS
    assert language_for(field) in LANGUAGES


def test_what_is_remembered_of_a_field_is_short():
    """A visitor may send a hundred KiB, each time others."""
    for remembered, choose in ((choice._form_for, form_for), (choice._language_for, language_for)):
        remembered.cache_clear()
        for letter in (b"a", b"b"):
            choose(b"x" * MOST_BYTES + letter * 100_000)
        assert remembered.cache_info().currsize == 1
