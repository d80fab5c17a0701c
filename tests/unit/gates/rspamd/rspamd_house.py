"""A gate with a policy of two checks, and mails that it judges."""

import asyncio
import json
from contextlib import asynccontextmanager

from pforte.clock import SystemClock
from pforte.gates.rspamd.gate import RspamdGate
from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Reply, Stage, finding_of
from pforte.mail.reception import Answer, Outcome
from pforte.mail.verdict import Judged, Verdict

SAID = Text(en="bad word {word}", de="böses Wort {word}")
CHECK = Check(
    id="mail.bad-word",
    stage=Stage.MESSAGE,
    standard="House rules s1.1",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(550, "5.7.1", SAID),
    summary=SAID,
    remedy=SAID,
    judge=lambda _: None,
)
MAIL = b"Message-ID: <1@a.example>\r\nX-Pforte-Policy: forged\r\nSubject: hello\r\n\r\nbody\r\n"


class Examiner:
    """Refuses mails with the word bad, marks those with the word odd, and keeps what it was asked."""

    def __init__(self):
        self.asked = []

    async def __call__(self, session, envelope, raw):
        self.asked.append((session, envelope, raw))
        for word, action in (("bad", Action.REJECT), ("slow", Action.DEFER), ("odd", Action.MARK)):
            if word.encode() in raw:
                finding = finding_of(CHECK.id, word.encode(), "good words", word=word)
                verdict = Verdict((Judged(CHECK, finding, action, action),))
                if verdict.refused:
                    code, enhanced, texts = verdict.lines("https://example.org/r/PF-1")
                    return Outcome(Answer(code, enhanced, texts, "PF-1"), verdict)
                return Outcome(None, verdict, (("X-Pforte-Policy", "id=mail.bad-word"),), (1,))
        return Outcome(None, Verdict())


@asynccontextmanager
async def answering(examine=None, most=1_000_000, connections=10):
    """Let a gate listen; the call says something and returns all that is heard until the end."""
    gate = RspamdGate("127.0.0.1:0", examine or Examiner(), SystemClock(), most, connections)
    await gate.open()

    async def say(*pieces, ends=True):
        reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
            if ends:
                writer.write_eof()
            return await asyncio.wait_for(reader.read(), 20)
        except OSError as error:
            raise ConnectionError from error
        finally:
            writer.close()

    try:
        yield say, gate
    finally:
        await gate.close()


def post(raw, *fields, path="/checkv2"):
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{head}Content-Length: {len(raw)}\r\n\r\n".encode()
        + raw
    )


def json_of(heard):
    head, _, body = heard.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)
