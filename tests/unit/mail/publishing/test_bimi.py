"""BIMI: the logo, and DMARC strict enough for it."""

import pytest

from pforte.mail.publishing.bimi import inspect_bimi

NAME = "default._bimi.example.org"
LOGO = "https://example.org/logo.svg"
STRICT = '_dmarc.example.org. TXT "v=DMARC1; p=quarantine"\n'


def inspected(look, zone=STRICT, logo=LOGO, **options):
    return look(inspect_bimi, zone, logo=logo, **options)


def test_nothing_is_said_where_no_logo_is_wanted(look):
    assert inspected(look, logo="") == ([], [])


def test_a_published_logo_is_there(look):
    text = f"v=BIMI1; l={LOGO}; a=https://example.org/mark.pem;"
    zone = f'{STRICT}{NAME}. TXT "{text}"'
    assert inspected(look, zone, evidence="https://example.org/mark.pem") == (
        [("there", text)],
        [f'{NAME}. IN TXT "{text}"'],
    )
    assert inspected(look, zone)[0] == [("wrong", "the record names something else")]


def test_a_logo_that_is_not_published_is_missing(look):
    assert inspected(look) == (
        [("missing", "there is no BIMI record")],
        [f'{NAME}. IN TXT "v=BIMI1; l={LOGO};"'],
    )


def test_a_logo_that_is_no_svg_over_https_is_wrong(look):
    assert inspected(look, logo="http://example.org/logo.png")[0][1] == (
        "wrong",
        "the logo is no https address of an SVG file",
    )


@pytest.mark.parametrize(
    ("zone", "enough"),
    [
        ("", False),
        ('_dmarc.example.org. TXT "v=DMARC1; p=none"', False),
        ('_dmarc.example.org. TXT "v=DMARC1; p=reject; sp=none"', False),
        ('_dmarc.example.org. TXT "v=DMARC1; p=reject"', True),
        ('_dmarc.example.org. TXT "v=DMARC1; p=reject; sp=quarantine"', True),
    ],
)
def test_dmarc_must_be_strict_enough(look, zone, enough):
    wrong = ("wrong", "DMARC does not ask for quarantine or reject")
    assert (wrong not in inspected(look, zone)[0]) is enough


def test_trouble_is_no_fault(look):
    told, _ = inspected(look, "", troubles=[NAME, "_dmarc.example.org"])
    assert told == [("unknown", "it could not be looked up: SERVFAIL")]
