"""What an operator wants a mail domain to publish."""

import base64
import hashlib
from dataclasses import dataclass
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from pforte.mail.identity.dmarc.record import Policy


class PlanError(ValueError):
    """Something given for the plan cannot be used; the message says why as a clause."""


class Mode(StrEnum):
    """What senders do when they cannot reach a server encrypted (RFC 8461 s5)."""

    ENFORCE = "enforce"
    TESTING = "testing"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class DkimKey:
    """A public key that signatures are checked with.

    Attributes:
        selector: where it stands below ``_domainkey``.
        record: the text of its record.
    """

    selector: str
    record: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate of the mail servers.

    Attributes:
        names: the host names it is for, in small letters.
        fingerprint: SHA-256 of its public key, in hexadecimal (RFC 6698 s2.1: ``3 1 1``).
    """

    names: tuple[str, ...]
    fingerprint: str

    def covers(self, host: str) -> bool:
        """Say whether it is for a host; a wildcard stands for one label (RFC 6125 s6.4.3)."""
        above = f"*.{host.partition('.')[2]}"
        return host in self.names or above in self.names


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What should be published.

    Attributes:
        domain: the mail domain, in ASCII and small letters.
        hosts: its mail servers; empty takes those that the DNS names.
        senders: further terms of its SPF record, such as ``ip4:192.0.2.0/24``.
        dkim: its DKIM keys.
        policy: the least DMARC policy.
        reports: where DMARC and TLS reports are wanted, an address.
        mode: of MTA-STS.
        max_age: seconds for which senders keep the MTA-STS policy.
        policy_file: the MTA-STS policy file as it is published now, or None.
        certificates: of the mail servers, for DANE.
        logo: address of the BIMI logo, or "".
        evidence: address of the certificate for that logo, or "".
    """

    domain: str
    hosts: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    dkim: tuple[DkimKey, ...] = ()
    policy: Policy = Policy.NONE
    reports: str = ""
    mode: Mode = Mode.ENFORCE
    max_age: int = 604_800
    policy_file: str | None = None
    certificates: tuple[Certificate, ...] = ()
    logo: str = ""
    evidence: str = ""

    @property
    def report_address(self) -> str:
        """Return where reports go: what was said, else the postmaster, whom every domain has (RFC 5321 s4.5.1)."""
        return self.reports or f"postmaster@{self.domain}"


def read_certificate(pem: bytes) -> Certificate:
    """Read the first certificate of a PEM file.

    Raises:
        PlanError: there is none.
    """
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        public = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        names = _names(certificate)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise PlanError(f"it is no certificate in PEM ({error})") from error
    return Certificate(tuple(name.lower() for name in names), hashlib.sha256(public).hexdigest())


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return extension.value.get_values_for_type(x509.DNSName)


def read_dkim_record(raw: bytes) -> str:
    """Return the DKIM record for a key in PEM, public or private, or the record itself (RFC 6376 s3.6.1).

    Raises:
        PlanError: it is none of them.
    """
    if raw.lstrip().startswith(b"v=DKIM1"):
        return raw.decode("ascii", "replace").strip()
    try:
        if b"PRIVATE KEY" in raw:
            private = load_pem_private_key(raw, password=None)
            public = private.public_key() if isinstance(private, RSAPrivateKey | Ed25519PrivateKey) else None
        else:
            loaded = load_pem_public_key(raw)
            public = loaded if isinstance(loaded, RSAPublicKey | Ed25519PublicKey) else None
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise PlanError(f"it is no key in PEM without a password, and no DKIM record ({error})") from error
    if isinstance(public, RSAPublicKey):
        der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode('ascii')}"
    if isinstance(public, Ed25519PublicKey):
        # RFC 8463 s4.2: the key itself, without the frame that RSA keys have.
        octets = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return f"v=DKIM1; k=ed25519; p={base64.b64encode(octets).decode('ascii')}"
    raise PlanError("DKIM has RSA and Ed25519 keys only (RFC 6376 s3.3, RFC 8463 s3)")
