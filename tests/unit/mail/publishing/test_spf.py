"""The form of an SPF record."""

import pytest

from pforte.mail.publishing.spf import inspect_spf


def zone(*texts):
    return "\n".join(f'example.org. TXT "{text}"' for text in texts)


@pytest.mark.parametrize(
    "text",
    ["v=spf1 mx -all", "V=SPF1 MX ~ALL", "v=spf1 redirect=_spf.example.net", "v=spf1 include:a.example -all"],
)
def test_a_record_that_refuses_the_others_is_there_and_stays(look, text):
    assert look(inspect_spf, zone(text, "other")) == ([("there", text)], [f'example.org. IN TXT "{text}"'])


@pytest.mark.parametrize(
    ("texts", "found", "line"),
    [
        ((), ("missing", "there is no SPF record"), "v=spf1 mx ip4:192.0.2.9 -all"),
        (("v=spf10 -all",), ("missing", "there is no SPF record"), "v=spf1 mx ip4:192.0.2.9 -all"),
        (
            ("v=spf1 mx -all", "v=spf1 a -all"),
            ("wrong", "there are 2 SPF records, and one only may be"),
            "v=spf1 mx -all",
        ),
        (("v=spf1 mx -all",), ("missing", "it does not have ip4:192.0.2.9"), "v=spf1 mx ip4:192.0.2.9 -all"),
        (
            ("v=spf1 +ip4:192.0.2.9 +all",),
            ("wrong", "+all lets everybody send"),
            "v=spf1 +ip4:192.0.2.9 -all",
        ),
        (("v=spf1 ip4:192.0.2.9 all",), ("wrong", "+all lets everybody send"), "v=spf1 ip4:192.0.2.9 -all"),
        (
            ("v=spf1 IP4:192.0.2.9 ?all",),
            ("wrong", "it says nothing of all other senders"),
            "v=spf1 IP4:192.0.2.9 -all",
        ),
        (
            ("v=spf1 ip4:192.0.2.9",),
            ("wrong", "it says nothing of all other senders"),
            "v=spf1 ip4:192.0.2.9 -all",
        ),
        (
            ("v=spf1 redirect=a.example",),
            ("missing", "it does not have ip4:192.0.2.9"),
            "v=spf1 ip4:192.0.2.9 redirect=a.example",
        ),
    ],
)
def test_what_lacks_is_told_and_mended(look, texts, found, line):
    told, lines = look(inspect_spf, zone(*texts), senders=("ip4:192.0.2.9",))
    assert told == [found]
    assert lines == [f'example.org. IN TXT "{line}"']


def test_ptr_is_advised_against(look):
    assert look(inspect_spf, zone("v=spf1 ptr:example.org -all"))[0] == [
        ("there", "v=spf1 ptr:example.org -all"),
        ("advice", "ptr is slow and unreliable"),
    ]


def test_trouble_is_no_fault(look):
    assert look(inspect_spf, troubles=["example.org"])[0] == [
        ("unknown", "the record could not be looked up: SERVFAIL")
    ]
