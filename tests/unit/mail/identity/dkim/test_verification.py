"""The journey from a message to what its signatures are worth."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from signing_keys import (
    BODY,
    ED25519,
    ED25519_KEY,
    ED25519_RECORD,
    FIELDS,
    KEYS,
    NOW,
    RSA,
    RSA_RECORD,
    public_text,
    run,
    zone,
)

from pforte.mail.identity.dkim.canonical import Form
from pforte.mail.identity.dkim.content import Content
from pforte.mail.identity.dkim.signature import Result
from pforte.mail.identity.dkim.signing import Manner, complete, encode, sign
from pforte.mail.identity.dkim.verification import DEFAULT_LIMITS, Limits, Verification, verify

SIGNED = [sign(FIELDS, BODY, RSA, NOW), *FIELDS]
ONCE = Manner(names=(b"from", b"subject"))
WHERE = "rsa._domainkey.example.org"


def _check(fields=SIGNED, body=BODY, resolver=KEYS, now=NOW, limits=DEFAULT_LIMITS):
    (one,) = run(verify(fields, body, resolver, now, limits)).signatures
    return one


def _with_tags(**changes):
    """Sign the message with tags of our choice, which sign() itself would not write."""
    length = int(changes["l"]) if "l" in changes else None
    tags = {
        "v": "1",
        "a": "rsa-sha256",
        "c": "simple/simple",
        "d": "example.org",
        "s": "rsa",
        "h": "from:subject",
        "bh": encode(Content(FIELDS, BODY).digest(Form.SIMPLE, length).value),
        **changes,
    }
    content = Content(FIELDS, BODY)
    signed = b"".join(content.select(tags["h"].encode().split(b":"), Form.SIMPLE))
    return [complete(b"DKIM-Signature", tags.items(), signed, Form.SIMPLE, RSA), *FIELDS]


def test_all_that_is_told_of_a_signature():
    one = _check()
    assert one.verdict.result is Result.PASS
    assert (one.domain, one.selector, one.identity) == ("example.org", "rsa", "@example.org")
    assert (one.algorithm, one.verdict.key_bits, one.verdict.testing) == ("rsa-sha256", 1024, False)
    assert one.start == SIGNED[0].rpartition(b"\tb=")[2][:8].decode()
    assert one.from_covered
    assert one.whole_body


def test_no_signature():
    assert run(verify(FIELDS, BODY, KEYS, NOW)) == Verification()


@pytest.mark.standard("6376:6.1.3")
@pytest.mark.parametrize(
    ("fields", "body", "why"),
    [
        (SIGNED, BODY + b"P.S.\r\n", "body"),
        (SIGNED, b"", "body"),
        ([*SIGNED[:3], b"From: <eve@example.org>\r\n", *SIGNED[4:]], BODY, "header"),
        ([field for field in SIGNED if not field.startswith(b"Subject")], BODY, "header"),
        ([SIGNED[0].replace(b"t=1", b"t=2"), *FIELDS], BODY, "header"),
    ],
    ids=["longer", "empty", "from", "without subject", "time"],
)
def test_a_change_is_seen(fields, body, why):
    one = _check(fields, body)
    assert one.verdict.result is Result.FAIL
    assert why in one.verdict.why


def test_a_changed_body_asks_nobody():
    """Lists change bodies all day; no look-up is spent on them."""

    class Nobody:
        async def records(self, name, kind):
            raise AssertionError("asked")

    assert _check(body=b"other", resolver=Nobody()).verdict.result is Result.FAIL


def test_signatures_are_checked_from_the_top_and_at_most_so_many():
    fields = [sign(FIELDS, BODY, ED25519, NOW), *[SIGNED[0]] * 9, *FIELDS]
    verification = run(verify(fields, BODY, KEYS, NOW))
    assert [one.algorithm for one in verification.signatures] == ["ed25519-sha256", *["rsa-sha256"] * 7]
    assert verification.left_out == 2
    assert all(one.verdict.result is Result.PASS for one in verification.signatures)


def test_an_unreadable_signature_is_named_as_far_as_it_goes():
    fields = [b"DKIM-Signature: v=1; d=example.org; s=x\r\n", b"DKIM-Signature: junk\r\n", *FIELDS]
    first, second = run(verify(fields, BODY, KEYS, NOW)).signatures
    assert (first.verdict.result, first.domain, first.selector) == (Result.NEUTRAL, "example.org", "x")
    assert (second.verdict.result, second.domain) == (Result.NEUTRAL, "")


@pytest.mark.standard("6376:6.1.2")
@pytest.mark.parametrize(
    ("records", "result", "why"),
    [
        ((), Result.PERMERROR, "there is no key at rsa._domainkey.example.org"),
        ("v=DKIM1; p=", Result.PERMERROR, "withdrawn"),
        ("junk", Result.PERMERROR, "cannot be read"),
        (ED25519_RECORD, Result.PERMERROR, "another kind than the signature"),
        (f"v=DKIM1; p={public_text(generate_private_key(65_537, 1024))}", Result.FAIL, "another key"),
        (("v=DKIM1; p=", RSA_RECORD), Result.PASS, "fits"),
        ((RSA_RECORD, ED25519_RECORD), Result.PASS, "fits"),
    ],
    ids=["none", "withdrawn", "junk", "other kind", "other key", "second", "first"],
)
def test_what_the_key_says(records, result, why):
    one = _check(resolver=zone({WHERE: records, "x.example": "-"}))
    assert one.verdict.result is result
    assert why in one.verdict.why


def test_trouble_is_no_verdict():
    """RFC 6376 s6.1.2: come again later."""
    one = _check(resolver=zone({"x.example": "-"}, troubles={WHERE: "SERVFAIL"}))
    assert one.verdict.result is Result.TEMPERROR
    assert "SERVFAIL" in one.verdict.why


@pytest.mark.standard("8301:3.2")
def test_weak_and_huge_keys():
    assert "1024 bits" in _check(limits=Limits(least_rsa_bits=2048)).verdict.why
    assert _check(limits=Limits(least_rsa_bits=2048)).verdict.result is Result.POLICY
    assert _check(limits=Limits(most_rsa_bits=1023)).verdict.result is Result.POLICY


@pytest.mark.standard("6376:3.6.1")
def test_a_domain_that_only_tries():
    one = _check(resolver=zone({WHERE: f"t=y; {RSA_RECORD[9:]}"}))
    assert one.verdict.result is Result.PASS
    assert one.verdict.testing


def test_a_strict_key_is_not_for_identities_below():
    strict = zone({WHERE: RSA_RECORD.replace("k=rsa", "k=rsa; t=s")})
    assert _check(_with_tags(i="joe@example.org"), resolver=strict).verdict.result is Result.PASS
    assert _check(_with_tags(i="joe@a.example.org")).verdict.result is Result.PASS
    one = _check(_with_tags(i="joe@a.example.org"), resolver=strict)
    assert one.verdict.result is Result.PERMERROR


def test_a_signature_ends_with_some_grace_for_clocks():
    fields = [sign(FIELDS, BODY, RSA, NOW, replace(ONCE, lifetime=timedelta(hours=1))), *FIELDS]
    assert _check(fields, now=NOW + timedelta(minutes=64)).verdict.result is Result.PASS
    one = _check(fields, now=NOW + timedelta(minutes=66))
    assert one.verdict.result is Result.POLICY


@pytest.mark.standard("6376:8.2")
def test_a_body_that_is_signed_in_part_is_told():
    """Anybody may add to such a body; whoever reads the result must know."""
    one = _check(_with_tags(l="5"))
    assert one.verdict.result is Result.PASS
    assert not one.whole_body
    assert _check(_with_tags(l="5"), body=BODY[:5] + b"buy pills").verdict.result is Result.PASS


def test_a_body_shorter_than_its_length():
    one = _check(_with_tags(l="5000"))
    assert one.verdict.result is Result.FAIL
    assert "shorter" in one.verdict.why


def test_a_second_from_field_is_told():
    """The signature still fits, but a reader may show the other field."""
    fields = [sign(FIELDS, BODY, RSA, NOW, ONCE), *FIELDS]
    assert _check(fields).from_covered
    one = _check([b"From: eve@evil.example\r\n", *fields])
    assert one.verdict.result is Result.PASS
    assert not one.from_covered


def test_a_message_without_from_covers_none():
    fields = [field for field in FIELDS if not field.startswith(b"From")]
    one = _check([sign(fields, BODY, RSA, NOW, ONCE), *fields])
    assert one.verdict.result is Result.PASS
    assert not one.from_covered


def test_a_signature_of_the_wrong_size_does_not_fit():
    """Neither library may raise for it."""
    for signer, field in ((RSA, SIGNED[0]), (ED25519, sign(FIELDS, BODY, ED25519, NOW))):
        short = field[: field.rindex(b"b=")] + b"b=AAAA\r\n"
        assert _check([short, *FIELDS]).verdict.result is Result.FAIL, signer.algorithm


def test_an_ed25519_signature_is_over_the_hash():
    """RFC 8463 s3: not over the octets themselves."""
    field = sign(FIELDS, BODY, ED25519, NOW, ONCE)
    content = Content([field, *FIELDS], BODY)
    signed = b"".join(content.select(ONCE.names, Form.RELAXED, 0))
    wrong = ED25519_KEY.sign(signed)
    forged = field[: field.rindex(b"b=")] + b"b=" + encode(wrong).encode() + b"\r\n"
    assert _check([forged, *FIELDS]).verdict.result is Result.FAIL
