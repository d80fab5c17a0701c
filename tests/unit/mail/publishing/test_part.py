"""Records as lines of a zone file."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from pforte.dns.zone_file import ZoneFileResolver
from pforte.mail.publishing.part import Entry, fields_of, texts_of


@given(st.text(st.characters(max_codepoint=255), min_size=1, max_size=700))
def test_a_text_of_any_length_survives_the_zone_file(text):
    """Long keys stand in several strings, and a quotation mark ends nothing."""
    zone = ZoneFileResolver(str(Entry("a.example", "TXT", text)))
    assert asyncio.run(zone.records("a.example", "TXT")).values == (text,)


def test_other_records_stand_as_they_are():
    assert str(Entry("example.org", "MX", "10 mx.example.org.")) == "example.org. IN MX 10 mx.example.org."


def test_texts_of_other_kinds_are_left_out_and_trouble_is_told():
    zone = ZoneFileResolver(
        'a.example. TXT "v=x; 1"\na.example. TXT other', troubles={"b.example": "SERVFAIL"}
    )
    found = asyncio.run(texts_of(zone, "a.example", lambda text: text.startswith("v=")))
    assert (found.values, found.trouble) == (("v=x; 1",), "")
    assert asyncio.run(texts_of(zone, "b.example", lambda _: True)).trouble == "SERVFAIL"


def test_fields_are_split_at_semicolons():
    assert fields_of(" v = A ;; b ; c=d=e;") == [("v", "A"), ("b", ""), ("c", "d=e")]
