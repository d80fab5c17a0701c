"""A check, facts and a verdict that tests of this room share."""

from datetime import UTC, datetime
from ipaddress import ip_address

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Reply, Stage, finding_of
from pforte.mail.facts import Facts, House
from pforte.mail.message import Message
from pforte.mail.session import Envelope, Session, Tls
from pforte.mail.verdict import Judged, Verdict

SAID = Text(en="wrong: {what}", de="falsch: {what}")
CHECK = Check(
    id="mail.wrong",
    stage=Stage.MESSAGE,
    standard="RFC 5322 s3.6",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(550, "5.6.0", SAID),
    summary=SAID,
    remedy=SAID,
    judge=lambda _: None,
)


def facts(raw: bytes = b"From: a\r\n\r\nbody\r\n") -> Facts:
    return Facts(
        now=datetime(2026, 3, 1, tzinfo=UTC),
        house=House(),
        session=Session(address=ip_address("192.0.2.1"), helo="h", tls=Tls("TLSv1.3"), user="u"),
        envelope=Envelope(sender="a@b", recipients=tuple(f"{n}@c" for n in range(200)), queue="Q"),
        message=Message(raw),
    )


def judged(action: Action) -> Verdict:
    finding = finding_of("mail.wrong", b"x" * 1000, "right", what="y")
    return Verdict((Judged(CHECK, finding, action, Action.REJECT),))


class Nothing:
    """Finds nothing out."""

    async def of_client(self, facts):
        return facts

    of_sender = of_recipient = of_message = of_client

    def headers(self, facts, verdict):
        return (("X-Seen", "yes"),), (3,)
