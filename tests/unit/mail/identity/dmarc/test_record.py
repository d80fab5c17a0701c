"""DMARC records: only the version makes one, and whatever else is wrong counts for nothing and is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.mail.identity.dmarc.record import (
    MOST_TAGS,
    MOST_URIS,
    Mode,
    Policy,
    Psd,
    Record,
    is_report_uri,
    parse_record,
)


@pytest.mark.standard("9989:4.7")
@pytest.mark.parametrize(
    "raw",
    ["v=DMARC1", "v=DMARC1;", "v = DMARC1 ;", "V=DMARC1; p=none", "v\t=\tDMARC1\t;\tp=none", "v=DMARC1;;"],
)
def test_the_version_makes_the_record(raw):
    assert parse_record(raw) is not None


@pytest.mark.standard("9989:4.8")
@pytest.mark.parametrize(
    "raw",
    [
        "",
        "DMARC1",
        "v=dmarc1; p=reject",
        "v=DMARC1 p=reject",
        "v=DMARC2; p=reject",
        "v=DMARC10; p=reject",
        " v=DMARC1; p=reject",
        ";v=DMARC1; p=reject",
        "p=reject; v=DMARC1",
        "vv=DMARC1; p=reject",
        '"v=DMARC1; p=reject"',
        "v=DMARC1\n; p=reject",
        "v=spf1 -all",
    ],
)
def test_everything_else_is_no_record(raw):
    assert parse_record(raw) is None


def test_a_full_record_is_read():
    raw = (
        "v=DMARC1; p=reject; sp=quarantine; np=none; adkim=s; aspf=s; psd=n; t=y; fo=1:d:s; "
        "rua=mailto:a@example.org!10m , https://reports.example.net/in?x=1; ruf=mailto:b@example.org;"
    )
    assert parse_record(raw) == Record(
        raw=raw,
        p=Policy.REJECT,
        sp=Policy.QUARANTINE,
        np=Policy.NONE,
        adkim=Mode.STRICT,
        aspf=Mode.STRICT,
        psd=Psd.NO,
        testing=True,
        rua=("mailto:a@example.org", "https://reports.example.net/in?x=1"),
        ruf=("mailto:b@example.org",),
        fo=("1", "d", "s"),
    )


def test_what_is_not_said_has_its_default():
    assert parse_record("v=DMARC1") == Record(raw="v=DMARC1")
    record = Record(raw="")
    assert (record.p, record.adkim, record.psd, record.testing, record.fo) == (
        None,
        Mode.RELAXED,
        Psd.UNKNOWN,
        False,
        ("0",),
    )


def test_words_and_names_of_tags_stand_for_either_case():
    record = parse_record("v=DMARC1; P=Reject; ADKIM=S; T=Y; PSD=Y")
    assert (record.p, record.adkim, record.testing, record.psd) == (Policy.REJECT, Mode.STRICT, True, Psd.YES)
    assert not record.mistakes


@pytest.mark.parametrize(
    ("rest", "tag", "left"),
    [
        ("p=refuse", "p", {"p": None, "policy_spoiled": True}),
        ("p=reject; sp=", "sp", {"p": Policy.REJECT, "sp": None, "policy_spoiled": True}),
        ("np=\xe9", "np", {"np": None, "policy_spoiled": True}),
        ("p=reject; adkim=x", "adkim", {"p": Policy.REJECT, "adkim": Mode.RELAXED, "policy_spoiled": False}),
        ("aspf=strict", "aspf", {"aspf": Mode.RELAXED}),
        ("psd=yes", "psd", {"psd": Psd.UNKNOWN}),
        ("t=1", "t", {"testing": False}),
        ("fo=0:1", "fo", {"fo": ("0",)}),
        ("fo=d:d", "fo", {"fo": ("0",)}),
        ("fo=x", "fo", {"fo": ("0",)}),
        ("p=none; p=reject", "p", {"p": None, "policy_spoiled": True}),
        ("adkim=s; adkim=s", "adkim", {"adkim": Mode.RELAXED}),
        ("p=reject; v=DMARC1", "v", {"p": Policy.REJECT}),
        ("pct=50", "pct", {"p": None, "policy_spoiled": False}),
        ("new=thing", "new", {}),
        ("p=reject; and more", "", {"p": Policy.REJECT}),
        ("; p=reject", "", {"p": Policy.REJECT}),
        ("p1=reject", "", {"p": None}),
        ("rua=a@example.org", "rua", {"rua": ()}),
        ("rua=mailto:a@example.org!big", "rua", {"rua": ()}),
        ("rua=mailto:,mailto:a@example.org", "rua", {"rua": ("mailto:a@example.org",)}),
    ],
)
def test_what_is_wrong_counts_as_not_there_and_is_told(rest, tag, left):
    record = parse_record(f"v=DMARC1; {rest}")
    assert tag in {mistake.tag for mistake in record.mistakes}
    assert {name: getattr(record, name) for name in left} == left


def test_what_is_read_is_bounded():
    record = parse_record("v=DMARC1" + ";x=y" * MOST_TAGS + ";p=reject")
    assert (record.p, record.mistakes[0].why) == (None, f"more than {MOST_TAGS} tags")
    many = ",".join(["mailto:a@example.org"] * (MOST_URIS + 1))
    record = parse_record(f"v=DMARC1; rua={many}")
    assert (len(record.rua), record.mistakes[0].why) == (MOST_URIS, f"more than {MOST_URIS} addresses")


@pytest.mark.standard("9989:4.6")
@pytest.mark.parametrize(
    ("uri", "good"),
    [
        ("mailto:reports@example.org", True),
        ("MAILTO:reports@example.org", True),
        ("mailto:a%2Cb@example.org", True),
        ("mailto:a@example.org?subject=x", True),
        ("https://example.org/reports", True),
        ("mailto:", False),
        ("mailto:example.org", False),
        ("mailto:@example.org", False),
        ("mailto:a@", False),
        ("mailto:a b@example.org", False),
        ("mailto:a%2@example.org", False),
        ("https:", False),
        ("example.org", False),
        ("", False),
    ],
)
def test_addresses_for_reports(uri, good):
    assert is_report_uri(uri) is good


@pytest.mark.parametrize(
    ("policy", "tested"),
    [(Policy.NONE, Policy.NONE), (Policy.QUARANTINE, Policy.NONE), (Policy.REJECT, Policy.QUARANTINE)],
)
def test_testing_is_one_level_below(policy, tested):
    assert policy.tested is tested


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["p", "sp", "np", "adkim", "aspf", "psd", "t", "fo", "zz", "rua"]),
            st.sampled_from(["reject", "none", "r", "s", "y", "n", "u", "0", "1:d", "mailto:a@b.org"]),
        ),
        max_size=8,
    ),
    st.sampled_from(["", " ", "\t"]),
)
def test_spaces_and_a_last_semicolon_change_nothing(tags, space):
    tight = "v=DMARC1" + "".join(f";{name}={value}" for name, value in tags)
    loose = "v=DMARC1" + "".join(f"{space};{space}{name}{space}={space}{value}" for name, value in tags)
    first, second = parse_record(tight), parse_record(f"{loose}{space};{space}")
    assert {**_values(first)} == {**_values(second)}


def _values(record):
    return {name: getattr(record, name) for name in Record.__slots__ if name != "raw"}
