"""A Message-ID is one address-like text in angle brackets (RFC 5322 s3.6.4)."""

import pytest

from pforte.mail.fields.message_id import read_message_id
from pforte.mail.fields.tokens import MalformedError


@pytest.mark.standard("5322:4.5.4")
@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("<a@b>", "a@b"),
        (" <a.b@c.d> (e)", "a.b@c.d"),
        ("<a@[192.0.2.1]>", "a@[192.0.2.1]"),
        ('<"a b"@c>', "a b@c"),
        ("< a . b @ c >", "a.b@c"),
    ],
)
def test_identifiers(value, said):
    assert read_message_id(value) == said


@pytest.mark.parametrize(
    "value",
    [
        "",
        "a@b",
        "<a>",
        "<>",
        "<a@b",
        "a@b>",
        "<a@b><c@d>",
        "<a@b@c>",
        "<.a@b>",
        "<a@b,c>",
        "(a",
        "<a@b> c",
        f"<{'a' * 999}@b>",
    ],
)
def test_what_is_no_identifier(value):
    with pytest.raises(MalformedError):
        read_message_id(value)
