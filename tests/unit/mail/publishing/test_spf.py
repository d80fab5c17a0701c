"""The form of an SPF record."""

import pytest

from pforte.mail.publishing.spf import inspect_spf

INCLUDED = """
_spf.example.net. TXT "v=spf1 ip4:192.0.2.0/24 ~all"
a.example. TXT "v=spf1 ip4:198.51.100.0/24 -all"
"""


def zone(*texts):
    return "\n".join(f'example.org. TXT "{text}"' for text in texts)


@pytest.mark.parametrize(
    "text",
    ["v=spf1 mx -all", "V=SPF1 MX ~ALL", "v=spf1 redirect=_spf.example.net", "v=spf1 include:a.example -all"],
)
def test_a_record_that_refuses_the_others_is_there_and_stays(look, text):
    assert look(inspect_spf, zone(text, "other") + "\n" + INCLUDED) == (
        [("there", text)],
        [f'example.org. IN TXT "{text}"'],
    )


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
    told, lines = look(inspect_spf, zone(*texts) + "\n" + INCLUDED, senders=("ip4:192.0.2.9",))
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


@pytest.mark.parametrize(
    ("text", "further", "state", "said"),
    [
        ("v=spf1 include:none.example -all", "", "wrong", "none.example"),
        ("v=spf1 ip4:300.1.2.3 -all", "", "wrong", "300.1.2.3"),
        (
            "v=spf1 include:w.example -all",
            'w.example. TXT "v=spf1 +all"',
            "wrong",
            "even 192.0.0.8, which is nobody's",
        ),
        ("v=spf1 ip4:0.0.0.0/0 -all", "", "wrong", "even 192.0.0.8, which is nobody's"),
        (
            "v=spf1 include:loop.example -all",
            'loop.example. TXT "v=spf1 include:loop.example -all"',
            "wrong",
            "10",
        ),
        ("v=spf1 include:bad.example -all", "", "unknown", "bad.example"),
    ],
)
def test_the_record_is_read_with_all_that_it_includes(look, text, further, state, said):
    """A record that no receiver can read to its end protects nobody, however good it looks."""
    found, lines = look(inspect_spf, f"{zone(text)}\n{further}", troubles=["bad.example"])
    told = [why for each, why in found if each == state]
    assert len(told) == 1
    assert said in told[0]
    assert ("there" in [each for each, _ in found]) is (state == "unknown")
    assert lines == [f'example.org. IN TXT "{text}"']
