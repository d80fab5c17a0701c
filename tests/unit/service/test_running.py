"""A line that is written becomes a ban in the register, at the gates, and only once."""

import asyncio
import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import structlog
from service_steps import until

from pforte.bans.ban import Ban
from pforte.clock import SystemClock
from pforte.commands import Call
from pforte.dns.resolver import Address, Answer, Status, Version
from pforte.gates.gate import GateError
from pforte.gates.table.gate import TableGate
from pforte.net.addresses import parse_network
from pforte.register.acts import Order, Pardon
from pforte.register.batch import Filed
from pforte.register.queries import BanQuery
from pforte.register.store import Register, locate
from pforte.service import running
from pforte.service.judging import Judging, Rules
from pforte.service.running import HungError, Service, run
from pforte.sources.robots_txt import Fetched, FetchStatus

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
ATTACK = '{ip} - - [{at}] "GET /static/..%2f..%2f..%2fetc%2fpasswd HTTP/1.1" 404 153 "-" "curl/8.5.0"\n'
CONFIG = """\
[service]
state = "{folder}/state"
simulate = {simulate}
[exempt]
own = false
gateway = false
resolvers = false
networks = {exempt}
[dns]
servers = ["127.0.0.1"]
port = 9
timeout = "1s"
[check."visit.path-traversal"]
mode = "{mode}"
[[source]]
path = "{folder}/access.log"
format = "combined"
start = "beginning"
timezone = "{zone}"
[gate.files]
enabled = true
kinds = ["json"]
"""


@dataclass
class House:
    """A service under test: its folder, and how its settings read."""

    folder: Path
    exempt: str = "[]"
    mode: str = "enforce"
    zone: str = "UTC"
    simulate: bool = False
    more: str = ""
    logged: list[MutableMapping[str, Any]] = field(default_factory=list)

    def configure(self) -> Call:
        config = self.folder / "pforte.toml"
        known = CONFIG.format(
            folder=self.folder,
            simulate=str(self.simulate).lower(),
            exempt=self.exempt,
            mode=self.mode,
            zone=self.zone,
        )
        config.write_text(known + self.more)
        return Call(config, (), run)

    def attack(self, *addresses: str) -> None:
        at = SystemClock().now().strftime("%d/%b/%Y:%H:%M:%S +0000")
        with (self.folder / "access.log").open("a") as log:
            log.writelines(ATTACK.format(ip=address, at=at) for address in addresses)

    def bans(self) -> list[Ban]:
        with Register.open(locate(self.configure().settings()), SystemClock()) as register:
            return list(register.bans(BanQuery(limit=1000)).bans)

    def blocked(self) -> set[str]:
        path = self.folder / "state" / "files" / "bans.json"
        return (
            {entry["network"] for entry in json.loads(path.read_text())["bans"]} if path.exists() else set()
        )

    def play(self, act: "Callable[[Service], Awaitable[None]]") -> None:
        """Run the service, act beside it, and stop it cleanly."""

        async def main() -> None:
            call = self.configure()
            service = Service(call, call.settings(), SystemClock())
            running = asyncio.create_task(service.run())
            try:
                await until(lambda: bool(self.events("service.ready")))
                await act(service)
            finally:
                service.stop()
                await running

        with structlog.testing.capture_logs() as self.logged:
            asyncio.run(main())

    def events(self, name: str) -> list[MutableMapping[str, Any]]:
        return [each for each in self.logged if each["event"] == name]


def test_a_line_becomes_a_ban_at_the_gate(tmp_path: Path) -> None:
    """The journey of a visit, from the file to the gate; it is told once, with reference and reason."""
    house = House(tmp_path)

    async def act(_: Service) -> None:
        house.attack("198.18.0.1")
        await until(lambda: house.blocked() == {"198.18.0.1/32"})

    house.play(act)
    (ban,) = house.bans()
    assert ban.rung == 1
    (told,) = house.events("ban.begin")
    assert told["reference"] == ban.reference
    assert told["reason"] == "visit.path-traversal"


MAIL = """
[check."visit.mail-relay"]
mode = "enforce"
[[source]]
path = "{folder}/mail.log"
format = "postfix"
start = "beginning"
"""
REFUSED = (
    "{at:%Y-%m-%dT%H:%M:%S}+00:00 mail postfix/smtpd[700]: NOQUEUE: reject: RCPT from unknown[198.18.0.9]: 554 5.7.1 "
    "<{to}>: Relay access denied; from=<ann@example.com> to=<{to}> proto=ESMTP helo=<h>\n"
)


