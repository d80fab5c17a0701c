"""Keys and certificates that an operator gives."""

import datetime as dt
import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from pforte.mail.identity.dkim.keys import parse_key
from pforte.mail.publishing.plan import Plan, PlanError, read_certificate, read_dkim_record

RSA = rsa.generate_private_key(65537, 2048)
ED25519 = ed25519.Ed25519PrivateKey.generate()


def private_pem(key, lock=None):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock or NoEncryption())


def public_pem(key):
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def certificate_pem(key, names):
    name = x509.Name([])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=90))
    )
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName(list(map(x509.DNSName, names))), critical=False
        )
    return builder.sign(
        key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    ).public_bytes(Encoding.PEM)


@pytest.mark.parametrize("key", [RSA, ED25519], ids=["rsa", "ed25519"])
def test_a_record_holds_the_public_half_of_a_key(key):
    record = read_dkim_record(private_pem(key))
    assert record == read_dkim_record(public_pem(key)) == read_dkim_record(f"\n{record}\n".encode())
    found = parse_key(record).public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert found == public_pem(key)
    assert b"PRIVATE" not in record.encode()


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"nonsense", "no key in PEM"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no key in PEM"),
        (private_pem(RSA, BestAvailableEncryption(b"x")), "without a password"),
        (private_pem(ec.generate_private_key(ec.SECP256R1())), "RSA and Ed25519 keys only"),
        (public_pem(ec.generate_private_key(ec.SECP256R1())), "RSA and Ed25519 keys only"),
    ],
    ids=["text", "damaged", "locked", "elliptic", "elliptic public"],
)
def test_what_is_no_key_for_dkim_is_told(raw, why):
    with pytest.raises(PlanError, match=why):
        read_dkim_record(raw)


@pytest.mark.standard("7672:3.1")
def test_a_certificate_is_known_by_its_public_key():
    """A renewed certificate with the same key keeps its record."""
    found = read_certificate(certificate_pem(RSA, ["MX.example.org", "*.mail.example.org"]))
    der = RSA.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert found.fingerprint == hashlib.sha256(der).hexdigest()
    assert found.names == ("mx.example.org", "*.mail.example.org")


@pytest.mark.parametrize(
    ("host", "covered"),
    [
        ("mx.example.org", True),
        ("a.mail.example.org", True),
        ("b.a.mail.example.org", False),
        ("mail.example.org", False),
    ],
)
def test_a_wildcard_stands_for_one_label(host, covered):
    assert (
        read_certificate(certificate_pem(RSA, ["mx.example.org", "*.mail.example.org"])).covers(host)
        is covered
    )


def test_a_certificate_without_names_covers_nothing():
    assert read_certificate(certificate_pem(RSA, [])).names == ()


def test_what_is_no_certificate_is_told():
    with pytest.raises(PlanError, match="no certificate in PEM"):
        read_certificate(public_pem(RSA))


def test_reports_go_to_the_postmaster_unless_told_otherwise():
    assert Plan(domain="example.org").report_address == "postmaster@example.org"
    assert Plan(domain="example.org", reports="a@b.example").report_address == "a@b.example"
