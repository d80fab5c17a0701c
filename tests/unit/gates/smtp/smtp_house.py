"""A front with the real checks of the dialogue, a client that says octets as they are, and somebody who takes the mails."""

import asyncio
import ssl
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp

from pforte.clock import SystemClock
from pforte.gates.smtp.encryption import OwnCertificate
from pforte.gates.smtp.gate import SmtpGate
from pforte.gates.smtp.house import House
from pforte.gates.smtp.text import Room
from pforte.mail.checks import CHECKS
from pforte.mail.checks.declaration import Action, Stage
from pforte.mail.facts import Facts
from pforte.mail.facts import House as Mailhouse
from pforte.mail.policy import Policy, Rules
from pforte.mail.reception import Answer, Reception

MAIL = b"From: a@a.example\r\nSubject: hello\r\n\r\nbody\r\n"
ENVELOPE = b"EHLO client.example\r\n", b"MAIL FROM:<a@a.example>\r\n", b"RCPT TO:<u@ours.example>\r\n"
CERTIFICATE = OwnCertificate(
    Path(mkdtemp(prefix="pforte-smtp-")) / "own.pem", "mx.ours.example", SystemClock()
)
CERTIFICATE.open()


class Inquirer:
    """Finds nothing out; adds one field, and takes out those named X-Forged."""

    async def of_client(self, facts):
        return facts

    of_sender = of_recipient = of_message = of_client

    def headers(self, facts, verdict):
        removed = tuple(at for at, field in enumerate(facts.message.fields) if field.name == b"X-Forged")
        return (("X-Seen", "yes"),), removed


class Ledger:
    """Keeps what it is told."""

    def __init__(self):
        self.filed, self.failed, self.left = [], [], 0

    async def file(self, facts, verdict):
        self.filed.append((facts, verdict))
        return "PF-1"

    def page(self, reference):
        return f"https://example.org/r/{reference}"

    def count(self, facts, verdict):
        pass

    def note_message(self, facts):
        pass

    def note_failed(self, facts):
        self.failed.append(facts.envelope.recipients)

    def leave(self, facts):
        self.left += 1


class Carrier:
    """Takes every mail, but for recipients called nobody."""

    def __init__(self):
        self.letters, self.refusal, self.closed, self.forgotten = [], None, 0, 0

    async def address(self, letter, recipient):
        return Answer(550, "5.1.1", ("nobody here",)) if recipient.startswith("nobody@") else None

    async def deliver(self, letter, raw):
        if self.refusal is not None:
            return self.refusal
        self.letters.append((letter, raw))
        return Answer(250, "2.0.0", ("taken",))

    async def forget(self):
        self.forgotten += 1

    def close(self):
        self.closed += 1


class Setup:
    """What a test may change of a front, and what it may look at."""

    def __init__(self, *, watching=False, tls=False, actions=None, **house):
        off = {} if tls else {"mail.tls": Action.OFF}
        self.policy = Policy(
            checks=tuple(check for check in CHECKS if check.stage < Stage.MESSAGE),
            rules=Rules(actions={**off, **(actions or {})}),
            watching=watching,
        )
        self.ledger, self.carrier, self.receptions = Ledger(), Carrier(), []
        self.inquirer = Inquirer()
        self.house = House(
            **{
                "receive": self.receive,
                "carrier": lambda: self.carrier,
                "certificate": CERTIFICATE,
                "clock": SystemClock(),
                "most": 100_000,
                "room": Room(1_000_000),
                "delay": timedelta(0),
                "opens": True,
                **house,
            }
        )

    def receive(self, session):
        ours = Mailhouse(host="mx.ours.example", domains=frozenset({"ours.example", "xn--bcher-kva.example"}))
        facts = Facts(now=self.house.clock.now(), house=ours, session=session)
        self.receptions.append(Reception(self.policy, self.inquirer, self.ledger, facts))
        return self.receptions[-1]

    @property
    def checks(self):
        """Slugs of all findings that were filed."""
        return [judged.check.id for _, verdict in self.ledger.filed for judged in verdict.judged]


class Client:
    """Says octets and hears replies."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def hear(self):
        """Return one reply, or b"" at the end."""
        heard = b""
        while True:
            line = await asyncio.wait_for(self.reader.readline(), 20)
            heard += line
            if line[3:4] != b"-":
                return heard

    async def say(self, *octets):
        """Say each and return the reply to the last."""
        heard = b""
        for each in octets:
            self.writer.write(each)
            await self.writer.drain()
            heard = await self.hear()
        return heard

    async def rest(self):
        """Return everything until the end."""
        try:
            return await asyncio.wait_for(self.reader.read(), 20)
        except ConnectionError:
            return b""

    async def secure(self):
        """Begin TLS."""
        assert (await self.say(b"STARTTLS\r\n")).startswith(b"220 2.0.0")
        await self.handshake()

    async def handshake(self):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        await self.writer.start_tls(context)


@asynccontextmanager
async def listening(setup, connections=10):
    gate = SmtpGate(("127.0.0.1:0",), setup.house, (), connections)
    await gate.open()
    try:
        yield gate
    finally:
        await gate.close()


@asynccontextmanager
async def connected(gate, *, greeted=True):
    reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
    client = Client(reader, writer)
    try:
        if greeted:
            assert (await client.hear()).startswith(b"220 mx.ours.example ESMTP")
        yield client
    finally:
        await leave(writer)


async def leave(writer):
    """Close a connection and wait until it is."""
    writer.close()
    with suppress(OSError, TimeoutError):
        await asyncio.wait_for(writer.wait_closed(), 5)


def hold(setup, talk, *, greeted=True, connections=10):
    """Run a talk of one client with a front."""

    async def run():
        async with listening(setup, connections) as gate, connected(gate, greeted=greeted) as client:
            return await talk(client)

    return asyncio.run(run())


def restrict(setup, **house):
    """Change what all sessions share."""
    setup.house = replace(setup.house, **house)
