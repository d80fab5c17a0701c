"""Signatures of our own."""

from dataclasses import replace
from datetime import timedelta

import pytest
from signing_keys import BODY, ED25519, FIELDS, KEYS, NOW, RSA, run

from pforte.mail.identity.dkim.canonical import Form
from pforte.mail.identity.dkim.content import Content
from pforte.mail.identity.dkim.signature import Result, parse_signature, read_tags
from pforte.mail.identity.dkim.signing import SIGNED_ONCE_MORE, Manner, names_to_sign, sign
from pforte.mail.identity.dkim.verification import verify


@pytest.mark.parametrize("signer", [RSA, ED25519], ids=lambda signer: signer.algorithm)
@pytest.mark.parametrize("header_form", Form)
@pytest.mark.parametrize("body_form", Form)
def test_what_is_signed_verifies(signer, header_form, body_form):
    manner = Manner(header_form=header_form, body_form=body_form)
    field = sign(FIELDS, BODY, signer, NOW, manner)
    (one,) = run(verify([field, *FIELDS], BODY, KEYS, NOW)).signatures
    assert one.verdict.result is Result.PASS
    assert one.algorithm == signer.algorithm


@pytest.mark.standard("6376:5.4.1")
def test_the_fields_in_which_the_sender_says_something_are_signed():
    names = names_to_sign(Content([*FIELDS, b"List-Id: <a>\r\n"], BODY))
    assert names.count(b"from") == names.count(b"subject") == 2
    assert names.count(b"cc") == names.count(b"list-id") == 1
    assert b"received" not in names


def test_no_line_is_long():
    """Lines of 78 characters pass everywhere (RFC 5322 s2.1.1)."""
    fields = [*FIELDS, *(b"References: <%d@example.org>\r\n" % number for number in range(40))]
    field = sign(fields, BODY, replace(RSA, selector="s" * 60), NOW)
    assert all(len(line) <= 78 for line in field.split(b"\r\n"))
    assert field.count(b"\r\n") == field.count(b"\r\n\t") + 1


def test_a_lifetime_ends_the_signature():
    field = sign(FIELDS, BODY, RSA, NOW, Manner(lifetime=timedelta(days=5)))
    signature = parse_signature(field[:-2], read_tags(field))
    assert signature.signed_at == int(NOW.timestamp())
    assert signature.expires_at == signature.signed_at + 5 * 86_400


def test_the_sender_must_be_signed():
    with pytest.raises(ValueError, match="From"):
        sign(FIELDS, BODY, RSA, NOW, Manner(names=(b"to",)))


@pytest.mark.standard("6376:8.15")
@pytest.mark.parametrize("name", SIGNED_ONCE_MORE)
def test_nobody_may_add_a_field_of_which_there_is_one(name):
    field = sign(FIELDS, BODY, RSA, NOW)
    added = name + b": something else\r\n"
    (one,) = run(verify([added, field, *FIELDS], BODY, KEYS, NOW)).signatures
    assert one.verdict.result is Result.FAIL
