"""Every check of mail proves itself on mails: at least one that must fire, two that must not.

``tests/samples/mail.SLUG/expect.toml`` has a table ``fires.NAME`` or ``passes.NAME`` for each mail: why it stands there,
what the session and the envelope say, the zone that the DNS has, and its ``message`` (a file beside it) where the check
reads one. All go the whole way: inquiry, all checks, verdict.
"""

import asyncio
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from pforte.dns.zone_file import ZoneFileResolver
from pforte.mail.checks import CHECKS
from pforte.mail.checks.declaration import Action, Stage
from pforte.mail.examination import examine
from pforte.mail.facts import Conduct, Facts, House, Shut
from pforte.mail.inquiry import DnsInquiry
from pforte.mail.lists import BlockLists
from pforte.mail.policy import Policy, Rules
from pforte.mail.session import Envelope, Moved, Oddity, Session, Tls
from pforte.mail.verdict import Judged

SAMPLES = Path(__file__).parents[4] / "tests" / "samples"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUSE = House(
    host="mx.pforte.example", domains=frozenset({"pforte.example"}), sealers=frozenset({"lists.example"})
)
MESSAGE = b"""From: Anna <anna@sender.example>\r
To: b@pforte.example\r
Date: Tue, 24 Nov 2026 12:00:00 +0000\r
Message-ID: <1@sender.example>\r
Subject: Lunch\r
\r
At one?\r
"""
ZONE = """
9.2.0.192.in-addr.arpa. PTR mail.sender.example.
mail.sender.example. A 192.0.2.9
sender.example. MX 10 mail.sender.example.
sender.example. TXT "v=spf1 ip4:192.0.2.9 -all"
2.0.0.127.bl.example. A 127.0.0.2
"""
KNOWN = {
    *(
        "why",
        "zone",
        "troubles",
        "address",
        "names",
        "helo",
        "tls",
        "tls_known",
        "user",
        "oddities",
        "sender",
    ),
    *(
        "parameters",
        "parameters_known",
        "recipients",
        "shut",
        "over",
        "wait",
        "message",
        "observed",
        "temporary",
        "now",
    ),
}


@dataclass(frozen=True)
class Sample:
    """One mail and whether the check must fire."""

    check: str
    name: str
    fires: bool
    given: dict[str, Any]

    @property
    def place(self) -> str:
        return f"{self.check}/{'fires' if self.fires else 'passes'}/{self.name}"


def samples() -> tuple[Sample, ...]:
    """Return every sample that an expect.toml names."""
    found = []
    for expect in sorted(SAMPLES.glob("mail.*/expect.toml")):
        for kind, named in tomllib.loads(expect.read_text(encoding="utf-8")).items():
            assert kind in ("fires", "passes"), expect
            found += [
                Sample(expect.parent.name, name, kind == "fires", given) for name, given in named.items()
            ]
    return tuple(found)


ALL = samples()


class Memory:
    """Remembers what the sample says."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.given = given

    def shut_out(self, facts: Facts) -> Shut | None:
        shut = self.given.get("shut")
        return shut and Shut(reference=shut, ends=facts.now + timedelta(hours=1), reason="visit.xss")

    async def conduct_of(self, facts: Facts) -> Conduct:
        wait = self.given.get("wait", 0) if facts.envelope.recipients else 0
        return Conduct(over=self.given.get("over", {}), wait=wait)


def findings(sample: Sample) -> dict[str, Judged]:
    """Let every check judge a sample."""
    given = sample.given
    assert set(given) <= KNOWN, f"{sample.place}: unknown {set(given) - KNOWN}"
    tls = given.get("tls", "TLSv1.3")
    session = Session(
        address=ip_address(given.get("address", "192.0.2.9")),
        names=tuple(given["names"]) if "names" in given else None,
        helo=given.get("helo", "mail.sender.example"),
        tls=Tls(tls) if tls else None,
        tls_known=given.get("tls_known", True),
        user=given.get("user", ""),
        oddities=tuple(
            Moved(Oddity(kind), seen.encode("latin-1")) for kind, seen in given.get("oddities", ())
        ),
    )
    envelope = Envelope(
        sender=given.get("sender", "anna@sender.example"),
        parameters=tuple(given.get("parameters", ())),
        parameters_known=given.get("parameters_known", True),
        recipients=tuple(given.get("recipients", ("b@pforte.example",))),
    )
    raw = MESSAGE
    if "message" in given:
        raw = (
            SAMPLES / sample.check / ("fires" if sample.fires else "passes") / given["message"]
        ).read_bytes()
    resolver = ZoneFileResolver(ZONE + given.get("zone", ""), troubles=given.get("troubles"))
    lists = BlockLists(resolver, ["bl.example"])
    now = given.get("now", NOW)
    inquiry = DnsInquiry(resolver=resolver, lists=lists, memory=Memory(given), now=lambda: now)
    policy = Policy(checks=CHECKS, rules=Rules(actions={check.id: Action.REJECT for check in CHECKS}))
    facts = Facts(now=now, house=HOUSE, session=session, envelope=envelope)
    _, verdict = asyncio.run(examine(policy, inquiry, facts, raw))
    return {judged.check.id: judged for judged in verdict.judged}


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.place)
def test_each_sample_is_judged_as_it_says(sample: Sample) -> None:
    """A check that sees too little or too much is worse than none."""
    found = findings(sample)
    assert (sample.check in found) is sample.fires, sorted(found)
    if sample.fires:
        judged = found[sample.check]
        assert judged.finding.temporary is sample.given.get("temporary", False)
        if "observed" in sample.given:
            assert sample.given["observed"].encode() in judged.finding.observed
        for language in ("en", "de"):
            said = judged.check.said(judged.finding, language)
            assert said
            assert "{" not in said
            assert len(said) < 300


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_each_check_has_samples_both_ways(check) -> None:
    """One must fire, two must not."""
    own = [sample for sample in ALL if sample.check == check.id]
    assert sum(sample.fires for sample in own) >= 1
    assert sum(not sample.fires for sample in own) >= 2
    assert all(len(sample.given["why"]) > 15 for sample in own)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_of_what_is_not_known_yet_nothing_is_said(check) -> None:
    """Each check can be asked at any stage."""
    assert check.judge(
        Facts(now=NOW, house=HOUSE, session=Session(address=ip_address("192.0.2.9")))
    ) is None or (check.stage < Stage.MESSAGE)


def test_samples_are_of_checks_that_there_are() -> None:
    """A slug that was renamed leaves nothing behind."""
    assert {sample.check for sample in ALL} <= {check.id for check in CHECKS}


def test_the_mail_of_the_samples_is_good() -> None:
    """What they differ in decides, and nothing else."""
    assert findings(Sample("mail.none", "good", fires=False, given={})) == {}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_each_check_speaks_both_languages_and_obeys_the_codes(check) -> None:
    """Law 1: what is published is what is enforced."""
    assert check.id.startswith("mail.")
    for text in (check.summary, check.remedy, check.reply.sentence):
        assert len({text.en, text.de, ""}) == 3
    assert str(check.reply.code)[0] == check.reply.enhanced[0]
    assert check.reply.sentence.en.isascii()
    if check.temporary is not None:
        assert check.temporary.code // 100 == 4
        assert check.temporary.enhanced[0] == "4"
    assert check.standard_action.strength <= check.strict_action.strength
