"""Exempt hosts are looked up again and again; trouble takes nobody's exemption away, nor does a restart."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import structlog

from pforte.clock import SetClock
from pforte.dns.resolver import Address, Answer, Resolver, Status, Version
from pforte.dns.zone_file import ZoneFileResolver
from pforte.register.errors import RegisterUnavailableError
from pforte.register.store import Register
from pforte.service.exempting import MISSED, Exempting
from pforte.settings.table import DnsSettings, ExemptSettings, Settings
from pforte.worker import Worker

ZONE = "office.example. A 192.0.2.50\n"
MOVED = "office.example. A 192.0.2.51\n"
SETTINGS = Settings(exempt=ExemptSettings(hosts=("office.example",), networks=("198.51.100.0/24",)))
TROUBLED = ZoneFileResolver(ZONE, troubles={"office.example.": "time-out"})


@pytest.fixture
def clock() -> SetClock:
    return SetClock(datetime(2026, 3, 1, tzinfo=UTC))


@pytest.fixture
def register(tmp_path: Path, clock: SetClock) -> Iterator[Register]:
    with Register.open(tmp_path, clock) as opened:
        yield opened


def look_up(
    exempting: Exempting,
    resolver: Resolver,
    settings: Settings = SETTINGS,
    patience: timedelta | None = None,
) -> None:
    asyncio.run(exempting.look_up(settings, resolver, Worker("test"), patience))


def test_hosts_and_networks_are_exempt(register: Register, clock: SetClock) -> None:
    exempting = Exempting(register, clock)
    look_up(exempting, ZoneFileResolver(ZONE))
    exemptions = exempting.exemptions(SETTINGS)
    assert exemptions.reason(ip_address("192.0.2.50")) == "address of office.example, setting exempt.hosts"
    assert exemptions.reason(ip_address("198.51.100.7")) == "setting exempt.networks"
    assert exemptions.reason(ip_address("127.0.0.1"))
    assert not exemptions.reason(ip_address("203.0.113.1"))


def test_trouble_keeps_the_last_known_address(register: Register, clock: SetClock) -> None:
    """Law 6: a DNS time-out must not shut the office out."""
    exempting = Exempting(register, clock)
    look_up(exempting, ZoneFileResolver(ZONE))
    with structlog.testing.capture_logs() as logged:
        look_up(exempting, TROUBLED)
    assert exempting.exemptions(SETTINGS).reason(ip_address("192.0.2.50"))
    assert [each["event"] for each in logged] == ["exempt.host-unknown"]


def test_a_host_without_an_address_is_told_once(register: Register, clock: SetClock) -> None:
    """A mistyped name exempts nobody, and five minutes later that is no news; once it had an address, it is again."""
    exempting, nowhere = Exempting(register, clock), ZoneFileResolver("other.example. A 192.0.2.1\n")
    with structlog.testing.capture_logs() as logged:
        look_up(exempting, nowhere)
        look_up(exempting, nowhere)
        look_up(exempting, ZoneFileResolver(ZONE))
        look_up(exempting, nowhere)
    assert [(each["event"], each["log_level"], each["host"]) for each in logged] == [
        ("exempt.host-absent", "warning", "office.example")
    ] * 2


def test_a_host_that_moved_leaves_its_old_address(register: Register, clock: SetClock) -> None:
    exempting = Exempting(register, clock)
    look_up(exempting, ZoneFileResolver(ZONE))
    look_up(exempting, ZoneFileResolver(MOVED))
    assert not exempting.exemptions(SETTINGS).reason(ip_address("192.0.2.50"))
    assert exempting.exemptions(SETTINGS).reason(ip_address("192.0.2.51"))


def test_a_start_with_dead_dns_spares_a_host_known_before(register: Register, clock: SetClock) -> None:
    """The network may well come up after us."""
    look_up(Exempting(register, clock), ZoneFileResolver(ZONE))
    restarted = Exempting(register, clock)
    look_up(restarted, TROUBLED)
    assert restarted.exemptions(SETTINGS).reason(ip_address("192.0.2.50"))


def test_a_name_whose_addresses_change_all_the_time_does_not_fill_the_register(
    register: Register, clock: SetClock
) -> None:
    exempting = Exempting(register, clock)
    for turn in range(10):
        look_up(exempting, ZoneFileResolver(MOVED if turn % 2 else ZONE))
        clock.move(timedelta(minutes=5))
    assert len(register.documents("host:office.example")) == 1


def test_what_is_known_over_a_restart_is_the_last_answer(register: Register, clock: SetClock) -> None:
    """It was up to an hour old: a host that had moved was banned when the DNS was silent at the start."""
    exempting = Exempting(register, clock)
    look_up(exempting, ZoneFileResolver(ZONE))
    clock.move(timedelta(minutes=5))
    look_up(exempting, ZoneFileResolver(MOVED))
    restarted = Exempting(register, clock)
    look_up(restarted, TROUBLED)
    assert restarted.exemptions(SETTINGS).reason(ip_address("192.0.2.51"))
    assert not restarted.exemptions(SETTINGS).reason(ip_address("192.0.2.50"))


class Split:
    """A resolver that answers for each version by itself."""

    def __init__(self, four: Answer[Address], six: Answer[Address]) -> None:
        self.answers = {4: four, 6: six}

    async def addresses(self, _: str, version: Version | None = None) -> Answer[Address]:
        assert version is not None
        return self.answers[version]


def found(*addresses: str, status: Status = Status.FOUND) -> Answer[Address]:
    trouble = "the answer is too large" if status is Status.TROUBLE else ""
    return Answer(status=status, values=tuple(map(ip_address, addresses)), trouble=trouble)


SILENT: Answer[Address] = Answer(status=Status.TROUBLE, trouble="time-out")


def known(exempting: Exempting) -> list[str]:
    networks = exempting.exemptions(SETTINGS).networks()
    return sorted(str(network.network_address) for network, reason in networks if "office" in reason)


def test_an_answer_counts_though_the_other_version_is_in_trouble(register: Register, clock: SetClock) -> None:
    """Old addresses of a host stayed exempt for as long as its AAAA could not be had."""
    exempting = Exempting(register, clock)
    look_up(exempting, Split(found("192.0.2.50"), found("2001:db8:50::")))  # type: ignore[arg-type]
    with structlog.testing.capture_logs() as logged:
        look_up(exempting, Split(found("192.0.2.51"), SILENT))  # type: ignore[arg-type]
    assert known(exempting) == ["192.0.2.51", "2001:db8:50::"]
    assert [(each["event"], each["text"]) for each in logged] == [("exempt.host-unknown", "time-out")]
    look_up(exempting, Split(SILENT, found("2001:db8:51::")))  # type: ignore[arg-type]
    assert known(exempting) == ["192.0.2.51", "2001:db8:51::"]
    look_up(exempting, Split(SILENT, Answer(status=Status.NONE)))  # type: ignore[arg-type]
    assert known(exempting) == ["192.0.2.51"]


def test_answers_that_name_a_part_only_let_nobody_stay_for_ever(register: Register, clock: SetClock) -> None:
    """An address that they have not named for a day is gone; one they name again begins anew."""
    exempting = Exempting(register, clock)
    nothing: Answer[Address] = Answer(status=Status.NONE)
    look_up(exempting, Split(found("192.0.2.50", "192.0.2.51"), found("2001:db8:50::")))  # type: ignore[arg-type]
    parts = [Split(found(f"192.0.2.{n}", status=Status.TROUBLE), nothing) for n in (51, 52, 52)]
    for part in parts:
        look_up(exempting, part)  # type: ignore[arg-type]
        clock.move(MISSED / 2)
    assert known(exempting) == ["192.0.2.51", "192.0.2.52"]
    look_up(exempting, parts[1])  # type: ignore[arg-type]
    assert known(exempting) == ["192.0.2.52"]


def test_days_without_an_answer_take_nobody_away(register: Register, clock: SetClock) -> None:
    """Only answers do: the first one after a long silence may name a part."""
    exempting = Exempting(register, clock)
    look_up(exempting, Split(found("192.0.2.50"), SILENT))  # type: ignore[arg-type]
    for _ in range(4):
        clock.move(MISSED)
        look_up(exempting, Split(SILENT, SILENT))  # type: ignore[arg-type]
    look_up(exempting, Split(found("192.0.2.51", status=Status.TROUBLE), SILENT))  # type: ignore[arg-type]
    assert known(exempting) == ["192.0.2.50", "192.0.2.51"]


class Away:
    """A register that cannot be reached."""

    def documents(self, name: str) -> list[object]:
        raise RegisterUnavailableError("away")

    def replace_document(self, *_: object) -> None:
        raise RegisterUnavailableError("disk full")


def test_a_register_that_is_away_costs_no_exemption(clock: SetClock) -> None:
    exempting = Exempting(Away(), clock)  # type: ignore[arg-type]
    with structlog.testing.capture_logs() as logged:
        look_up(exempting, ZoneFileResolver(ZONE))
    assert exempting.exemptions(SETTINGS).reason(ip_address("192.0.2.50"))
    assert [each["event"] for each in logged] == ["exempt.hosts-not-stored"]


class Slow:
    """A resolver that answers when it is let, and counts who asks at once."""

    def __init__(self, *, answers: bool) -> None:
        self.answers = answers
        self.asking = self.most = 0

    async def addresses(self, name: str, version: Version | None = None) -> Answer[Address]:
        self.asking += 1
        self.most = max(self.most, self.asking)
        for _ in range(3):
            await asyncio.sleep(0)
        if not self.answers:
            await asyncio.Event().wait()
        self.asking -= 1
        return Answer(status=Status.FOUND, values=(ip_address("192.0.2.50"),))


def test_hosts_are_looked_up_at_once_within_what_the_resolver_asks_at_once(
    register: Register, clock: SetClock
) -> None:
    hosts = tuple(f"host{number}.example" for number in range(50))
    settings = Settings(exempt=ExemptSettings(hosts=hosts), dns=DnsSettings(concurrency=20))
    resolver = Slow(answers=True)
    look_up(Exempting(register, clock), resolver, settings)  # type: ignore[arg-type]
    assert resolver.most == 20


def test_dead_dns_costs_the_patience_once_for_all_hosts(register: Register, clock: SetClock) -> None:
    """However many hosts there are, the start is not held up longer."""
    hosts = tuple(f"host{number}.example" for number in range(50))
    settings = Settings(exempt=ExemptSettings(hosts=hosts), dns=DnsSettings(concurrency=2))
    resolver = Slow(answers=False)
    with structlog.testing.capture_logs() as logged:
        look_up(Exempting(register, clock), resolver, settings, timedelta(milliseconds=10))  # type: ignore[arg-type]
    assert len([each for each in logged if each["event"] == "exempt.host-unknown"]) == 50
    assert resolver.most == 2
