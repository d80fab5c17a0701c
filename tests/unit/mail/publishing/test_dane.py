"""TLSA records for the certificates of mail servers."""

import pytest

from pforte.mail.publishing.dane import Tlsa, inspect_dane, parse_tlsa
from pforte.mail.publishing.plan import Certificate

NEW, OLD = "ab" * 32, "cd" * 32
NAME = "_25._tcp.mx.example.org"
MX = "example.org. MX 10 mx.example.org.\n"
CERTIFICATE = Certificate(("mx.example.org",), NEW)


def zone(*records):
    return MX + "\n".join(f"{NAME}. TLSA {record}" for record in records)


def inspected(look, *records, certificates=(CERTIFICATE,), **options):
    return look(inspect_dane, zone(*records), find=(), certificates=certificates, **options)


@pytest.mark.standard("7672:3.1")
@pytest.mark.parametrize(
    ("records", "found", "lines"),
    [
        ((f"3 1 1 {NEW}",), ("there", "a TLSA record fits the given certificate"), [f"3 1 1 {NEW}"]),
        (
            (f"3 1 1 {OLD}", f"3 1 1 {NEW.upper()}"),
            ("there", "a TLSA record fits the given certificate"),
            [f"3 1 1 {OLD}", f"3 1 1 {NEW}"],
        ),
        ((), ("missing", "there is no TLSA record"), [f"3 1 1 {NEW}"]),
        (
            (f"3 1 1 {OLD}",),
            ("wrong", "no TLSA record fits the given certificate"),
            [f"3 1 1 {OLD}", f"3 1 1 {NEW}"],
        ),
    ],
)
def test_each_certificate_needs_a_record(look, records, found, lines):
    told, entries = inspected(look, *records)
    assert told == [found]
    assert entries == [f"{NAME}. IN TLSA {line}" for line in lines]


def test_each_of_several_certificates_needs_one(look):
    """A server with an RSA and an ECDSA certificate shows either."""
    both = (CERTIFICATE, Certificate(("mx.example.org",), OLD))
    assert inspected(look, f"3 1 1 {NEW}", certificates=both)[0] == [("wrong", "a certificate has no record")]


@pytest.mark.standard("7672:3.1.3")
def test_usages_for_the_web_are_wrong(look):
    told, lines = inspected(look, f"1 1 1 {NEW}")
    assert told == [("wrong", "usage 1 is not for mail servers")]
    assert lines == [f"{NAME}. IN TLSA 3 1 1 {NEW}"]


def test_without_a_certificate_only_advice_is_given(look):
    assert inspected(look, certificates=())[0] == [("advice", "there is no TLSA record")]
    assert inspected(look, f"3 1 1 {NEW}", certificates=())[0] == [
        ("advice", "there are 1 TLSA records; whether one fits was not looked at")
    ]


def test_a_certificate_for_another_server_is_told(look):
    stranger = Certificate(("www.example.org",), NEW)
    assert inspected(look, certificates=(stranger,))[0] == [
        ("wrong", "no given certificate is for mx.example.org")
    ]


def test_trouble_is_no_fault(look):
    assert inspected(look, troubles=[NAME])[0] == [("unknown", "it could not be looked up: SERVFAIL")]


@pytest.mark.parametrize(
    ("text", "record"),
    [
        ("3 1 1 AB CD", Tlsa("3", "1", "1", "abcd")),
        ("3 1 1", None),
        ("", None),
    ],
)
def test_records_are_read(text, record):
    assert parse_tlsa(text) == record