def test_a_mail_queue_that_tries_again_stays_on_its_rung(tmp_path: Path) -> None:
    """REGULATION R9: the same mail leads to the same rung, mail to others climbs, and the register tells why."""
    house = House(tmp_path, more=MAIL.format(folder=tmp_path))
    now = SystemClock().now()
    tries = [(5 * HOUR, ("x", "y", "z")), (3 * HOUR, ("z", "x", "y")), (MINUTE, ("x", "y", "w"))]
    log = [
        REFUSED.format(at=now - ago, to=f"{to}@example.net") for ago, recipients in tries for to in recipients
    ]
    (tmp_path / "mail.log").write_text("".join(log))

    async def act(_: Service) -> None:
        await until(lambda: len(house.bans()) == 3)

    house.play(act)
    filed = _offences(house)
    assert [each.why for each in filed] == [
        "first offence",
        "the same message was tried again: same rung (R9)",
        "repeated within the window of rung 1",
    ]
    first, again, other = [each.offence.act for each in filed]
    assert first == again != other
    assert "example.net" not in first
    assert [(ban.rung, ban.act) for ban in house.bans()] == [(2, other), (1, again), (1, first)]


MIXED = """
[[source]]
path = "{folder}/syslog"
start = "beginning"
[check."visit.ssh-unknown-user"]
mode = "enforce"
"""


def test_one_syslog_file_of_sshd_and_nginx_convicts_both(tmp_path: Path) -> None:
    """Each program has its own format; whichever came first decided for the other. Reading again doubles nothing."""
    house = House(tmp_path, more=MIXED.format(folder=tmp_path))
    now = SystemClock().now()
    at, stamp = now.strftime("%d/%b/%Y:%H:%M:%S +0000"), now.strftime("%Y-%m-%dT%H:%M:%S+00:00")
    guess = "{stamp} mail sshd[{n}]: Failed password for invalid user u{n} from 198.18.0.1 port 40022 ssh2\n"
    lines = [guess.format(stamp=stamp, n=n) for n in range(20)]
    lines.insert(1, f"{stamp} web nginx: {ATTACK.format(ip='198.18.0.2', at=at)}")
    (tmp_path / "syslog").write_text("".join(lines))

    async def act(_: Service) -> None:
        await until(lambda: house.blocked() == {"198.18.0.1/32", "198.18.0.2/32"})

    house.play(act)
    (visit,) = [each.offence for each in _offences(house) if each.offence.check == "visit.path-traversal"]
    assert (visit.line, str(visit.address)) == (2, "198.18.0.2")
    assert visit.evidence == lines[1].strip().encode()


def test_a_restart_reads_nothing_twice(tmp_path: Path) -> None:
    """The read position stands in the same transaction as the offence."""
    house = House(tmp_path)
    house.attack("198.18.0.1")

    async def first(_: Service) -> None:
        await until(lambda: house.blocked() == {"198.18.0.1/32"})

    house.play(first)
    house.attack("198.18.0.2")

    async def second(_: Service) -> None:
        await until(lambda: len(house.blocked()) == 2)

    house.play(second)
    with Register.open(locate(house.configure().settings()), SystemClock()) as register:
        assert len(register.offences()) == 2


def test_operators_acts_reach_a_running_service(tmp_path: Path) -> None:
    """Another process bans and lifts; the gate opens and closes within the poll."""
    house = House(tmp_path)

    async def act(_: Service) -> None:
        with Register.open(locate(house.configure().settings()), SystemClock()) as register:
            network = parse_network("198.18.7.0/24")
            span = register.ladder.regulation.duration(2)
            register.ban(Order(network=network, rung=2, span=span, reason="test", who="anna"))
            await until(lambda: house.blocked() == {"198.18.7.0/24"})
            register.lift(Pardon(target=network, reason="test", who="anna"))
            await until(lambda: house.blocked() == set())

    house.play(act)
    assert [each["event"] for each in house.logged if str(each["event"]).startswith("ban.")] == [
        "ban.begin",
        "ban.lift",
    ]


