"""Makes the signed mails among the samples anew: ``python tests/samples/make_signed_mail.py``.

The keys come from fixed seeds, so that the mails stay the same; they prove nothing about anybody.
"""

import asyncio
import base64
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pforte.dns.zone_file import ZoneFileResolver
from pforte.mail.identity.arc.sealing import seal
from pforte.mail.identity.arc.validation import Result, validate
from pforte.mail.identity.dkim.signing import Signer, sign
from pforte.mail.message import Message

DOMAINS = ("sender.example", "lists.example", "stranger.example")
SAMPLES = Path(__file__).parent
NOW = datetime(2026, 11, 24, 11, 55, tzinfo=UTC)
MAIL = b"""From: Anna <anna@sender.example>\r
To: list@lists.example\r
Date: Tue, 24 Nov 2026 11:50:00 +0000\r
Message-ID: <1@sender.example>\r
Subject: Lunch\r
\r
At one?\r
"""


def signer(domain: str) -> Signer:
    """Return who signs for a domain."""
    seed = domain.encode().ljust(32, b".")[:32]
    return Signer(domain=domain, selector="s", key=Ed25519PrivateKey.from_private_bytes(seed))


def record(domain: str) -> str:
    """Return the line of the zone in which the key of a domain stands."""
    key = signer(domain).key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return f's._domainkey.{domain}. TXT "v=DKIM1; k=ed25519; p={base64.b64encode(key).decode()}"'


def cut(raw: bytes) -> tuple[list[bytes], bytes]:
    """Return the fields and the body of a mail."""
    message = Message(raw)
    return [field.raw for field in message.fields], bytes(message.body)


def signed(raw: bytes, domain: str) -> bytes:
    """Return a mail with a signature of a domain on top."""
    fields, body = cut(raw)
    return sign(fields, body, signer(domain), NOW) + raw


def through_list(raw: bytes) -> bytes:
    """Return a mail as a list passes it on that changes subject and text."""
    return raw.replace(b"Subject: Lunch", b"Subject: [Food] Lunch").replace(
        b"At one?\r\n", b"At one?\r\n-- \r\nfood list\r\n"
    )


def sealed(raw: bytes, domain: str, found: bytes, claimed: Result | None = None) -> bytes:
    """Return a mail with the seals of whoever passes it on, who may claim what he likes of the chain before."""
    fields, body = cut(raw)
    zone = ZoneFileResolver("\n".join(map(record, DOMAINS)))
    state = claimed or asyncio.run(validate(fields, body, zone, NOW)).result
    return b"".join(seal(fields, body, signer(domain), NOW, state, found)) + raw


def main() -> None:
    """Write the mails, and print the keys for the zones."""
    original = signed(MAIL, "sender.example")
    changed = through_list(original)
    chain = sealed(changed, "lists.example", b"lists.example; dkim=pass header.d=sender.example")
    # A stranger keeps the list's set, writes another mail below it and seals last.
    below = chain[: chain.index(b"DKIM-Signature")] + MAIL.replace(b"At one?", b"Send money.")
    replaced = sealed(below, "stranger.example", b"stranger.example; arc=pass", Result.PASS)
    twice = sealed(
        sealed(changed, "stranger.example", b"stranger.example; dkim=pass"),
        "lists.example",
        b"lists.example; arc=pass",
    )
    made = {
        "mail.spf/passes/forwarded.eml": original,
        "mail.spf/passes/sealed.eml": chain,
        "mail.dmarc/passes/signed.eml": original,
        "mail.dmarc/passes/sealed.eml": chain,
        "mail.dmarc/fires/list.eml": changed,
        "mail.dmarc/fires/other-signer.eml": signed(MAIL, "lists.example"),
        "mail.dmarc/fires/replaced.eml": replaced,
        "mail.dmarc/passes/sealed-twice.eml": twice,
        "mail.spf/fires/replaced.eml": replaced,
        "mail.dmarc-quarantine/fires/list.eml": changed,
        "mail.dmarc-quarantine/passes/signed.eml": original,
        "mail.unauthenticated/fires/changed.eml": changed,
        "mail.unauthenticated/passes/signed.eml": original,
        "mail.arc-broken/fires/changed.eml": chain.replace(b"At one?", b"At two?"),
        "mail.arc-broken/passes/sealed.eml": chain,
    }
    for name, raw in made.items():
        place = SAMPLES / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(raw)
    for domain in DOMAINS:
        print(record(domain))


if __name__ == "__main__":
    main()
