"""The Message-ID field (RFC 5322 s3.6.4), with its obsolete forms (RFC 5322 s4.5.4)."""

from pforte.mail.fields.mailboxes import read_addr_spec
from pforte.mail.fields.tokens import Kind, MalformedError, read_tokens

LONGEST = 998
"""Signs of an identifier: those of a line (RFC 5322 s2.1.1)."""


def read_message_id(value: str) -> str:
    """Read one message identifier; return it without its angle brackets.

    >>> read_message_id("<1234@local.machine.example> (Note)")
    '1234@local.machine.example'

    Raises:
        MalformedError: it is none.
    """
    if len(value) > LONGEST:
        raise MalformedError("is too long", "ist zu lang")
    tokens = list(read_tokens(value))
    signs = [token.text if token.kind is Kind.SPECIAL else "" for token in tokens]
    if len(tokens) < 5 or signs[0] != "<" or signs[-1] != ">":
        raise MalformedError("is not one text in angle brackets", "ist nicht ein Text in spitzen Klammern")
    try:
        left, right = read_addr_spec(tokens[1:-1])
    except MalformedError as error:
        raise MalformedError(
            "has not the form of an address, as in <id@host.example>",
            "hat nicht die Form einer Adresse, wie in <id@host.example>",
        ) from error
    return f"{left}@{right}"
