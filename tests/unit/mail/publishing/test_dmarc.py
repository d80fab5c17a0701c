"""The DMARC record: one, in order, strict enough, with reports that arrive."""

import pytest

from pforte.mail.identity.dmarc.record import Policy, parse_record
from pforte.mail.publishing.dmarc import inspect_dmarc

NAME = "_dmarc.example.org"
INSIDE = "rua=mailto:a@example.org"


def zone(*texts):
    return "\n".join(f'{NAME}. TXT "{text}"' for text in texts)


def proposed(text):
    return [f'{NAME}. IN TXT "{text}"']


def test_a_good_record_is_there_and_stays(look):
    text = f"v=DMARC1; p=reject; sp=none; {INSIDE}"
    assert look(inspect_dmarc, zone(text), policy=Policy.QUARANTINE) == (
        [("there", text), ("there", "reports go to a@example.org")],
        proposed(text),
    )


@pytest.mark.parametrize(
    ("texts", "found", "line"),
    [
        (
            (),
            ("missing", "there is no DMARC record"),
            "v=DMARC1; p=quarantine; rua=mailto:postmaster@example.org",
        ),
        (
            ("v=DMARC1; p=none", "v=DMARC1; p=reject"),
            ("wrong", "there are 2 records, and more than one count as none"),
            "v=DMARC1; p=quarantine; rua=mailto:postmaster@example.org",
        ),
        (
            ("v=DMARC1; p=reject; adkim=s",),
            ("missing", "it asks for no reports"),
            "v=DMARC1; p=reject; adkim=s; rua=mailto:postmaster@example.org",
        ),
        (
            (f"v=DMARC1; p=none; sp=reject; {INSIDE}",),
            ("wrong", "its policy is none, milder than the wanted quarantine"),
            f"v=DMARC1; p=quarantine; sp=reject; {INSIDE}",
        ),
        (
            (f"v=DMARC1; p=refuse; np=reject; t=y; psd=n; aspf=s; fo=1; ruf=mailto:b@example.org; {INSIDE}",),
            ("wrong", 'p: "refuse" is none of none, quarantine, reject'),
            f"v=DMARC1; p=quarantine; np=reject; aspf=s; psd=n; t=y; {INSIDE}; ruf=mailto:b@example.org; fo=1",
        ),
    ],
)
def test_what_lacks_is_told_and_mended(look, texts, found, line):
    told, lines = look(inspect_dmarc, zone(*texts), policy=Policy.QUARANTINE)
    assert told[0] == found
    assert lines == proposed(line)


def test_a_mended_record_is_never_milder(look):
    """Whoever only lacks an address for reports must not be told to give up p=reject."""
    _, lines = look(inspect_dmarc, zone("v=DMARC1; p=reject; sp=reject"))
    record = parse_record(lines[0].partition('"')[2].removesuffix('"'))
    assert (record.p, record.sp) == (Policy.REJECT, Policy.REJECT)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"v=DMARC1; p=none; {INSIDE}", "p=none only watches"),
        (f"v=DMARC1; p=reject; t=y; {INSIDE}", "t=y lowers the policy by one level"),
        (f"v=DMARC1; p=reject; pct=20; {INSIDE}", "pct: RFC 9989 has taken it away"),
        (f"v=DMARC1; p=reject; zz=1; {INSIDE}", "zz: the standard does not know it"),
    ],
)
def test_what_could_be_better_is_advice_and_leaves_the_record(look, text, why):
    told, lines = look(inspect_dmarc, zone(text))
    assert ("advice", why) in told
    assert ("there", text) in told
    assert lines == proposed(text)


def test_the_record_of_a_domain_above_counts(look):
    told, _ = look(inspect_dmarc, '_dmarc.org. TXT "v=DMARC1; p=reject; psd=y"')
    assert told == [("advice", "there is no record; that of org counts")]


@pytest.mark.standard("9990:4")
@pytest.mark.parametrize(
    ("address", "further", "found"),
    [
        ("a@sub.example.org", "", ("there", "reports go to a@sub.example.org")),
        ("a@other.net", "", ("missing", "other.net has not agreed to take reports, so none are sent")),
        (
            "a@other.net",
            'example.org._report._dmarc.other.net. TXT "v=DMARC1;"',
            ("there", "other.net takes reports about example.org"),
        ),
        (
            "a@other.net",
            '*._report._dmarc.other.net. TXT "v=DMARC1"',
            ("there", "other.net takes reports about example.org"),
        ),
        (
            "a@other.net",
            'example.org._report._dmarc.other.net. TXT "v=spf1 -all"',
            ("missing", "other.net has not agreed to take reports, so none are sent"),
        ),
        ("a@ex..org", "", ("wrong", "a@ex..org is at no domain")),
    ],
)
def test_others_must_have_agreed_to_take_reports(look, address, further, found):
    told, _ = look(inspect_dmarc, f"{zone(f'v=DMARC1; p=reject; rua=mailto:{address}')}\n{further}")
    assert told[-1] == found


def test_trouble_is_no_fault(look):
    text = "v=DMARC1; p=reject; rua=mailto:a@other.net"
    assert look(inspect_dmarc, zone(text), troubles=[NAME])[0] == [
        ("unknown", "the record could not be looked up: SERVFAIL")
    ]
    assert look(inspect_dmarc, troubles=["_dmarc.org"])[0] == [
        ("unknown", "there is no record, and above it nobody knows: _dmarc.org: SERVFAIL")
    ]
    told, _ = look(inspect_dmarc, zone(text), troubles=["example.org._report._dmarc.other.net"])
    assert told[-1] == ("unknown", "it could not be looked up: SERVFAIL")
    told, _ = look(inspect_dmarc, zone(text), troubles=["_dmarc.other.net"])
    assert told[-1] == ("unknown", "it could not be looked up: _dmarc.other.net: SERVFAIL")
