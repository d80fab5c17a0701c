"""No session, envelope, message or DNS, however odd, makes a check fail: a mail that raises would pass unjudged."""

import asyncio
from datetime import UTC, datetime
from ipaddress import IPv4Address, ip_address

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pforte.dns.resolver import Answer, Status
from pforte.mail.checks import CHECKS
from pforte.mail.checks.declaration import MOST_OBSERVED, Action
from pforte.mail.examination import examine
from pforte.mail.facts import Conduct, Facts, House, Shut
from pforte.mail.headers import policy_fields, results_field
from pforte.mail.inquiry import DnsInquiry
from pforte.mail.lists import BlockLists
from pforte.mail.policy import Policy, Rules
from pforte.mail.session import Envelope, Moved, Oddity, Session, Tls

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
POLICY = Policy(checks=CHECKS, rules=Rules(actions={check.id: Action.MARK for check in CHECKS}))
PIECES = [
    *("a", "@", "<", ">", "[", "]", '"', ".", ",", ":", "%", "{", "}", " ", "\0", "\r\n", "x" * 500),
    *(
        "\udcff",
        "\ud800",
        "ü",
        "\U0001f4a9",
        "\u3002",
        "xn--",
        "sender.example",
        "a@sender.example",
        "=?utf-8?q?",
    ),
    *("v=spf1 -all", "v=spf1 exists:%{s} -all", "v=DMARC1; p=reject", "10 mx.sender.example", "0 ."),
]
text = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
texts = st.lists(text, max_size=3).map(tuple)
octets = st.lists(
    st.one_of(
        st.binary(max_size=20),
        st.sampled_from(
            [b"From: ", b"Sender: ", b"Date: ", b"DKIM-Signature: ", b"\r\n", b"a@sender.example", b"\xff@"]
        ),
    ),
    max_size=20,
).map(b"".join)
said = st.builds(
    Answer,
    status=st.sampled_from(Status),
    values=st.one_of(st.just(()), texts),
    trouble=text,
)


class Speaking:
    """Answers every question with what was drawn."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    async def addresses(self, name, version=None):
        return Answer(status=self.answer.status, values=(), trouble=self.answer.trouble)

    async def names(self, address):
        return self.answer

    async def records(self, name, kind):
        return self.answer


class Remembering:
    """Remembers more than is good."""

    def __init__(self, said: str) -> None:
        self.said = said

    def shut_out(self, facts):
        return Shut(reference=self.said, ends=NOW) if len(self.said) == 1 else None

    async def conduct_of(self, facts):
        return Conduct(over={"connections": self.said, "messages": self.said}, wait=len(self.said))


class Listing(Speaking):
    """A block list that lists everybody for what was drawn."""

    async def addresses(self, name, version=None):
        if name == "2.0.0.127.bl.example" or not name.startswith(("1.0.0.127", "bl.")):
            return Answer(status=Status.FOUND, values=(IPv4Address("127.0.0.2"),))
        return await super().addresses(name, version)


def given_by(**differs) -> Facts:
    """Return the facts of a client that says all this."""
    told = {
        "helo": "h",
        "names": None,
        "user": "",
        "sender": "",
        "parameters": (),
        "recipients": (),
        **differs,
    }
    return Facts(
        now=NOW,
        house=House(domains=frozenset({"sender.example"})),
        session=Session(
            address=ip_address("192.0.2.1"),
            names=told["names"],
            helo=told["helo"],
            tls=Tls(told["helo"]),
            user=told["user"],
            oddities=tuple(Moved(oddity, told["helo"].encode("utf-8", "replace")) for oddity in Oddity),
        ),
        envelope=Envelope(
            sender=told["sender"], parameters=told["parameters"], recipients=told["recipients"]
        ),
    )


clients = st.builds(
    given_by,
    helo=text,
    names=st.one_of(st.none(), texts),
    user=text,
    sender=st.one_of(st.none(), text),
    parameters=st.one_of(st.just(("SMTPUTF8",)), texts),
    recipients=texts,
)
NONE = Answer(status=Status.NONE)


@settings(max_examples=150, deadline=None)
@given(clients, octets, said)
@example(given_by(sender="a@\udcff.example", parameters=("SMTPUTF8",)), b"", NONE)
@example(given_by(sender="\udcff@sender.example", recipients=("\ud800@x",)), b"", NONE)
@example(given_by(names=("\udcff.dyn.example",)), b"From: a@\xff", NONE)
def test_every_check_judges_anything(facts, raw, answer):
    inquiry = DnsInquiry(
        resolver=Speaking(answer),
        lists=BlockLists(Listing(answer), ["bl.example"]),
        memory=Remembering(facts.session.helo),
        now=lambda: NOW,
    )
    known, verdict = asyncio.run(examine(POLICY, inquiry, facts, raw))
    for judged in verdict.judged:
        assert len(judged.finding.observed) <= MOST_OBSERVED
        assert judged.check.said(judged.finding).isascii()
        for value in judged.finding.values.values():
            assert value.encode().decode() == value
    for name, value in (results_field(known), *policy_fields(verdict)):
        assert name.isascii()
        assert "\0" not in value