def test_exempt_networks_are_recorded_and_spared(tmp_path: Path) -> None:
    """Law 4: nobody is banned who must not be, and the operator hears of it."""
    house = House(tmp_path, exempt='["198.18.0.0/16"]')
    house.attack("198.18.0.1", "198.19.0.1")

    async def act(_: Service) -> None:
        await until(lambda: house.blocked() == {"198.19.0.1/32"})

    house.play(act)
    (told,) = house.events("offence.exempt")
    assert told["because"] == "setting exempt.networks"


def test_a_proven_crawler_that_attacks_is_recorded_and_spared(tmp_path: Path) -> None:
    """R0: verified means never, whatever poisoned link it followed; a forged one is banned."""
    house = House(tmp_path)
    ranges = tmp_path / "googlebot.json"
    ranges.write_text('{"prefixes": [{"ipv4Prefix": "198.18.66.0/24"}]}')
    line = ATTACK.replace(
        "curl/8.5.0", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    )
    at = SystemClock().now().strftime("%d/%b/%Y:%H:%M:%S +0000")
    (tmp_path / "access.log").write_text(line.format(ip="198.18.66.1", at=at))

    async def main() -> None:
        call = Call(house.configure().config, (f'exempt.crawler_ranges=["{ranges}"]',), run)
        service = Service(call, call.settings(), SystemClock())
        running = asyncio.create_task(service.run())
        await until(lambda: bool(house.events("crawler.offends")))
        house.attack("198.18.0.9")
        await until(lambda: house.blocked() == {"198.18.0.9/32"})
        service.stop()
        await running

    with structlog.testing.capture_logs() as house.logged:
        asyncio.run(main())
    spared = [each for each in _offences(house) if each.offence.exempt]
    assert [each.offence.exempt for each in spared] == ["verified crawler Googlebot"]


def test_new_settings_are_taken_over_between_two_blocks(tmp_path: Path) -> None:
    """SIGHUP: a check that only watched enforces from the next line on, and no line is lost or judged twice."""
    house = House(tmp_path, mode="watch")

    async def act(service: Service) -> None:
        house.attack("198.18.0.1")
        await until(lambda: len(_offences(house)) == 1)
        house.mode = "enforce"
        house.configure()
        service.reload()
        await until(lambda: bool(house.events("settings.taken-over")))
        house.attack("198.18.0.2")
        await until(lambda: house.blocked() == {"198.18.0.2/32"})

    house.play(act)
    assert house.events("settings.taken-over")[0]["changed"] == ['check."visit.path-traversal"']
    assert len(_offences(house)) == 2


def test_a_change_that_needs_a_restart_is_a_warning(tmp_path: Path) -> None:
    """Told beside the others, nobody saw it, and the gate stayed as it was."""
    house = House(tmp_path)

    async def act(service: Service) -> None:
        house.more = '[gate.nftables]\ntable = "other"\n'
        house.configure()
        service.reload()
        await until(lambda: bool(house.events("settings.need-restart")))

    house.play(act)
    (told,) = house.events("settings.need-restart")
    assert (told["log_level"], told["changed"]) == ("warning", ["gate.nftables.table"])
    assert "restart the service" in told["then"]
    assert house.events("settings.taken-over")[0]["changed"] == []


def test_a_source_that_changes_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Reload after reload while lines come: each is judged once."""
    house = House(tmp_path)

    async def act(service: Service) -> None:
        for number in range(30):
            house.attack(f"198.18.1.{number}", f"198.18.2.{number}")
            if number % 6 == 0:
                house.zone = "Europe/Berlin" if house.zone == "UTC" else "UTC"
                house.configure()
                service.reload()
            await asyncio.sleep(0.02)
        await until(lambda: len(_offences(house)) == 60)
        await asyncio.sleep(0.3)

    house.play(act)
    assert len(_offences(house)) == 60
    assert house.events("settings.taken-over")


def test_a_new_site_has_its_robots_txt_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGHUP: an hour in which its rules bind nobody would make "taken over" untrue."""
    fetched: list[str] = []

    async def fetch(url: str, clock: SystemClock) -> Fetched:
        fetched.append(url)
        return Fetched(FetchStatus.FOUND, b"User-agent: *\nDisallow: /private/\n", clock.now())

    monkeypatch.setattr("pforte.service.robots.fetch_robots", fetch)
    house = House(tmp_path)

    async def act(service: Service) -> None:
        assert fetched == []
        config = tmp_path / "pforte.toml"
        url = "https://shop.example/robots.txt"
        config.write_text(
            f'{config.read_text()}[[site]]\nname = "shop.example"\nrobots = "{url}"\ntraps = ["/pit/"]\n'
        )
        service.reload()
        await until(lambda: bool(house.events("trap.open")))
        assert fetched == [url]

    house.play(act)


