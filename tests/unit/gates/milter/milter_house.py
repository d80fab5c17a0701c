"""A mail server's side of the protocol, a reception that writes down what it hears, and a gate between them."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

from pforte.gates.milter.conversation import Conversation, House
from pforte.gates.milter.gate import MilterGate
from pforte.gates.milter.wire import Command, Packet, Packets, packet
from pforte.gates.space import Space
from pforte.mail.reception import Answer, Outcome
from pforte.mail.verdict import Verdict
from pforte.settings.gates import MilterGateSettings

ALL_ACTS, ALL_STEPS = 0x1FF, 0x1FFFFF
"""What Postfix offers."""
PASSES = Outcome(None, Verdict())
REFUSAL = Answer(550, "5.7.1", ("mail.x: 100% wrong", "https://example.org/r/PF-1"), "PF-1")


def refused(answer=REFUSAL):
    return Outcome(answer, Verdict())


class Reception:
    """Writes down what it hears; ``answers`` says what it answers to a call, or raises."""

    def __init__(self, **answers):
        self.heard, self.answers, self.session = [], answers, None

    def __call__(self, session):
        self.session = session
        self.heard.append(("receive", str(session.address)))
        return self

    def names(self):
        return [name for name, *_ in self.heard]

    async def _answer(self, name, *heard, otherwise=None):
        self.heard.append((name, *heard))
        answer = self.answers.get(name, otherwise)
        if callable(answer):
            answer = await answer()
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def connected(self):
        return await self._answer("connected")

    async def greeted(self, helo, *, extended):
        return await self._answer("greeted", helo)

    async def sender(self, sender, parameters=(), queue=""):
        return await self._answer("sender", sender, parameters)

    async def recipient(self, recipient):
        return await self._answer("recipient", recipient)

    async def message(self, raw, queue=""):
        return await self._answer("message", raw, queue, otherwise=PASSES)

    def secured(self, tls):
        self.heard.append(("secured", tls))

    def authenticated(self, user):
        self.heard.append(("authenticated", user))

    def failed(self):
        self.heard.append(("failed",))

    def reset(self):
        self.heard.append(("reset",))

    def closed(self):
        self.heard.append(("closed",))


class Server:
    """Talks to a conversation as a mail server does."""

    def __init__(self, reception, *, most=100_000, opens=True, room=1_000_000):
        self.space = Space(room)
        self.conversation = Conversation(House(reception, most, self.space, opens))

    async def say(self, command, data=b""):
        """Send one packet; return the answers as (letter, data)."""
        answer = self.conversation.answer(Packet(command, data))
        return unpacked(answer if isinstance(answer, bytes) else await answer)

    async def negotiate(self, acts=ALL_ACTS, steps=ALL_STEPS, version=6):
        ((what, data),) = await self.say(
            Command.NEGOTIATE, b"".join(each.to_bytes(4, "big") for each in (version, acts, steps))
        )
        assert what == b"O"
        return data

    async def macros(self, command, **values):
        names = {"i": "i", "j": "j"}
        said = b"".join(
            f"{names.get(name, '{' + name + '}')}\0{value}\0".encode() for name, value in values.items()
        )
        assert await self.say(Command.MACROS, bytes((command,)) + said) == []

    async def connect(self, address="192.0.2.1", name="mail.example.net", family="4", port=25025):
        data = f"{name}\0{family}".encode() + port.to_bytes(2, "big") + f"{address}\0".encode()
        return await self.say(Command.CONNECT, data)

    async def begin(self):
        """Come as far as to the first mail."""
        await self.negotiate()
        await self.connect()
        return await self.say(Command.HELO, b"mail.example.net\0")

    async def envelope(self):
        return await self.say(Command.MAIL, b"<a@example.net>\0") + await self.say(
            Command.RECIPIENT, b"<b@example.org>\0"
        )

    async def content(self, fields=((b"Subject", b" hello"),), body=b"text\r\n"):
        for name, value in fields:
            await self.say(Command.HEADER, name + b"\0" + value + b"\0")
        await self.say(Command.BODY, body)
        return await self.say(Command.END_OF_MESSAGE)


def unpacked(raw):
    packets = Packets()
    found = [(bytes((each.command,)), each.data) for each in packets.feed(raw)]
    assert packets.is_between
    return found


def play(act, reception=None, **house):
    """Let a mail server act on a conversation; return what the act returns, and the reception."""
    reception = reception or Reception()

    async def run():
        server = Server(reception, **house)
        try:
            return await act(server)
        finally:
            server.conversation.close()
            assert server.space.free == house.get("room", 1_000_000)

    return asyncio.run(run()), reception


class Line:
    """A connection to a gate, from the mail server's side."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self._packets, self._found = Packets(), []

    def say(self, command, data=b""):
        self.writer.write(packet(bytes((command,)), data))

    async def hear(self):
        """Return the next packet, or None at the end."""
        while not self._found:
            arrived = await self.reader.read(65_536)
            if not arrived:
                return None
            self._found = self._packets.feed(arrived)
        found = self._found.pop(0)
        return bytes((found.command,)), found.data

    async def begin(self, address=b"192.0.2.1"):
        self.say(Command.NEGOTIATE, b"".join(each.to_bytes(4, "big") for each in (6, ALL_ACTS, ALL_STEPS)))
        assert (await self.hear())[0] == b"O"
        self.say(Command.CONNECT, b"h\x004\0\x19" + address + b"\0")
        self.say(Command.HELO, b"h\0")

    async def mail(self):
        """Send a whole mail; return the answers."""
        self.say(Command.MAIL, b"<a@example.net>\0")
        answers = [await self.hear()]
        self.say(Command.RECIPIENT, b"<b@example.org>\0")
        answers.append(await self.hear())
        self.say(Command.HEADER, b"Subject\0 x\0")
        self.say(Command.BODY, b"text\r\n")
        self.say(Command.END_OF_MESSAGE)
        answers.append(await self.hear())
        return answers

    def close(self):
        self.writer.close()


@asynccontextmanager
async def answering(reception, **settings):
    """Open a gate; yields it and a function that connects to it."""
    settings = replace(MilterGateSettings(listen="127.0.0.1:0"), **settings)
    gate = MilterGate(settings, reception)
    await gate.open()
    lines = []

    async def connect():
        if settings.listen.startswith("/"):
            lines.append(Line(*await asyncio.open_unix_connection(settings.listen)))
        else:
            lines.append(Line(*await asyncio.open_connection("127.0.0.1", gate.port)))
        return lines[-1]

    try:
        yield gate, connect
    finally:
        await gate.close()
        for line in lines:
            line.close()
