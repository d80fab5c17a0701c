"""Refusals are on the disk before their sender hears of them, and mail goes on while the register is away."""

import asyncio
import threading
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
import structlog

from pforte.mail.case import KeptFinding, MailCase
from pforte.mail.checks.declaration import Action
from pforte.register.errors import RegisterError
from pforte.service.mail import keeping as module
from pforte.service.mail.keeping import Keeping
from pforte.worker import Worker

FINDING = KeptFinding(
    check="mail.wrong", action=Action.REJECT, wanted=Action.REJECT, observed=b"", expected="right"
)
CASE = MailCase(
    at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    address=ip_address("192.0.2.1"),
    action=Action.REJECT,
    wanted=Action.REJECT,
    findings=(FINDING,),
)


class Store:
    """Stands for the register; ``held`` keeps it from answering."""

    def __init__(self):
        self.batches = []
        self.error = None
        self.held = threading.Event()
        self.held.set()
        self.asked = threading.Event()

    def file(self, cases):
        self.asked.set()
        self.held.wait(10)
        if self.error:
            raise self.error
        self.batches.append(len(cases))
        done = sum(self.batches) - len(cases)
        return [replace(case, reference=f"PF-{done + place}") for place, case in enumerate(cases)]


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def keeping(store):
    return Keeping(store.file, Worker("test"))


def test_cases_that_come_together_are_written_together(store, keeping):
    async def run():
        return await asyncio.gather(*(keeping.keep(CASE) for _ in range(300)))

    assert len(set(asyncio.run(run()))) == 300
    assert store.batches == [200, 100]


def test_what_nobody_waits_for_is_written_with_the_next_that_somebody_does(store, keeping):
    async def run():
        for _ in range(5):
            keeping.keep_behind(CASE)
        await asyncio.sleep(0)
        assert store.batches == []
        return await keeping.keep(CASE)

    assert asyncio.run(run()) == "PF-5"
    assert store.batches == [6]


def test_what_nobody_waits_for_makes_no_transaction_of_its_own_while_another_is_written(store, keeping):
    """Under load each mail that passes would otherwise cost one."""

    async def run():
        store.held.clear()
        first = asyncio.create_task(keeping.keep(CASE))
        while not store.asked.is_set():  # noqa: ASYNC110  a thread is asked
            await asyncio.sleep(0)
        for _ in range(5):
            keeping.keep_behind(CASE)
        store.held.set()
        await first
        await asyncio.sleep(0)
        assert store.batches == [1]
        await keeping.finish()

    asyncio.run(run())
    assert store.batches == [1, 5]


def test_much_is_written_though_nobody_waits(store, keeping):
    async def run():
        for _ in range(module.MOST_AT_ONCE):
            keeping.keep_behind(CASE)
        while not store.batches:  # noqa: ASYNC110  a thread writes it
            await asyncio.sleep(0.001)

    asyncio.run(asyncio.wait_for(run(), 10))
    assert store.batches == [200]


@pytest.mark.parametrize("waiting", [0, 1, 200, 401])
def test_finishing_writes_all_that_waits(store, keeping, waiting):
    async def run():
        store.held.clear()
        first = asyncio.create_task(keeping.keep(CASE))
        while not store.asked.is_set():  # noqa: ASYNC110  a thread is asked
            await asyncio.sleep(0)
        for _ in range(waiting):
            keeping.keep_behind(CASE)
        store.held.set()
        await keeping.finish()
        assert sum(store.batches) == waiting + 1
        await first
        await keeping.finish()  # nothing waits any more

    asyncio.run(asyncio.wait_for(run(), 10))


def test_mail_goes_on_without_a_reference_while_the_register_is_away(store, keeping):
    async def run():
        store.error = RegisterError("disk full")
        keeping.keep_behind(CASE)
        first = await keeping.keep(CASE)
        store.error = None
        return first, await keeping.keep(CASE)

    with structlog.testing.capture_logs() as log:
        assert asyncio.run(run()) == ("", "PF-0")
    assert [(each["event"], each.get("checks")) for each in log] == [
        ("register.unavailable", None),
        ("mail.not-kept", "mail.wrong"),
        ("mail.not-kept", "mail.wrong"),
    ]


def test_more_than_can_wait_is_told_and_not_kept(monkeypatch, keeping):
    monkeypatch.setattr(module, "MOST_WAITING", 1)

    async def run():
        kept = await asyncio.gather(*(keeping.keep(CASE) for _ in range(2)))
        keeping.keep_behind(CASE)
        keeping.keep_behind(CASE)
        return kept

    with structlog.testing.capture_logs() as log:
        assert asyncio.run(run()) == ["PF-0", ""]
    assert [each["event"] for each in log] == ["mail.not-kept"] * 2


def test_who_is_gone_is_not_told(store, keeping):
    async def run():
        gone = asyncio.create_task(keeping.keep(CASE))
        await asyncio.sleep(0)
        gone.cancel()
        return await keeping.keep(CASE)

    assert asyncio.run(run()) == "PF-1"
    assert store.batches == [2]


def test_nobody_waits_for_ever_when_keeping_breaks(store, keeping):
    store.error = ZeroDivisionError()

    async def run():
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        return await asyncio.wait_for(keeping.keep(CASE), 10)

    assert asyncio.run(run()) == ""
