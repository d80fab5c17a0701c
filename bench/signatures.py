"""DKIM beside dkimpy: the same signed message of 13 kB, verified on one core by turns, the key at hand."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime

import dkim
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from measure import Row, in_turn, median
from pforte.dns.resolver import Answer, Status
from pforte.mail.identity.dkim.signature import Result
from pforte.mail.identity.dkim.signing import Signer, encode, sign
from pforte.mail.identity.dkim.verification import verify

SECONDS = 1.0
BATCH = 50
GOAL = 3.0
NOW = datetime(2026, 1, 1, tzinfo=UTC)
FIELDS = [
    *(
        b"Received: from a.example (a.example [192.0.2.%d]) by b.example with ESMTPS\r\n" % hop
        for hop in range(6)
    ),
    b"From: Joe SixPack <joe@example.org>\r\n",
    b"To: Suzie Q <suzie@example.net>\r\n",
    b"Subject: Is dinner ready?\r\n",
    b"Date: Thu, 1 Jan 2026 00:00:00 +0000\r\n",
    b"Message-ID: <20260101.1@example.org>\r\n",
    b"MIME-Version: 1.0\r\n",
    b"Content-Type: text/plain; charset=utf-8\r\n",
]
BODY = b"We lost the game. Are you hungry yet?  There is a line of ordinary text here.\r\n" * 160


class _Known:
    """Answers with one record at once, as a resolver with a warm cache does."""

    def __init__(self, record: str) -> None:
        self._answer = Answer(status=Status.FOUND, values=(record,), ttl=3600)

    async def records(self, _name: str, _kind: str) -> Answer[str]:
        return self._answer


def _rate(verify_batch: Callable[[], None]) -> float:
    verify_batch()
    count, start = 0, time.process_time()  # Neither waits for anything, and others may use the machine.
    while (seconds := time.process_time() - start) < SECONDS:
        verify_batch()
        count += BATCH
    return count / seconds


def _row(name: str, key: RSAPrivateKey | Ed25519PrivateKey) -> Row:
    if isinstance(key, RSAPrivateKey):
        octets = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        record = f"v=DKIM1; k=rsa; p={encode(octets)}"
    else:
        record = (
            f"v=DKIM1; k=ed25519; p={encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))}"
        )
    fields = [sign(FIELDS, BODY, Signer(domain="example.org", selector="s", key=key), NOW), *FIELDS]
    message = b"".join(fields) + b"\r\n" + BODY
    resolver = _Known(record)
    loop = asyncio.new_event_loop()

    async def batch() -> None:
        for _ in range(BATCH):
            verification = await verify(fields, BODY, resolver, NOW)  # type: ignore[arg-type]
            assert verification.signatures[0].verdict.result is Result.PASS

    def ours() -> None:
        loop.run_until_complete(batch())

    def theirs() -> None:
        for _ in range(BATCH):
            assert dkim.verify(message, dnsfunc=lambda _, **__: record)

    mine, peer = (median(rates) for rates in in_turn(lambda: _rate(ours), lambda: _rate(theirs)))
    loop.close()
    return Row(
        name=f"DKIM, {name}",
        unit="verifies/s",
        ours=mine,
        peer=peer,
        peer_name="dkimpy",
        limit=None,
        ratio=mine / peer,
        goal=f"at least {GOAL:g} times dkimpy",
        met=mine >= GOAL * peer,
    )


def measure() -> list[Row]:
    """Verify with a key of each kind."""
    return [
        _row("RSA-2048", generate_private_key(65_537, 2048)),
        _row("Ed25519", Ed25519PrivateKey.generate()),
    ]
