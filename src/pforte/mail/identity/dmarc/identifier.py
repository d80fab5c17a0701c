"""The domains that SPF and DKIM looked at, and how they stand to the author's (RFC 9989 s3.2.1, s4.4)."""

from dataclasses import dataclass
from enum import StrEnum

from pforte.mail.identity.dmarc.record import Mode

PASS = "pass"  # noqa: S105  a result, not a password
TEMPERROR = "temperror"


class Mechanism(StrEnum):
    """What proved a domain."""

    SPF = "spf"
    DKIM = "dkim"


@dataclass(frozen=True, slots=True)
class SpfIdentifier:
    """What SPF said of the envelope's sender (MAIL FROM identity, RFC 7208 s2.4; HELO alone does not count).

    Attributes:
        domain: the domain that was checked.
        result: in the words of RFC 8601 s2.7.2.
    """

    domain: str
    result: str


@dataclass(frozen=True, slots=True)
class DkimIdentifier:
    """What DKIM said of one signature.

    Attributes:
        domain: the signer's domain (``d=``).
        result: in the words of RFC 8601 s2.7.1.
        selector: ``s=``, or "".
    """

    domain: str
    result: str
    selector: str = ""


Identifier = SpfIdentifier | DkimIdentifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """How a domain stands to the author's (RFC 9989 s4.4).

    Attributes:
        mechanism: what looked at it.
        domain: the domain, in small letters.
        result: what the mechanism said.
        selector: the signature's selector, or "".
        mode: how near it must be.
        aligned: whether it is that near; None where that could not be found out, or need not (the mechanism did not
            pass).
    """

    mechanism: Mechanism
    domain: str
    result: str
    selector: str = ""
    mode: Mode = Mode.RELAXED
    aligned: bool | None = None

    def __str__(self) -> str:
        """Name it as an Authentication-Results field does, such as ``dkim=pass d=example.org s=key1``."""
        letter = "d=" if self.mechanism is Mechanism.DKIM else ""
        return f"{self.mechanism}={self.result} {letter}{self.domain}" + (
            f" s={self.selector}" if self.selector else ""
        )
