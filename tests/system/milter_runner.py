"""A milter gate with a small policy of its own, run as a program: ``milter_runner.py LISTEN FOLDER``.

Each message is written to FOLDER as it was put together; header fields are added and taken out; whoever writes as
``refused.example``, or a subject with "refuse", is refused.
"""

import asyncio
import signal
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pforte.gates.milter.gate import MilterGate
from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Reply, Stage, finding_of
from pforte.mail.facts import Facts, House
from pforte.mail.policy import Policy
from pforte.mail.reception import Reception
from pforte.settings.gates import MilterGateSettings

SAID = Text(en="{what} is 100% wrong", de="{what}")


def check(slug, stage, code, enhanced, judge):
    return Check(
        id=slug,
        stage=stage,
        standard="RFC 5322 s3.6",
        standard_action=Action.REJECT,
        strict_action=Action.REJECT,
        reply=Reply(code, enhanced, SAID),
        summary=SAID,
        remedy=SAID,
        judge=lambda facts: finding_of(slug, b"", "right", what=judge(facts)) if judge(facts) else None,
        at_once=True,
    )


def subject(facts):
    field = facts.message.first(b"subject")
    return field.value.decode() if field is not None and b"refuse" in field.value else ""


def sender(facts):
    return facts.envelope.sender if facts.envelope.sender_domain == "refused.example" else ""


CHECKS = (
    check("mail.sender", Stage.MAIL, 553, "5.1.8", sender),
    check("mail.subject", Stage.MESSAGE, 451, "4.7.1", subject),
)


@dataclass
class Inquiry:
    folder: Path
    count: int = 0

    async def of_client(self, facts):
        return facts

    of_sender = of_recipient = of_client

    async def of_message(self, facts):
        self.count += 1
        (self.folder / f"{facts.envelope.queue}.eml").write_bytes(facts.message.raw)
        (self.folder / f"{facts.envelope.queue}.facts").write_text(f"{facts.session}\n{facts.envelope}\n")
        return facts

    def headers(self, facts, verdict):
        forged = tuple(n for n, each in enumerate(facts.message.fields) if each.name.lower() == b"x-first")
        return (("X-First", "one;\r\n folded=yes"), ("X-Second", "two")), forged


class Ledger:
    async def file(self, facts, verdict):
        return "PF-7K3M-Q2XD"

    def page(self, reference):
        return f"https://mx.example.org/r/{reference}"

    def count(self, facts, verdict):
        pass

    note_message = note_failed = leave = lambda self, facts: None


async def main(listen, folder):
    inquiry, policy = Inquiry(Path(folder)), Policy(checks=CHECKS)

    def receive(session):
        facts = Facts(now=datetime.now(UTC), house=House(), session=session)  # noqa: TID251
        return Reception(policy, inquiry, Ledger(), facts)

    gate = MilterGate(MilterGateSettings(listen=listen), receive)
    await gate.open()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    await gate.close()


asyncio.run(main(*sys.argv[1:]))
