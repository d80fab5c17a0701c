"""Addresses of the envelope: the grammar of a mailbox (RFC 5321 s4.1.2, RFC 6531 s3.3)."""

import re
from dataclasses import dataclass

from pforte.languages import Text
from pforte.mail.checks.host_names import is_address_literal, is_host_name

LONGEST_LOCAL = 64
"""Octets before the @ (RFC 5321 s4.5.3.1.1)."""
LONGEST_PATH = 254
"""Octets of a path without its brackets (RFC 5321 s4.5.3.1.3)."""

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010ffff-]+"
_DOT_STRING = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_QUOTED = re.compile(r'"(?:[ !#-\[\]-~\x80-\U0010ffff]|\\[ -~])*"')


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with an address.

    Attributes:
        words: a clause that follows "the address".
        not_ascii: whether it is only that it was not announced as international.
    """

    words: Text
    not_ascii: bool = False

    @property
    def en(self) -> str:
        """Return the clause in English."""
        return self.words.en

    @property
    def de(self) -> str:
        """Return the clause in German."""
        return self.words.de


def wrong_with(path: str, *, international: bool) -> Wrong | None:  # noqa: PLR0911  one for each rule
    """Return what is wrong with a path (without its angle brackets), or None.

    Args:
        path: as given; bytes beyond ASCII are characters, or lone surrogates where they are no UTF-8.
        international: whether SMTPUTF8 was asked for.
    """
    octets = len(path.encode("utf-8", "surrogatepass"))
    local, at, domain = path.rpartition("@")
    if not at:
        return Wrong(Text(en="has no @", de="hat kein @"))
    if octets > LONGEST_PATH or len(local.encode("utf-8", "surrogatepass")) > LONGEST_LOCAL:
        return Wrong(Text(en="is too long", de="ist zu lang"))
    if not international and not path.isascii():
        return Wrong(Text(en="is not ASCII", de="ist nicht ASCII"), not_ascii=True)
    if any("\ud800" <= sign <= "\udfff" for sign in path):
        return Wrong(Text(en="is not UTF-8", de="ist nicht UTF-8"))
    if not (_DOT_STRING.fullmatch(local) or _QUOTED.fullmatch(local)):
        return Wrong(
            Text(
                en="has signs before the @ that need quotes",
                de="hat vor dem @ Zeichen, die Anführungszeichen brauchen",
            )
        )
    if is_address_literal(domain):
        return None
    if not is_host_name(_ascii_of(domain).removesuffix(".") if international else domain):
        return Wrong(Text(en="has no host name behind the @", de="hat hinter dem @ keinen Hostnamen"))
    return None


def _ascii_of(domain: str) -> str:
    """Return a domain in a form whose labels can be checked: each label beyond ASCII counts as a good one."""
    return ".".join(label if label.isascii() else "x" for label in domain.split("."))
