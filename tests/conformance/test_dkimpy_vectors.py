"""Our DKIM verifier over the messages and keys that dkimpy is tested with (tests/conformance/dkimpy)."""

import base64
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from signing_keys import NOW, run, zone

from pforte.mail.identity.dkim.canonical import Form
from pforte.mail.identity.dkim.signature import Result
from pforte.mail.identity.dkim.signing import Manner, Signer, sign
from pforte.mail.identity.dkim.verification import verify

FOLDER = Path(__file__).parent / "dkimpy"
FIELD = re.compile(rb"[^\n]*\n(?:[ \t][^\n]*\n)*")
FORMS = [(header, body) for header in Form for body in Form]
RFC_KEY = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

GMAIL_KEY = (  # as it stood in the DNS in 2013
    "k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA1Kd87/UeJjenpabgbFwh+eBCsSTrqmwIYYvywlbhbqoo2DymndFkbjOVI"
    "PIldNs/m40KF+yzMn1skyoxcTUGCQs8g3FgD2Ap3ZB5DekAo5wMmk4wimDO+U8QzI3SD07y2+07wlNWwIt8svnxgdxGkVbbhzY8i+RQ9DpSVpPb"
    "F7ykQxtKXkv/ahW3KjViiAH+ghvvIhkx4xYSIc9oSwVmAl5OctMEeWUwg8Istjqz8BZeTWbf41fbNhte7Y+YqZOwq1Sd0DbvYAD9NOZK9vlfuac"
    "0598HY+vtSBczUiKERHv1yRbcaQtZFh5wtiRrN04BLUTD21MycBX5jYchHjPY/wIDAQAB"
)


def _read(name):
    return (FOLDER / name).read_bytes()


def _text(name):
    return _read(name).decode("ascii").strip()


def _split(message):
    header, body = re.split(rb"(?<=\n)\r?\n", message, maxsplit=1)
    return FIELD.findall(header), body


ZONE = zone(
    {
        "test._domainkey.example.com": _text("test.txt"),
        "bad._domainkey.example.com": _text("test_bad.txt"),
        "version._domainkey.example.com": _text("badversion.txt"),
        "kind._domainkey.example.com": _text("badk.txt"),
        "reports._domainkey.example.com": _text("test_tlsrpt.txt"),
        "ed._domainkey.example.com": _text("ed25519test.dns"),
        "spki1024._domainkey.example.com": _text("1024_testkey_wo_markers.pub.txt"),
        "pkcs1024._domainkey.example.com": _text("1024_testkey_wo_markers.pub.rsa.txt"),
        "spki2048._domainkey.example.com": _text("2048_testkey_wo_markers.pub.txt"),
        "pkcs2048._domainkey.example.com": _text("2048_testkey_wo_markers.pub.rsa.txt"),
        "pkcs8._domainkey.example.com": _text("2048_testkey_PKCS8.key.pub.txt"),
        "test._domainkey.football.example.com": _text("test.txt"),
        "brisbane._domainkey.football.example.com": RFC_KEY,
        "sed._domainkey.test.ex": _text("eximtest.dns"),
        "20120113._domainkey.gmail.com": GMAIL_KEY,
    }
)


def _results(message):
    fields, body = _split(message)
    return [one.verdict.result for one in run(verify(fields, body, ZONE, NOW)).signatures]


@pytest.mark.standard("8463:3")
def test_the_two_signatures_of_rfc_8463_appendix_a():
    """The standard's own example: one message, signed with Ed25519 and with RSA."""
    assert _results(_read("rfc6376.signed.msg")) == [Result.PASS, Result.PASS]


def test_a_signature_of_exim():
    """Another implementation's Ed25519 signature, folded in the middle of its tags."""
    assert _results(_read("ed25519test2.msg")) == [Result.PASS]


def test_degenerate_folding():
    """Ugly, but legal."""
    (result,) = _results(_read("test2.message"))
    assert result is Result.PASS


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("test.message", []),
        ("rfc6376.signed.rsa.msg", [Result.PASS]),
        ("rfc6376.signed.no_t.msg", [Result.FAIL]),
        ("test.message.baddomain", [Result.NEUTRAL]),
    ],
)
def test_messages_of_dkimpy(name, expected):
    assert _results(_read(name)) == expected


@pytest.mark.parametrize("forms", FORMS, ids="/".join)
@pytest.mark.parametrize(
    ("key", "selector"),
    [
        ("test.private", "test"),
        ("1024_testkey.key", "spki1024"),
        ("1024_testkey.key", "pkcs1024"),
        ("2048_testkey.key", "spki2048"),
        ("2048_testkey.key", "pkcs2048"),
        ("2048_testkey_PKCS8.key", "pkcs8"),
    ],
)
@pytest.mark.parametrize("message", ["test.message", "message.mbox", "rfc6376.w1258.msg"])
def test_keys_in_both_ways_of_writing_them(message, key, selector, forms):
    """Records hold a SubjectPublicKeyInfo or a bare RSAPublicKey; both are in use."""
    signer = Signer(domain="example.com", selector=selector, key=load_pem_private_key(_read(key), None))
    fields, body = _split(_read(message))
    signed = sign(fields, body, signer, NOW, Manner(header_form=forms[0], body_form=forms[1]))
    one = run(verify([signed, *fields], body, ZONE, NOW)).signatures[0]
    assert one.verdict.result is Result.PASS, one.verdict.why


@pytest.mark.parametrize("forms", FORMS, ids="/".join)
def test_ed25519(forms):
    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(_read("ed25519test.key")))
    signer = Signer(domain="example.com", selector="ed", key=key)
    fields, body = _split(_read("ed25519test.msg"))
    signed = sign(fields, body, signer, NOW, Manner(header_form=forms[0], body_form=forms[1]))
    one = run(verify([signed, *fields], body, ZONE, NOW)).signatures[0]
    assert one.verdict.result is Result.PASS, one.verdict.why


@pytest.mark.parametrize("selector", ["bad", "version", "kind", "reports"])
def test_records_that_hold_no_key_for_mail(selector):
    """A broken version, an unknown kind of key, a key for TLS reports only."""
    signer = Signer(
        domain="example.com", selector=selector, key=load_pem_private_key(_read("test.private"), None)
    )
    fields, body = _split(_read("test.message"))
    signed = sign(fields, body, signer, NOW)
    one = run(verify([signed, *fields], body, ZONE, NOW)).signatures[0]
    assert one.verdict.result is Result.PERMERROR, one.verdict.why
