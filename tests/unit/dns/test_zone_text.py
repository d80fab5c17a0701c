"""Records are read from a zone file with what a line takes over from those before it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.dns.zone_text import ZoneFileError, read_records


def read(text):
    return [
        (record.owner.to_text(), record.ttl, record.rdata.rdtype.name, record.rdata.to_text())
        for record in read_records(text, "house.zone")
    ]


def test_a_line_takes_over_owner_origin_and_ttl():
    text = """; a comment
$ORIGIN example.org. ; the house
@ SOA ns host ( 1 2
   3 4 5 )   ; over two lines
  60 IN NS ns

$TTL 1h30m
WWW IN 60 A 192.0.2.1
  ; only a comment
    TXT "a;b" c
$ORIGIN sub
*  MX 10 www
a.example. CNAME b.example.
"""
    assert read(text) == [
        ("example.org.", 3600, "SOA", "ns.example.org. host.example.org. 1 2 3 4 5"),
        ("example.org.", 60, "NS", "ns.example.org."),
        ("www.example.org.", 60, "A", "192.0.2.1"),
        ("www.example.org.", 5400, "TXT", '"a;b" "c"'),
        ("*.sub.example.org.", 5400, "MX", "10 www.sub.example.org."),
        ("a.example.", 5400, "CNAME", "b.example."),
    ]


def test_an_empty_text_has_no_records():
    assert read("") == []
    assert read("\n ; nothing\n\n") == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("\n  A 192.0.2.1", 2),
        ("www.example. A", 1),
        ("a.example. A 192.0.2.1\nwww.example. A nonsense", 2),
        ("$INCLUDE /etc/passwd", 1),
        ("$GENERATE 1-3 a$ A 192.0.2.$", 1),
        ("$TTL soon", 1),
        ("x.example. NOPE 1", 1),
        ("x.example. CH A 192.0.2.1", 1),
        ("a.example. A 192.0.2.1 192.0.2.2", 1),
        ("a..example. A 192.0.2.1", 1),
        ('"a" A 192.0.2.1', 1),
    ],
)
def test_what_is_no_zone_file_is_refused_with_its_line(text, line):
    with pytest.raises(ZoneFileError) as caught:
        read(text)
    assert str(caught.value).startswith(f"house.zone:{line}: is no zone file: ")


def test_an_open_bracket_is_refused():
    with pytest.raises(ZoneFileError, match=r"house\.zone:\d: is no zone file: "):
        read("a.example. A 192.0.2.1 (\n")


_tokens = st.sampled_from(["$ORIGIN", "$TTL", "$INCLUDE", "$GENERATE", "1-3", "@", "a", "a.example.", "60", "IN", "A", "CNAME",
                           "TXT", "192.0.2.1", '"', "(", ")", ";", "\\", "\n", "\\#", "*", "", "\\300", "\\0"])  # fmt: skip


@given(st.lists(_tokens, max_size=15).map(" ".join) | st.text(max_size=40))
def test_no_text_does_more_than_be_refused(text):
    try:
        records = list(read_records(text))
    except ZoneFileError:
        return
    assert all(record.owner.is_absolute() for record in records)
