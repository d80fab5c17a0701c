"""The queue between network and reader is bounded and keeps the order."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from pforte.sources.inbox import Inbox

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_lines_come_out_in_order_and_in_parcels_of_bounded_size():
    inbox = Inbox(20, 1000)
    sent = [b"line %d\n" % number for number in range(20)]
    for each in sent:
        inbox.put(each, NOW)
    parcels = []
    while (parcel := inbox.take()) is not None:
        parcels.append(parcel)
        assert parcel.size == sum(map(len, parcel.lines)) < 20 + 9
        assert parcel.received == NOW
    assert [line for parcel in parcels for line in parcel.lines] == sent
    assert inbox.size == 0


@pytest.mark.parametrize(("later", "together"), [(0.5, True), (1.5, False), (-1, False)])
def test_a_parcel_holds_what_arrived_together(later, together):
    """A clock that was put back begins a new parcel too."""
    inbox = Inbox(1000, 1000)
    inbox.put(b"one\n", NOW)
    inbox.put(b"two\n", NOW + timedelta(seconds=later))
    assert (inbox.take().lines == [b"one\n", b"two\n"]) == together


def test_full_and_roomy():
    inbox = Inbox(10, 10)
    assert inbox.roomy
    inbox.put(b"123456\n", NOW)
    assert not inbox.full
    assert not inbox.roomy
    inbox.put(b"123456\n", NOW)
    assert inbox.full
    inbox.take()
    assert not inbox.full


def test_waiting_ends_with_a_line_or_a_call():
    async def run():
        inbox = Inbox(10, 10)
        waiting = asyncio.ensure_future(inbox.wait())
        await asyncio.sleep(0)
        assert not waiting.done()
        inbox.put(b"x\n", NOW)
        await waiting
        waiting = asyncio.ensure_future(inbox.wait())
        await asyncio.sleep(0)
        assert not waiting.done()
        inbox.wake()
        await waiting

    asyncio.run(run())