def test_a_gate_that_hangs_does_not_keep_the_service_from_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is named, the exit code says that the end was not clean, and what was judged is in the register."""
    monkeypatch.setattr(running, "END_SECONDS", 1.0)
    release, hangs = threading.Event(), threading.Event()

    def hang(*_: object) -> None:
        hangs.set()
        release.wait(60)

    monkeypatch.setattr("pforte.gates.files.gate.FilesGate.apply", hang)
    house = House(tmp_path)

    async def act(_: Service) -> None:
        house.attack("198.18.0.1")
        await until(hangs.is_set)
        house.attack("198.18.0.2")
        await until(lambda: len(house.bans()) == 2)

    with pytest.raises(ExceptionGroup) as raised:
        house.play(act)
    release.set()
    (error,) = raised.value.exceptions
    assert isinstance(error, HungError)
    assert str(error).startswith("the gate files did not end within 1 s")


def test_a_look_at_what_was_left_does_not_keep_the_service_from_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A firewall or a mount that hangs made SIGTERM deaf; nothing else waits for it either."""
    release, hangs = threading.Event(), threading.Event()

    def hang(*_: object) -> None:
        hangs.set()
        release.wait(60)

    monkeypatch.setattr(running, "tell_left_behind", hang)
    house = House(tmp_path, simulate=True)

    async def act(service: Service) -> None:
        await until(hangs.is_set)
        await asyncio.wait_for(service._purge(), 20)

    try:
        house.play(act)
        assert not release.is_set()
        assert house.events("service.stopped")
    finally:
        release.set()


def test_a_clean_end_tells_what_was_read(tmp_path: Path) -> None:
    house = House(tmp_path)

    async def act(_: Service) -> None:
        house.attack("198.18.0.1", "198.18.0.2")
        await until(lambda: len(house.blocked()) == 2)

    house.play(act)
    (total,) = house.events("source.total")
    assert (total["source"], total["lines"]) == (str(tmp_path / "access.log"), 2)


class Names:
    """Stands for the DNS: every host has one address; an answer may be held up."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked = 0
        self.hold: asyncio.Event | None = None

    async def addresses(self, _: str, version: Version | None = None) -> Answer[Address]:
        self.asked += 1
        if self.hold is not None:
            await self.hold.wait()
        if version == 6:
            return Answer(status=Status.NONE)
        return Answer(status=Status.FOUND, values=(ip_address(self.address),))

    async def close(self) -> None:
        pass


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    names = Names("198.51.100.9")
    monkeypatch.setattr(running, "make_resolver", lambda _: names)
    return names


def test_the_start_looks_exempt_hosts_up_once(tmp_path: Path, names: Names) -> None:
    """The start and the first turn of its duties did so one after the other."""
    house = House(tmp_path, exempt='[]\nhosts = ["office.example"]')

    async def act(_: Service) -> None:
        await asyncio.sleep(0.2)  # the duties have had their first turn

    house.play(act)
    assert names.asked == 2  # both families


def test_exemptions_of_a_reload_outlive_a_look_up_that_began_before_it(tmp_path: Path, names: Names) -> None:
    """It put the former exemptions back, and somebody who is exempt was banned."""
    house = House(tmp_path, exempt='[]\nhosts = ["office.example"]')

    async def act(service: Service) -> None:
        held = names.hold = asyncio.Event()
        before = names.asked
        looking = asyncio.create_task(service._renew_exemptions())
        await until(lambda: names.asked > before)
        names.hold = None
        house.exempt = '["203.0.113.0/24"]'
        house.configure()
        service.reload()
        await until(lambda: bool(house.events("settings.taken-over")))
        held.set()
        await looking
        house.attack("203.0.113.5", "198.18.0.1")
        await until(lambda: house.blocked() >= {"198.18.0.1/32"})
        assert house.blocked() == {"198.18.0.1/32"}

    house.play(act)
    assert [each["because"] for each in house.events("offence.exempt")] == ["setting exempt.networks"]


def test_addresses_found_while_new_settings_wait_for_their_turn_count(
    tmp_path: Path, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rules that wait were made of the addresses known before."""
    house = House(tmp_path, exempt='[]\nhosts = ["office.example"]')
    take_over = Judging.take_over

    async def take_over_late(judging: Judging, rules: Rules) -> None:
        names.address = "198.51.100.10"
        await playing[0]._renew_exemptions()
        await take_over(judging, rules)

    monkeypatch.setattr(Judging, "take_over", take_over_late)
    playing: list[Service] = []

    async def act(service: Service) -> None:
        playing.append(service)
        service.reload()
        await until(lambda: bool(house.events("settings.taken-over")))
        house.attack("198.51.100.10")
        await until(lambda: bool(house.events("offence.exempt")))

    house.play(act)


