"""XML is read in parts, and nothing in it can grow, fetch or go deep."""

import pytest

from pforte.mail.feedback.limits import Limits, ReportError
from pforte.mail.feedback.xml_parts import Element, read_parts

BOMB = (
    b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><r><x>&c;</x></r>'
)


def parts(xml, **limits):
    return list(read_parts(xml, "r", Limits(**limits)))


def test_parts_come_one_by_one_with_names_and_texts():
    first, second = parts(b"<r><a> one &amp; <b>two</b></a><c/></r>")
    assert (first.name, first.text, first.value("b"), second) == ("a", "one & ", "two", Element("c"))
    assert (first.value("none", "deeper"), first.first("none"), first.all("b")) == (
        "",
        None,
        [Element("b", "two")],
    )


@pytest.mark.standard("9990:8.1")
@pytest.mark.parametrize(
    "xml",
    [
        BOMB,
        b'<!DOCTYPE r SYSTEM "http://example.org/x.dtd"><r/>',
        b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>',
        b'<!DOCTYPE r [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]><r/>',
        "<!DOCTYPE r []><r/>".encode("utf-16"),
    ],
)
def test_a_document_type_is_refused(xml):
    with pytest.raises(ReportError, match="document type"):
        parts(xml)


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"<r>",
        b"<r></x>",
        b"<r/><r/>",
        b"<r>&none;</r>",
        b"<r>\x00</r>",
        b"<r>\xff</r>",
        b"<r><x:a/></r>",
        b'<?xml version="1.0" encoding="nonsense"?><r/>',
        b'<?xml version="1.0" encoding="utf-7"?><r/>',
        b"text",
    ],
)
def test_what_is_no_xml_is_told(xml):
    with pytest.raises(ReportError, match="no XML"):
        parts(xml)


def test_other_encodings_and_space_before_the_declaration_are_read():
    assert (
        parts('<?xml version="1.0" encoding="iso-8859-1"?><r><a>é</a></r>'.encode("latin-1"))[0].text == "é"
    )
    assert parts("<r><a>é</a></r>".encode("utf-16"))[0].text == "é"
    assert parts(b'\n <?xml version="1.0"?><r><a/></r>') == [Element("a")]


def test_depth_elements_and_texts_are_bounded():
    with pytest.raises(ReportError, match="too many elements, or too deep"):
        parts(b"<r>" + b"<a>" * 50_000)
    with pytest.raises(ReportError, match="too many elements, or too deep"):
        parts(b"<r><a>" + b"<b/>" * 10 + b"</a></r>", most_elements=10)
    assert len(parts(b"<r>" + b"<a><b/></a>" * 10 + b"</r>", most_elements=2)) == 10
    assert parts(b"<r><a>" + b"x<b/>" * 30 + b"</a></r>", most_characters=9)[0].text == "x" * 9


def test_a_large_document_is_cut_at_no_wrong_place():
    """Chunks end anywhere, also inside a tag or a character."""
    body = "<a>é</a>" * 30_000
    found = parts(f"<r>{body}</r>".encode())
    assert len(found) == 30_000
    assert {element.text for element in found} == {"é"}
