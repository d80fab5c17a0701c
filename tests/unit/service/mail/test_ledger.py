"""Refusals are kept before they are told, and what was done is counted."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address

import structlog

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Reply, Stage, finding_of
from pforte.mail.facts import Facts, House, Shut
from pforte.mail.session import Session
from pforte.mail.verdict import Judged, Verdict
from pforte.net.addresses import network_of
from pforte.service.mail import keeping as module
from pforte.service.mail.keeping import Keeping
from pforte.service.mail.ledger import MailLedger
from pforte.service.mail.rates import Rates
from pforte.settings.mail import MailRateSettings
from pforte.worker import Worker

SAID = Text(en="wrong", de="falsch")
CHECK = Check(
    id="mail.wrong",
    stage=Stage.MESSAGE,
    standard="RFC 5321 s2.3.8",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(550, "5.5.2", SAID),
    summary=SAID,
    remedy=SAID,
    judge=lambda _: None,
)
VERDICT = Verdict((Judged(CHECK, finding_of("mail.wrong", b"", "right"), Action.REJECT, Action.REJECT),))
FACTS = Facts(
    now=datetime(2026, 3, 1, 12, 34, tzinfo=UTC),
    house=House(),
    session=Session(address=ip_address("192.0.2.1")),
)


class Store:
    """Stands for the register."""

    def __init__(self):
        self.batches = []

    def file(self, cases):
        self.batches.append(len(cases))
        done = sum(self.batches) - len(cases)
        return [replace(case, reference=f"PF-{done + place}") for place, case in enumerate(cases)]


async def nothing(_network, _since):
    return {}


RATES = MailRateSettings(messages=1, failed_recipients=1, at_once=1)


def made(store, contact="https://example.org/r/{reference}", rates=None, **options):
    counting = rates or Rates(RATES, nothing)
    return MailLedger(
        keeping=Keeping(store.file, Worker("test")),
        contact=contact,
        rates=counting,
        charge=network_of,
        counted=Counter(),
        **options,
    )


def test_a_mail_that_passes_waits_for_nothing():
    """It is announced at once and kept with others; nobody was told a reference to it."""
    store, told = Store(), []
    marked = Verdict((Judged(CHECK, finding_of("mail.wrong", b"", "right"), Action.MARK, Action.REJECT),))
    ledger = made(store, announce=lambda facts, verdict, reference: told.append(reference))

    async def run():
        passed = [await ledger.file(FACTS, marked) for _ in range(3)]
        assert (passed, told, store.batches) == (["", "", ""], ["", "", ""], [])
        return await ledger.file(FACTS, VERDICT)

    assert asyncio.run(run()) == "PF-3"
    assert (told, store.batches) == (["", "", "", "PF-3"], [4])


def test_a_ban_explains_itself():
    store = Store()
    shut = replace(FACTS, shut=Shut(reference="PF-BAN", ends=FACTS.now))
    ban = replace(CHECK, id="mail.banned", regulation=True)
    verdict = Verdict((Judged(ban, finding_of("mail.banned", b"", "right"), Action.REJECT, Action.REJECT),))
    assert asyncio.run(made(store).file(shut, verdict)) == "PF-BAN"
    assert store.batches == []
    assert (
        asyncio.run(made(store).file(shut, VERDICT)) == "PF-0"
    )  # refused for something else: kept for itself


def test_the_page_names_the_reference_in_any_case():
    assert made(Store()).page("PF-1") == "https://example.org/r/PF-1"
    assert made(Store(), "abuse@example.org").page("PF-1") == "PF-1 abuse@example.org"
    assert made(Store(), "").page("PF-1") == "PF-1"
    assert made(Store()).page("") == ""


def test_mails_are_counted_by_hour_and_what_was_done():
    ledger = made(Store())
    for verdict in (VERDICT, VERDICT, Verdict()):
        ledger.count(FACTS, verdict)
    hour = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert ledger.counted == {(hour, "reject"): 2, (hour, "off"): 1}


def test_what_a_network_does_is_counted():
    rates = Rates(RATES, nothing)
    ledger, network = made(Store(), rates=rates), network_of(FACTS.session.address)
    for _ in range(2):
        rates.connect(network)
        ledger.note_message(FACTS)
        ledger.note_failed(FACTS)
    assert set(rates.over(network, FACTS.now)) == {"messages", "failed-recipients", "at-once"}
    ledger.leave(FACTS)
    assert set(rates.over(network, FACTS.now)) == {"messages", "failed-recipients"}


def test_an_offence_is_announced_whatever_becomes_of_its_filing(monkeypatch):
    monkeypatch.setattr(module, "MOST_WAITING", 1)
    told = []
    ledger = made(Store(), announce=lambda facts, verdict, reference: told.append(reference))

    async def run():
        first = asyncio.create_task(ledger.file(FACTS, VERDICT))
        await asyncio.sleep(0)
        await ledger.file(FACTS, VERDICT)  # does not fit any more
        first.cancel()  # the client is gone
        await asyncio.wait([first])

    with structlog.testing.capture_logs():
        asyncio.run(run())
    assert told == ["", ""]