def test_a_host_that_moved_is_let_through_the_gate(tmp_path: Path, names: Names) -> None:
    """The gates and the ladder hear of it, not only the scan."""
    house = House(tmp_path, exempt='[]\nhosts = ["office.example"]')

    async def act(service: Service) -> None:
        with Register.open(locate(house.configure().settings()), SystemClock()) as register:
            span = register.ladder.regulation.duration(2)
            register.ban(
                Order(network=parse_network("198.18.7.8/30"), rung=2, span=span, reason="test", who="anna")
            )
        await until(lambda: house.blocked() == {"198.18.7.8/30"})
        names.address = "198.18.7.9"
        await service._renew_exemptions()
        await until(lambda: house.blocked() == {"198.18.7.8/32", "198.18.7.10/31"})
        assert service._register.ladder.exempt(parse_network("198.18.7.0/24"))

    house.play(act)


def test_broken_settings_are_refused_and_the_old_ones_stay(tmp_path: Path) -> None:
    """A misspelt name at 3 a.m. must not stop the service."""
    house = House(tmp_path)

    async def act(service: Service) -> None:
        (tmp_path / "pforte.toml").write_text("[servce]\nstate = 1\n")
        service.reload()
        await until(lambda: bool(house.events("settings.refused")))
        house.attack("198.18.0.3")
        await until(lambda: house.blocked() == {"198.18.0.3/32"})

    house.play(act)
    (refused,) = house.events("settings.refused")
    assert "servce" in str(refused["text"])


def test_rules_that_cannot_be_read_are_no_reason_to_start_again(tmp_path: Path) -> None:
    """They get no better by it; the unit starts again after any other exit code."""
    folder = tmp_path / "rules"
    folder.mkdir()
    call = House(tmp_path, more=f'[scan]\nrules = "{folder}"\n').configure()
    with structlog.testing.capture_logs() as logged, pytest.MonkeyPatch.context() as patch:
        patch.setattr("pforte.log.configure", lambda *_: None)
        assert run(call) == 2
    (failed,) = [each for each in logged if each["event"] == "service.failed"]
    assert str(folder) in failed["text"]


def test_simulation_enforces_nothing_and_says_what_still_does(tmp_path: Path) -> None:
    """--simulate judges and records; no gate that enforces by itself is opened, and what a real run left is named."""
    house = House(tmp_path)
    files = tmp_path / "state" / "files"
    files.mkdir(parents=True)
    (files / "bans.json").write_text('{"bans": [{"network": "198.18.0.9/32"}]}')

    async def main() -> None:
        call = Call(house.configure().config, ("service.simulate=true",), run)
        service = Service(call, call.settings(), SystemClock())
        running = asyncio.create_task(service.run())
        house.attack("198.18.0.1")
        await until(lambda: len(house.bans()) == 1 and bool(house.events("gate.left-behind")))
        service.stop()
        await running

    with structlog.testing.capture_logs() as house.logged:
        asyncio.run(main())
    assert house.blocked() == {"198.18.0.9/32"}
    (ready,) = house.events("service.ready")
    assert (ready["simulate"], ready["gates"]) == (True, [])


