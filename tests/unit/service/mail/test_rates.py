"""Rates count over sliding windows, over restarts and over processes."""

import asyncio
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

from pforte.service.mail import rates as module
from pforte.service.mail.rates import FRESH, Rates
from pforte.settings.mail import MailRateSettings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HERE, THERE = ip_network("192.0.2.1/32"), ip_network("192.0.2.2/32")
LIMITS = MailRateSettings(connections=3, at_once=2, messages=0, failed_recipients=1)


class Shared:
    """Stands for the register."""

    def __init__(self):
        self.counts = {}
        self.asked = 0

    async def recall(self, network, since):
        self.asked += 1
        return {
            (what, begun): count
            for (each, what, begun), count in self.counts.items()
            if each == network and begun >= since
        }

    def save(self, taken):
        for key, count in taken.items():
            self.counts[key] = self.counts.get(key, 0) + count


def test_a_limit_is_exceeded_by_one_more_and_slides():
    rates = Rates(LIMITS, Shared().recall)
    for second in range(4):
        assert rates.over(HERE, NOW) == {}
        rates.count(HERE, "connections", NOW + timedelta(seconds=second))
    assert rates.over(HERE, NOW + timedelta(seconds=4)) == {"connections": "4 in a minute, at most 3"}
    assert rates.over(THERE, NOW) == {}
    assert rates.over(HERE, NOW + timedelta(seconds=61)) == {}


def test_zero_is_without_limit():
    rates = Rates(LIMITS, Shared().recall)
    for _ in range(1000):
        rates.count(HERE, "messages", NOW)
    assert rates.over(HERE, NOW) == {}


def test_connections_at_the_same_time_count_while_they_last():
    rates = Rates(LIMITS, Shared().recall)
    for _ in range(3):
        rates.connect(HERE)
    assert rates.over(HERE, NOW) == {"at-once": "3 at the same time, at most 2"}
    rates.disconnect(HERE)
    assert rates.over(HERE, NOW) == {}


def test_a_restart_forgets_nothing_that_was_shared_and_counts_nothing_twice():
    shared = Shared()
    first = Rates(LIMITS, shared.recall)
    for _ in range(2):
        first.count(HERE, "failed-recipients", NOW)
    shared.save(first.take())
    assert first.take() == {}
    assert first.over(HERE, NOW) == {"failed-recipients": "2 in an hour, at most 1"}
    second = Rates(LIMITS, shared.recall)
    asyncio.run(second.refresh(HERE, NOW))
    asyncio.run(second.refresh(HERE, NOW))
    assert shared.asked == 1
    assert second.over(HERE, NOW) == {"failed-recipients": "2 in an hour, at most 1"}


def test_processes_see_each_other_after_a_while():
    shared = Shared()
    one, other = Rates(LIMITS, shared.recall), Rates(LIMITS, shared.recall)
    asyncio.run(other.refresh(HERE, NOW))
    for _ in range(2):
        one.count(HERE, "failed-recipients", NOW)
    shared.save(one.take())
    asyncio.run(other.refresh(HERE, NOW + FRESH))
    assert "failed-recipients" in other.over(HERE, NOW + FRESH)


def test_memory_is_bounded_and_nobody_connected_or_unshared_is_forgotten(monkeypatch):
    monkeypatch.setattr(module, "MOST_NETWORKS", 2)
    rates = Rates(LIMITS, Shared().recall)
    rates.count(HERE, "connections", NOW)
    rates.connect(THERE)
    for last in range(10):
        rates.over(ip_network(f"198.51.100.{last}/32"), NOW)
    assert set(rates._known) >= {HERE, THERE}
    assert len(rates._known) == 3


def test_steps_that_are_in_no_window_any_more_are_forgotten():
    shared = Shared()
    rates = Rates(LIMITS, shared.recall)
    for minute in range(100):
        rates.count(HERE, "connections", NOW + timedelta(minutes=minute))
        shared.save(rates.take())
    assert len(rates._known[HERE].shared) < 10


def test_what_could_not_be_stored_is_shared_with_the_next():
    shared = Shared()
    rates = Rates(LIMITS, shared.recall)
    for _ in range(2):
        rates.count(HERE, "failed-recipients", NOW)
    taken = rates.take()
    rates.put_back(taken)
    assert rates.over(HERE, NOW) == {"failed-recipients": "2 in an hour, at most 1"}
    assert rates.take() == taken
