"""Canonical forms of header fields and bodies."""

import re
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.mail.identity.dkim import canonical
from pforte.mail.identity.dkim.canonical import Form, canonical_field, digest_body

BODIES = st.lists(st.sampled_from([b"a", b"bc", b" ", b"  ", b"\t", b"\r\n", b"\r\n\r\n", b"\r", b"\n"])).map(
    b"".join
)


def _plain(body, form):
    """Return the canonical body by the words of RFC 6376 s3.4.3 and s3.4.4, slowly."""
    if form is Form.RELAXED:
        lines = [re.sub(rb"[ \t]+", b" ", line).removesuffix(b" ") for line in body.split(b"\r\n")]
        body = b"\r\n".join(lines)
    if body and not body.endswith(b"\r\n"):
        body += b"\r\n"
    while body.endswith(b"\r\n\r\n"):
        body = body[:-2]
    if body in (b"", b"\r\n"):
        return b"\r\n" if form is Form.SIMPLE else b""
    return body


@pytest.mark.standard("6376:3.4.1")
@pytest.mark.standard("6376:3.4.2")
@pytest.mark.parametrize(
    ("raw", "simple", "relaxed"),
    [
        (b"A: X\r\n", b"A: X", b"a:X"),
        (b"B : Y\t\r\n\tZ  \r\n", b"B : Y\t\r\n\tZ  ", b"b:Y Z"),  # RFC 6376 s3.4.5
        (
            b"SUBJect: Is  dinner\r\n\t ready?",
            b"SUBJect: Is  dinner\r\n\t ready?",
            b"subject:Is dinner ready?",
        ),
        (b"X:\r\n", b"X:", b"x:"),
        (b"X: \x0b\x0c a\r\n", b"X: \x0b\x0c a", b"x:\x0b\x0c a"),
    ],
)
def test_header_fields(raw, simple, relaxed):
    """Only spaces and tabs are white space; other control characters stay as they are."""
    assert canonical_field(raw, Form.SIMPLE) == simple
    assert canonical_field(raw, Form.RELAXED) == relaxed


@pytest.mark.standard("6376:3.4.3")
@pytest.mark.standard("6376:3.4.4")
@pytest.mark.parametrize(
    ("body", "simple", "relaxed"),
    [
        (b"", b"\r\n", b""),
        (b"\r\n\r\n", b"\r\n", b""),
        (b" \r\n", b" \r\n", b""),
        (b" ", b" \r\n", b""),
        (b"a", b"a\r\n", b"a\r\n"),
        (b" C \r\nD \t E\r\n\r\n\r\n", b" C \r\nD \t E\r\n", b" C\r\nD E\r\n"),  # RFC 6376 s3.4.5
        (b"a\r\n \r\nb \r\n \t", b"a\r\n \r\nb \r\n \t\r\n", b"a\r\n\r\nb\r\n"),
        (b"a\r\n\n", b"a\r\n\n\r\n", b"a\r\n\n\r\n"),
    ],
)
def test_bodies(body, simple, relaxed):
    assert digest_body(body, Form.SIMPLE, [None])[None].value == sha256(simple).digest()
    assert digest_body(body, Form.RELAXED, [None])[None].value == sha256(relaxed).digest()


@given(BODIES, st.sampled_from(Form), st.integers(1, 9))
def test_pieces_make_the_same_as_the_whole(body, form, piece):
    """Wherever a large body is cut, its hash is that of the body at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(canonical, "_PIECE", piece)
        assert digest_body(body, form, [None])[None].value == sha256(_plain(body, form)).digest()


@pytest.mark.standard("6376:3.5")
@given(BODIES, st.sampled_from(Form), st.sets(st.none() | st.integers(0, 20), min_size=1), st.integers(1, 9))
def test_only_the_signed_lengths_are_hashed(body, form, lengths, piece):
    """What l= leaves out is told, and so is a body that is too short for it."""
    plain = _plain(body, form)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(canonical, "_PIECE", piece)
        digests = digest_body(body, form, lengths)
    for length in lengths:
        digest = digests[length]
        assert digest.value == sha256(plain[:length]).digest()
        assert digest.whole is (length is None or len(plain) <= length)
        assert digest.missing == (0 if length is None else max(0, length - len(plain)))


def test_what_no_signature_covers_is_not_read(monkeypatch):
    """A signature over a few octets of a large body costs no more than these."""
    monkeypatch.setattr(canonical, "_PIECE", 4)
    pieces = canonical._relaxed_pieces(b"a\r\n" * 9)
    monkeypatch.setattr(canonical, "_relaxed_pieces", lambda body: pieces)
    digest_body(b"", Form.RELAXED, [1])
    assert len(list(pieces)) == 8
