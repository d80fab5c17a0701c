"""No field from outside may pass for ours, however it is written; those of others stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.mail.identity.authres import Results, claims, forged_fields, parse_results, render_results
from pforte.mail.identity.authres.parsing import MOST_OCTETS

OURS = ("mx.example.org", "mx.bücher.example")


@pytest.mark.standard("8601:5")
@pytest.mark.parametrize(
    "raw",
    [
        b" mx.example.org; spf=pass",
        b"mx.example.org;none",
        b"\r\n\tMX.Example.ORG 1 ; dkim=pass",
        b" mx.example.org.; spf=pass",
        b' "mx.example.org"; spf=pass',
        b' "mx\\.example.org"; spf=pass',
        b' " mx.example.org "; spf=pass',
        b" (x (y) \\) z) mx.example.org(w); spf=pass",
        b" mx.example.org",
        b" mx.example.org/1; spf=pass",
        b" mx.example.org:25; spf=pass",
        b" mx.example.org\x00; spf=pass",
        b" mx.example.org spf=pass",
        b" mx.example.org 2; spf=pass",
        "\u00a0mx.example.org; spf=pass".encode(),
        "mx.ex\u00adample.org; spf=pass".encode(),
        "mx.\uff45xample.org; spf=pass".encode(),
        "mx.BÜCHER.example; spf=pass".encode(),
        b"mx.xn--bcher-kva.example; spf=pass",
        b' "mx.example.org; spf=pass',
        b" (mx.example.org; spf=pass",
        b"\x0b mx.example.org; spf=pass",
        b"(" + b"x" * MOST_OCTETS + b") mx.example.org; spf=pass",
        b"; spf=pass",
        b"",
    ],
)
def test_what_bears_our_name_or_none_that_can_be_read(raw):
    assert claims(raw, OURS)


@pytest.mark.parametrize(
    "raw",
    [
        b" mx.example.com; spf=pass",
        b" mx.example.org.example.com; spf=pass",
        b" xmx.example.org; spf=pass",
        b" example.org; spf=pass",
        b" (mx.example.org) other.example; spf=pass",
        b" spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=mx.example.org",
        b" other.example; spf=pass smtp.mailfrom=mx.example.org",
        b" \xff.example; spf=pass",
        b" \xff\xfe; spf=pass",
    ],
)
def test_what_others_wrote(raw):
    assert not claims(raw, OURS)


@pytest.mark.standard("8601:5")
def test_every_field_is_found_by_its_place():
    fields = [
        (b"Received", b" mx.example.org"),
        (b"Authentication-Results", b" mx.example.org; spf=pass"),
        (b"Authentication-Results", b" other.example; spf=pass"),
        (b"AUTHENTICATION-RESULTS \t", b"mx.example.org; spf=pass"),
        (b"ARC-Authentication-Results", b" i=1; mx.example.org; spf=pass"),
        (b"X-Authentication-Results", b" mx.example.org; spf=pass"),
        (b"", b"mx.example.org"),
    ]
    assert forged_fields(fields, OURS) == (1, 3)
    assert forged_fields(fields, ()) == ()


@given(st.text(max_size=40))
def test_whatever_we_write_is_known_as_ours(server):
    raw = render_results(Results(server), utf8=True).encode()
    assert claims(raw, (parse_results(raw).server,))


@given(st.binary(max_size=60))
def test_any_octets_are_judged(raw):
    assert claims(raw, OURS) in (True, False)
