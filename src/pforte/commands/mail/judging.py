"""Mails from files, judged by the policy of the settings without a service: one after another or on all cores."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pforte.clock import SystemClock
from pforte.commands.claims import open_resolver
from pforte.commands.mail.session_file import SUFFIX, SessionError, Told, read_beside
from pforte.dns.network_resolver import NetworkResolver
from pforte.dns.resolver import Resolver
from pforte.dns.zone_text import ZoneFileError
from pforte.mail.arrangement import house_of, policy_of
from pforte.mail.examination import examine
from pforte.mail.facts import Facts, House
from pforte.mail.inquiry import DnsInquiry, NoInquiry, NoMemory
from pforte.mail.lists import BlockLists
from pforte.mail.policy import Policy
from pforte.mail.reception import Inquiry
from pforte.mail.verdict import Verdict
from pforte.settings.table import Settings

MOST_BYTES = 104_857_600
"""Octets of one mail at most."""
FEW = 8
"""So few mails are judged here: other processes would take longer to begin."""
_TOGETHER = 16


@dataclass(frozen=True, slots=True)
class Mail:
    """One judged file; ``error`` says why it could not be read, and then there is no verdict."""

    file: Path
    verdict: Verdict | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Manner:
    """How mails are judged; it goes to other processes as it is.

    Attributes:
        settings: the policy.
        told: session and envelope where no file beside a mail says otherwise.
        dns: ``none``, ``system`` or the path of a zone file.
    """

    settings: Settings
    told: Told
    dns: str = "none"


class Judge:
    """Judges mails one after another. To be closed.

    Args:
        manner: how.

    Raises:
        ZoneFileError: a zone file cannot be read.
    """

    def __init__(self, manner: Manner) -> None:
        self._manner = manner
        self._runner = asyncio.Runner()
        self._policy: Policy = policy_of(manner.settings)
        self._house: House = house_of(manner.settings, "")
        self._now: datetime = SystemClock().now()
        self._resolver: Resolver | None = None
        if manner.dns != "none":
            try:
                self._resolver = self._runner.run(_resolver(manner))
            except ZoneFileError:
                self._runner.close()
                raise
        self._inquiry = self._inquire()

    def judge(self, file: Path) -> Mail:
        """Judge one mail."""
        try:
            with file.open("rb") as opened:
                raw = opened.read(MOST_BYTES + 1)
            told = read_beside(file, self._manner.told)
        except OSError as error:
            return Mail(file, error=f"cannot be read: {error.strerror}")
        except SessionError as error:
            return Mail(file, error=str(error))
        if len(raw) > MOST_BYTES:
            return Mail(file, error=f"is larger than {MOST_BYTES} bytes")
        self._now = told.at or SystemClock().now()
        facts = Facts(now=self._now, house=self._house, session=told.session, envelope=told.envelope)
        _, verdict = self._runner.run(examine(self._policy, self._inquiry, facts, without_envelope_line(raw)))
        return Mail(file, verdict)

    def close(self) -> None:
        """Let go of the resolver and the event loop."""
        if isinstance(self._resolver, NetworkResolver):
            self._runner.run(self._resolver.close())
        self._runner.close()

    def _inquire(self) -> Inquiry:
        if self._resolver is None:
            return NoInquiry(now=lambda: self._now)
        lists = BlockLists(self._resolver, self._manner.settings.mail.lists)
        return DnsInquiry(resolver=self._resolver, lists=lists, memory=NoMemory(), now=lambda: self._now)


def judge_all(files: Sequence[Path], manner: Manner, processes: int) -> Iterator[Mail]:
    """Judge mails, on several cores where there are many; the verdicts come in the order of the files."""
    if len(files) <= FEW or processes == 1:
        with closing(Judge(manner)) as judge:
            yield from map(judge.judge, files)
        return
    with ProcessPoolExecutor(processes, initializer=_begin, initargs=(manner,)) as pool:
        yield from pool.map(_judge, files, chunksize=_TOGETHER)


def find_mails(places: Sequence[Path]) -> Iterator[Path]:
    """Yield files, and those in folders below, in the order of their names; session files are none."""
    for place in places:
        if place.is_dir():
            yield from (
                each
                for each in sorted(place.rglob("*"))
                if each.is_file() and not each.name.startswith(".") and not each.name.endswith(SUFFIX)
            )
        else:
            yield place


def without_envelope_line(raw: bytes) -> bytes:
    """Return a mail without the line that mailbox files put in front of it (``From `` of RFC 4155)."""
    return raw.partition(b"\n")[2] if raw.startswith(b"From ") else raw


async def _resolver(manner: Manner) -> Resolver:
    """Return the resolver; made inside the event loop that will ask it."""
    return open_resolver(manner.dns, manner.settings.dns)


_here: list[Judge] = []
"""The judge of a process that has no other work."""


def _begin(manner: Manner) -> None:
    _here.append(Judge(manner))


def _judge(file: Path) -> Mail:
    return _here[0].judge(file)