DOOR = """
[gate.http]
enabled = true
listen = "127.0.0.1:{port}"
"""
TRAVERSAL = "/download?file=..%2f..%2f..%2fetc%2fpasswd"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _ask(port: int, visitor: str, target: str = "/") -> str:
    """Ask the HTTP gate as nginx does; return status line and header fields."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    fields = f"X-Forwarded-For: {visitor}\r\nX-Original-URI: {target}\r\nConnection: close\r\n\r\n"
    writer.write(f"GET /nginx HTTP/1.1\r\nHost: www.example.org\r\n{fields}".encode())
    answer = await reader.read()
    writer.close()
    return answer.decode()


def test_the_first_attack_is_refused_at_the_door_and_its_line_in_the_log_counts_nothing(
    tmp_path: Path,
) -> None:
    """Gate and log tell of one request: one ban on its first rung, whatever comes first; new settings hold at the door too."""
    port = _free_port()
    house = House(tmp_path, more=DOOR.format(port=port))

    async def act(service: Service) -> None:
        refused = await _ask(port, "198.18.0.1", TRAVERSAL)
        assert refused.startswith("HTTP/1.1 403")
        assert "visit.path-traversal" in refused
        house.attack("198.18.0.1", "198.18.0.2")  # the second one came past the door
        await until(lambda: house.blocked() == {"198.18.0.1/32", "198.18.0.2/32"})
        assert (await _ask(port, "198.18.0.9")).startswith("HTTP/1.1 204")
        for _ in range(400):
            banned = await _ask(port, "198.18.0.2")
            if "X-Pforte-Reference" in banned:
                break
        assert banned.startswith("HTTP/1.1 403")
        house.mode = "watch"
        house.configure()
        service.reload()
        await until(lambda: bool(house.events("settings.taken-over")))
        assert (await _ask(port, "198.18.0.3", TRAVERSAL)).startswith("HTTP/1.1 204")

    house.play(act)
    assert sorted((str(ban.network), ban.rung) for ban in house.bans()) == [
        ("198.18.0.1/32", 1),
        ("198.18.0.2/32", 1),
    ]
    caught = [each.offence for each in _offences(house) if each.offence.source == "gate.http"]
    assert [(str(offence.network), offence.service) for offence in caught] == [("198.18.0.1/32", "http")]
    assert f'"GET {TRAVERSAL} HTTP/1.1" 000'.encode() in caught[0].evidence


def test_the_door_opens_when_the_bans_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a restart nobody comes in, or is put off, only because the bans are still being loaded."""
    port = _free_port()
    house = House(tmp_path, more=DOOR.format(port=port))
    load = TableGate.load

    def load_slowly(self: TableGate, bans: Iterable[Ban], moment: datetime) -> None:
        threading.Event().wait(0.3)
        load(self, bans, moment)

    monkeypatch.setattr(TableGate, "load", load_slowly)
    with Register.open(locate(house.configure().settings()), SystemClock()) as register:
        register.ban(Order(network=ip_network("198.18.0.1/32"), rung=1, span=HOUR, reason="x", who="x"))

    async def act(_: Service) -> None:
        assert (await _ask(port, "198.18.0.1")).startswith("HTTP/1.1 403")

    house.play(act)


def test_the_door_opens_though_the_bans_cannot_be_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What happens then is the operator's choice: ``on_failure``."""
    port = _free_port()
    house = House(tmp_path, more=DOOR.format(port=port))
    monkeypatch.setattr(running, "LOAD_SECONDS", 0.1)

    def fail(self: TableGate, bans: Iterable[Ban], moment: datetime) -> None:
        raise GateError("no memory")

    monkeypatch.setattr(TableGate, "load", fail)

    async def act(_: Service) -> None:
        assert (await _ask(port, "198.18.0.1")).startswith("HTTP/1.1 204")

    house.play(act)


def test_in_simulation_the_door_stands_open_and_records(tmp_path: Path) -> None:
    port = _free_port()
    house = House(tmp_path, more=DOOR.format(port=port))

    async def main() -> None:
        call = Call(house.configure().config, ("service.simulate=true",), run)
        service = Service(call, call.settings(), SystemClock())
        running = asyncio.create_task(service.run())
        await until(lambda: bool(house.events("service.ready")))
        for _ in range(2):
            assert (await _ask(port, "198.18.0.1", TRAVERSAL)).startswith("HTTP/1.1 204")
        await until(lambda: len(house.bans()) == 1)
        assert (await _ask(port, "198.18.0.1")).startswith("HTTP/1.1 204")
        service.stop()
        await running

    with structlog.testing.capture_logs() as house.logged:
        asyncio.run(main())


def _offences(house: House) -> list[Filed]:
    with Register.open(locate(house.configure().settings()), SystemClock()) as register:
        return register.offences()[::-1]
