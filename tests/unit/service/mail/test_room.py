"""Mail is judged by the settings in force, kept in the register, and led to the ladder."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

import pytest
import structlog

from pforte.bans.ban import Ban
from pforte.clock import SetClock
from pforte.dns.zone_file import ZoneFileResolver
from pforte.gates.table.gate import TableGate
from pforte.mail.checks.declaration import Action, Stage
from pforte.mail.session import Envelope, Moved, Oddity, Session, Tls
from pforte.register.errors import RegisterUnavailableError
from pforte.register.mails import MailQuery
from pforte.register.store import Register
from pforte.service.mail.room import MailRoom
from pforte.settings.mail import MailRateSettings, MailSettings
from pforte.settings.table import DeskSettings, ServiceSettings, Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ZONE = """
9.2.0.192.in-addr.arpa. PTR mail.sender.example.
mail.sender.example. A 192.0.2.9
sender.example. MX 10 mail.sender.example.
sender.example. TXT "v=spf1 ip4:192.0.2.9 -all"
"""
RATES = MailRateSettings(connections=2, greylist=timedelta(0))
SETTINGS = Settings(
    mail=MailSettings(host="mx.pforte.example", watch=timedelta(0), rates=RATES),
    desk=DeskSettings(contact="https://pforte.example/r/{reference}"),
)
GOOD = Session(address=ip_address("192.0.2.9"), helo="mail.sender.example", tls=Tls("TLSv1.3"))
NAMELESS = replace(GOOD, address=ip_address("198.51.100.9"))
ENVELOPE = Envelope(sender="a@sender.example", recipients=("b@pforte.example",))
MAIL = (
    b"From: a@sender.example\r\nTo: b@pforte.example\r\nDate: Sun, 1 Mar 2026 12:00:00 +0000\r\n"
    b"Message-ID: <1@sender.example>\r\nSubject: Lunch\r\n\r\nAt one?\r\n"
)


BAN = Ban(
    network=ip_network("198.51.100.0/24"),
    rung=1,
    starts=NOW,
    ends=NOW + timedelta(hours=1),
    reference="PF-7K3M-Q2XD",
    reason="visit.xss",
)


class House:
    """A room with a register on the disk."""

    def __init__(self, folder, settings=SETTINGS):
        self.clock = SetClock(NOW)
        self.register = Register.open(folder, self.clock)
        self.caught = []
        self.settings = settings
        self.table = TableGate(())
        self.room = MailRoom(
            settings, self.register, ZoneFileResolver(ZONE), self.table, self.clock, self.caught.append
        )

    def duty(self, number):
        return self.room.duties()[number].act()


@asynccontextmanager
async def opened(folder, settings=SETTINGS):
    house = House(folder, settings)
    try:
        yield house
    finally:
        await house.room.close()
        house.register.close()


def examined(tmp_path, session, settings=SETTINGS):
    async def run():
        async with opened(tmp_path, settings) as house:
            outcome = await house.room.examine(session, ENVELOPE, MAIL)
            await house.duty(0)
            return (
                outcome,
                house.register.judged_mails(MailQuery()),
                house.register.mail_hours(NOW, NOW + timedelta(hours=1)),
            )

    return asyncio.run(run())


def test_good_mail_passes_and_is_only_counted(tmp_path):
    outcome, kept, hours = examined(tmp_path, GOOD)
    assert (outcome.answer, kept, hours) == (None, [], {NOW: {"off": 1}})


def test_a_refusal_is_kept_under_the_reference_that_the_sender_hears(tmp_path):
    outcome, (case,), hours = examined(tmp_path, NAMELESS)
    assert (outcome.answer.code, outcome.answer.enhanced) == (550, "5.7.25")
    assert outcome.answer.texts[1] == f"https://pforte.example/r/{case.reference}"
    assert (case.action, case.sender, case.recipients) == (
        Action.REJECT,
        "a@sender.example",
        ("b@pforte.example",),
    )
    assert hours == {NOW: {"reject": 1}}


@pytest.mark.parametrize(
    "settings",
    [
        replace(SETTINGS, mail=replace(SETTINGS.mail, watch=timedelta(days=7))),
        replace(SETTINGS, service=ServiceSettings(simulate=True)),
    ],
)
def test_a_new_installation_and_a_simulation_only_record(tmp_path, settings):
    outcome, (case,), _ = examined(tmp_path, NAMELESS, settings)
    assert outcome.answer is None
    assert (case.action, case.wanted) == (Action.WATCH, Action.REJECT)


def test_the_time_of_watching_ends_by_itself_and_is_known_after_a_restart(tmp_path):
    settings = replace(SETTINGS, mail=replace(SETTINGS.mail, watch=timedelta(days=7)))

    async def run():
        async with opened(tmp_path, settings) as house:
            await house.room.examine(GOOD, ENVELOPE, MAIL)
            await house.duty(0)
            house.clock.move(timedelta(days=7, hours=1))
            before = house.room.is_watching
            with structlog.testing.capture_logs() as log:
                await house.duty(0)
            after = house.room.is_watching
        async with opened(tmp_path, settings) as again:
            again.clock.move(timedelta(days=8))
            again.room.take_over(settings)
            return before, after, again.room.is_watching, [each["event"] for each in log]

    assert asyncio.run(run()) == (True, False, False, ["mail.enforcing"])


def test_an_attack_on_the_wire_reaches_the_ladder(tmp_path):
    async def run():
        async with opened(tmp_path) as house:
            reception = house.room.receive(GOOD)
            await reception.connected()
            answer = await reception.moved(Moved(Oddity.SMUGGLING, b"\n.\r\n"))
            reception.closed()
            return answer, house.caught

    answer, (offence,) = asyncio.run(run())
    assert (answer.code, answer.enhanced, answer.closes) == (550, "5.5.2", True)
    assert (offence.check, offence.kind, str(offence.network)) == ("mail.line-ends", "attack", "192.0.2.9/32")


def test_too_many_connections_are_put_off_also_after_a_restart(tmp_path):
    async def run():
        async with opened(tmp_path) as house:
            answers = []
            for _ in range(3):
                reception = house.room.receive(GOOD)
                answers.append(await reception.connected())
                reception.closed()
        async with opened(tmp_path) as again:
            answers.append(await again.room.receive(GOOD).connected())
        return [answer and answer.enhanced for answer in answers]

    assert asyncio.run(run()) == [None, None, "4.7.28", "4.7.28"]


def test_new_settings_hold_for_the_next_session(tmp_path):
    mild = replace(SETTINGS, mail=replace(SETTINGS.mail, exempt_networks=("198.51.100.0/24",)))

    async def run():
        async with opened(tmp_path) as house:
            await house.room.examine(NAMELESS, ENVELOPE, MAIL)
            house.room.take_over(mild)
            outcome = await house.room.examine(NAMELESS, ENVELOPE, MAIL)
            await house.duty(0)
            return outcome.answer, house.register.mail_hours(NOW, NOW + timedelta(hours=1))

    assert asyncio.run(run()) == (None, {NOW: {"reject": 1, "watch": 1}})


def test_counts_wait_while_the_register_is_away(tmp_path, monkeypatch):
    def fail(*_):
        raise RegisterUnavailableError("away")

    async def run():
        async with opened(tmp_path) as house:
            await house.room.examine(GOOD, ENVELOPE, MAIL)
            with monkeypatch.context() as patch:
                patch.setattr(Register, "count_mails", fail)
                with pytest.raises(RegisterUnavailableError):
                    await house.duty(0)
            await house.duty(0)
            return house.register.mail_hours(NOW, NOW + timedelta(hours=1))

    assert asyncio.run(run()) == {NOW: {"off": 1}}


def test_old_mails_are_forgotten(tmp_path):
    async def run():
        async with opened(tmp_path) as house:
            await house.room.examine(NAMELESS, ENVELOPE, MAIL)
            house.clock.move(timedelta(days=91))
            await house.duty(1)
            return house.register.judged_mails(MailQuery())

    assert asyncio.run(run()) == []


def test_a_block_list_out_of_order_is_told(tmp_path):
    settings = replace(SETTINGS, mail=replace(SETTINGS.mail, lists=("bl.example",)))
    with structlog.testing.capture_logs() as log:
        outcome, _, _ = examined(tmp_path, GOOD, settings)
    assert outcome.answer is None
    assert [each["event"] for each in log if "list" in each] == ["mail.list-off"]


def test_the_policy_service_counts_each_mail_once_and_keeps_what_it_only_watches(tmp_path):
    settings = replace(SETTINGS, mail=replace(SETTINGS.mail, watch=timedelta(days=7)))

    async def run():
        async with opened(tmp_path, settings) as house:
            answers = [
                await house.room.ask(
                    NAMELESS, replace(ENVELOPE, recipients=(each,)), Stage.RECIPIENT, "1a.2b"
                )
                for each in ("b@pforte.example", "c@pforte.example")
            ]
            await house.duty(0)
            house.clock.move(timedelta(days=8))
            await house.duty(0)
            answers.append(await house.room.ask(NAMELESS, ENVELOPE, Stage.RECIPIENT, "3c.4d"))
            return (
                answers,
                house.register.mail_hours(NOW, NOW + timedelta(hours=1)),
                house.register.first_mail(),
            )

    answers, hours, first = asyncio.run(run())
    assert [answer and answer.code for answer in answers] == [None, None, 550]
    assert (hours, first) == ({NOW: {"watch": 1}}, NOW)


def test_connections_that_the_policy_service_hears_of_count(tmp_path):
    async def run():
        async with opened(tmp_path) as house:
            return [await house.room.ask(GOOD, Envelope(), Stage.CONNECT, "") for _ in range(3)]

    assert [answer and answer.enhanced for answer in asyncio.run(run())] == [None, None, "4.7.28"]


def test_a_ban_holds_while_the_policy_only_watches(tmp_path):
    settings = replace(SETTINGS, mail=replace(SETTINGS.mail, watch=timedelta(days=7)))

    async def run():
        async with opened(tmp_path, settings) as house:
            house.table.load((BAN,), NOW)
            return await house.room.receive(NAMELESS).connected()

    answer = asyncio.run(run())
    assert (answer.code, answer.reference, answer.closes) == (554, BAN.reference, True)
