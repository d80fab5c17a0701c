"""What can be said of a signature without key and message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.mail.identity.dkim.canonical import Form
from pforte.mail.identity.dkim.signature import (
    MOST_OCTETS,
    Result,
    SignatureError,
    domain_of,
    is_host_name,
    parse_signature,
    read_tags,
    signature_start,
    without_value,
)

TAGS = {
    "v": "1",
    "a": "rsa-sha256",
    "d": "example.org",
    "s": "mail",
    "h": "From : To",
    "bh": "YmI=",
    "b": "c2ln",
}


def _field(**changes):
    tags = {**TAGS, **changes}
    listed = "; ".join(f"{name}={value}" for name, value in tags.items() if value is not None)
    return f"DKIM-Signature: {listed}\r\n".encode("latin-1")


def _parse(**changes):
    raw = _field(**changes)
    return parse_signature(raw, read_tags(raw))


@pytest.mark.standard("6376:3.5")
def test_what_is_not_said_has_a_meaning():
    signature = _parse()
    assert signature.domain == "example.org"
    assert signature.selector == "mail"
    assert signature.identity == "@example.org"
    assert (signature.header_form, signature.body_form) == (Form.SIMPLE, Form.SIMPLE)
    assert signature.names == (b"from", b"to")
    assert (signature.body_hash, signature.value) == (b"bb", b"sig")
    assert (signature.length, signature.signed_at, signature.expires_at) == (None, None, None)


def test_everything_that_can_be_said():
    signature = _parse(
        c="relaxed/simple",
        i="Joe=3DDoe@Mail.example.org",
        l="10",
        t="5",
        x="7",
        q="dns/txt:x",
        d="EXAMPLE.org",
    )
    assert (signature.header_form, signature.body_form) == (Form.RELAXED, Form.SIMPLE)
    assert signature.identity == "Joe=Doe@mail.example.org"
    assert signature.domain == "example.org"
    assert (signature.length, signature.signed_at, signature.expires_at) == (10, 5, 7)


def test_one_form_alone_is_that_of_the_header():
    signature = _parse(c="relaxed")
    assert (signature.header_form, signature.body_form) == (Form.RELAXED, Form.SIMPLE)


@pytest.mark.standard("6376:6.1.1")
@pytest.mark.parametrize("missing", sorted(TAGS))
def test_a_required_tag_is_missing(missing):
    with pytest.raises(SignatureError, match=f"lacks {missing}=") as caught:
        _parse(**{missing: None})
    assert caught.value.result is Result.NEUTRAL


@pytest.mark.parametrize(
    "changes",
    [
        {"v": "2"},
        {"a": "rsa-md5"},
        {"b": "c2l"},
        {"b": ""},
        {"bh": "§"},
        {"c": "strict"},
        {"c": "relaxed/"},
        {"c": "relaxed/relaxed/simple"},
        {"d": "example"},
        {"d": "example.com(.attacker.com"},
        {"d": "ex\xe4mple.org"},
        {"d": "a..org"},
        {"s": "two words"},
        {"s": ""},
        {"h": "From::To"},
        {"h": "Fr om€".replace("€", "\x80")},
        {"i": "nobody"},
        {"i": "a=0Ab@example.org"},
        {"l": "-1"},
        {"l": "1" * 77},
        {"t": "now"},
        {"x": "1" * 13},
        {"t": "7", "x": "7"},
        {"q": "dns/uri"},
    ],
    ids=str,
)
def test_what_cannot_be_read_is_neutral(changes):
    """RFC 8601 s2.7.1 has this word for it."""
    with pytest.raises(SignatureError) as caught:
        _parse(**changes)
    assert caught.value.result is Result.NEUTRAL


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({"h": "To:Subject"}, Result.PERMERROR),
        ({"i": "joe@other.org"}, Result.PERMERROR),
        ({"i": "joe@notexample.org"}, Result.PERMERROR),
        ({"a": "rsa-sha1"}, Result.POLICY),
    ],
    ids=str,
)
@pytest.mark.standard("8301:3.1")
def test_what_must_not_be_accepted(changes, result):
    with pytest.raises(SignatureError) as caught:
        _parse(**changes)
    assert caught.value.result is result


def test_a_field_without_end_is_not_read():
    """The cost of a signature stays bounded."""
    with pytest.raises(SignatureError, match="octets"):
        read_tags(_field(z="x" * MOST_OCTETS))


@pytest.mark.standard("6376:3.7")
@pytest.mark.parametrize(
    ("raw", "bare"),
    [
        (b"S: b=abc; bh=x\r\n", b"S: b=; bh=x"),
        (b"S: bh=b=x;\r\n\tb =\r\n\tab\r\n c== \r\n", b"S: bh=b=x;\r\n\tb ="),
        (b"S: bh=x;b= a b ;t=1;\r\n", b"S: bh=x;b=;t=1;"),
        (b"b: b=x\r\n", b"b: b="),
    ],
)
def test_only_the_value_of_b_is_taken_out(raw, bare):
    """Everything else of the field is signed as it stands, the tag bh= too."""
    assert without_value(raw) == bare


@given(st.text(st.sampled_from("abAB19+/= \r\n\t"), max_size=30))
def test_taking_out_the_value_is_stable(value):
    """Refolding the signature on the way changes nothing that is signed."""
    assert without_value(f"S: a=1; b={value}; c=2\r\n".encode()) == b"S: a=1; b=; c=2"


@pytest.mark.standard("6008:4")
def test_a_signature_is_told_from_others_by_its_first_characters():
    assert signature_start({"b": "abcd\r\n\tefghij"}) == "abcdefgh"
    assert signature_start({"b": 'ab"c'}) == ""
    assert signature_start({}) == ""


def test_names_of_hosts():
    assert domain_of("Example.ORG") == "example.org"
    assert domain_of("org") == domain_of("a b.org") == domain_of("a.b.") == ""
    assert domain_of(".".join(["a" * 63] * 4)) == ""
    assert is_host_name("_dk.2024-00")
    assert not is_host_name("a" * 64)
