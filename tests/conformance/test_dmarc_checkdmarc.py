"""DMARC records read as checkdmarc reads them (RFC 9989 since its version 6; a development dependency, no network)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.mail.identity.dmarc.record import Record, is_report_uri, parse_record

checkdmarc = pytest.importorskip(
    "checkdmarc.dmarc", reason="install checkdmarc to compare with it: make setup"
)

SPACE = st.sampled_from(["", " ", "  "])
TAG = st.one_of(
    st.tuples(
        st.sampled_from(["p", "sp", "np", "P", "Sp"]),
        st.sampled_from(["none", "quarantine", "reject", "Reject", "refuse", "r"]),
    ),
    st.tuples(st.sampled_from(["adkim", "aspf"]), st.sampled_from(["r", "s", "S", "x"])),
    st.tuples(st.just("psd"), st.sampled_from(["y", "n", "u", "Y", "yes"])),
    st.tuples(st.just("t"), st.sampled_from(["y", "n", "Y", "1"])),
    st.tuples(st.just("fo"), st.sampled_from(["0", "1", "d", "s", "1:d", "d:s", "0:1", "x", "d:d", "s:1:d"])),
    st.tuples(st.sampled_from(["pct", "ri", "rf"]), st.sampled_from(["50", "3600", "afrf"])),
    st.tuples(st.just("zz"), st.sampled_from(["1", "a b"])),
)
VERSION = st.sampled_from(["v=DMARC1", "v = DMARC1", "v=dmarc1", "v=DMARC2", "DMARC1"])


@st.composite
def records(draw):
    text = draw(VERSION)
    for name, value in draw(st.lists(TAG, max_size=6)):
        text += f"{draw(SPACE)};{draw(SPACE)}{name}{draw(SPACE)}={draw(SPACE)}{value}"
    return text + draw(st.sampled_from(["", ";", " ;"]))


def values(record: Record):
    policy = record.p or "none"
    return {
        "p": str(policy),
        "sp": str(record.sp or policy),
        "np": str(record.np or record.sp or policy),
        "adkim": str(record.adkim),
        "aspf": str(record.aspf),
        "psd": str(record.psd),
        "t": "y" if record.testing else "n",
        "fo": ":".join(record.fo),
    }


@settings(max_examples=300, deadline=None)
@given(records())
def test_records_are_read_alike(text):
    """What checkdmarc takes, we read as it does; what it refuses, we pass over and tell, or take for no record."""
    ours = parse_record(text)
    try:
        theirs = checkdmarc.parse_dmarc_record(text, "example.org")["tags"]
    except checkdmarc.DMARCError:
        assert ours is None or ours.mistakes
        return
    assert ours is not None
    assert values(ours) == {name: theirs[name]["value"] for name in values(ours)}


@pytest.mark.parametrize(
    "uri",
    [
        "mailto:a@example.org",
        "MAILTO:a@example.org",
        "mailto:a%2Cb@example.org",
        "mailto:a@sub.example.org",
        "https://example.org/in",
        "example.org",
        "a@example.org",
        "mailto:",
        "",
    ],
)
def test_addresses_are_taken_alike(uri):
    try:
        checkdmarc.parse_dmarc_report_uri(uri)
        taken = True
    except checkdmarc.DMARCError:
        taken = False
    assert is_report_uri(uri) is taken
