"""The settings make the gates."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from pforte.bans.ban import Ban
from pforte.clock import SetClock
from pforte.gates import opening
from pforte.gates.gate import GateError
from pforte.gates.nftables.engine import Engines
from pforte.gates.opening import (
    open_answering,
    open_crowdsec,
    open_dnsupdate,
    open_files,
    open_gates,
    open_haproxy,
    open_mail,
    open_nftables,
    open_postfix,
    open_smtp,
)
from pforte.gates.smtp.maildir import MaildirCarrier
from pforte.gates.table.gate import TableGate
from pforte.net.addresses import parse_network
from pforte.settings.gates import (
    DnsblGateSettings,
    DnsUpdateGateSettings,
    FilesGateSettings,
    GateSettings,
    HaproxyGateSettings,
    HttpGateSettings,
    MilterGateSettings,
    NftablesGateSettings,
    PostfixGateSettings,
    RspamdGateSettings,
    SmtpGateSettings,
)
from pforte.settings.mail import MailSettings
from pforte.settings.table import DeskSettings, RegulationSettings, ServiceSettings, Settings

CLOCK = SetClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
BAN = Ban(
    network=parse_network("192.0.2.1"),
    rung=1,
    starts=CLOCK.now(),
    ends=CLOCK.now() + timedelta(hours=1),
    reference="PF-7K3M-Q2XD",
    reason="visit.sql-injection",
)


class Judging:
    """Judges nothing."""

    receive = examine = None


class Notebook:
    """An engine that writes down what it is told."""

    def __init__(self) -> None:
        self.commands: list[str] = []

    def change(self, commands: str) -> None:
        self.commands.append(commands)

    def list_json(self, command: str) -> str:
        raise GateError("nothing to list")


@pytest.fixture
def engine(monkeypatch):
    notebook = Notebook()
    asked = []

    def open_engines(backend: str) -> Engines:
        asked.append(backend)
        return Engines(notebook, notebook)

    monkeypatch.setattr(opening, "open_engines", open_engines)
    notebook.asked = asked  # type: ignore[attr-defined]
    return notebook


def settings_of(
    nftables: dict[str, object] | None = None, files: dict[str, object] | None = None
) -> Settings:
    return Settings(
        service=ServiceSettings(state=Path("/var/lib/pforte")),
        regulation=RegulationSettings(ipv6_prefix=56),
        gate=GateSettings(
            nftables=NftablesGateSettings(**(nftables or {})),  # type: ignore[arg-type]
            files=FilesGateSettings(**(files or {})),  # type: ignore[arg-type]
        ),
    )


def test_every_setting_of_the_firewall_is_used(engine):
    settings = settings_of(
        {
            "table": "visits",
            "priority": -150,
            "backend": "program",
            "size": 7,
            "reconcile": timedelta(minutes=1),
            "action": "reject",
            "ports": (25, 465),
        }
    )
    gate = open_nftables(settings, [parse_network("192.0.2.9")])
    gate.load([], CLOCK.now())
    (table,) = engine.commands
    assert engine.asked == ["program"]
    assert "add set inet visits ban4 { type ipv4_addr; flags timeout; size 7; }" in table
    assert "priority -150" in table
    assert "reject with tcp reset" in table
    assert "th dport != { 25,465 } accept" in table
    assert "ffff:ffff:ffff:ff00::" in table
    assert "192.0.2.9/32" in table
    assert gate.tend(CLOCK.now()) == CLOCK.now() + timedelta(minutes=1)


def test_files_go_into_the_state_folder_unless_another_is_named(tmp_path):
    assert open_files(settings_of(), CLOCK, ()).paths()[0] == Path("/var/lib/pforte/files/banned.txt")
    named = settings_of(files={"folder": tmp_path, "kinds": ("haproxy",)})
    assert open_files(named, CLOCK, ()).paths() == [tmp_path / "haproxy.map"]
    assert open_files(named, CLOCK, (), tmp_path / "other").paths() == [tmp_path / "other" / "haproxy.map"]


def test_the_map_of_haproxy_lies_in_the_state_folder_unless_another_is_named(tmp_path):
    assert open_haproxy(settings_of(), ()).path == Path("/var/lib/pforte/haproxy.map")
    gate = GateSettings(
        haproxy=HaproxyGateSettings(enabled=True, map=tmp_path / "x.map", socket=tmp_path / "no")
    )
    (made,) = open_gates(Settings(gate=gate), CLOCK, ())
    with pytest.raises(GateError, match=f"does not answer at {tmp_path}/no"):
        made.load([], CLOCK.now())
    assert (tmp_path / "x.map").exists()


def test_answering_gates_that_are_enabled_are_made():
    assert open_answering(settings_of(), CLOCK, TableGate()) == []
    gate = GateSettings(postfix=PostfixGateSettings(enabled=True), dnsbl=DnsblGateSettings(enabled=True))
    names = [each.name for each in open_answering(Settings(gate=gate), CLOCK, TableGate())]
    assert names == ["postfix", "dnsbl"]


@pytest.mark.parametrize(("on_failure", "action"), [("open", "DUNNO"), ("closed", "450 4.7.1 ")])
def test_postfix_is_told_what_the_settings_say(on_failure, action):
    settings = Settings(
        gate=GateSettings(postfix=PostfixGateSettings(on_failure=on_failure, let_through=("help",)))
    )
    question = {"client_address": "192.0.2.1", "protocol_state": "RCPT", "recipient": "help@example.net"}
    dialogue = open_postfix(settings, CLOCK, TableGate()).policy._begin()
    assert dialogue.action(question) == "DUNNO"
    assert dialogue.action(question | {"recipient": "abuse@example.net"}).startswith(action)


def test_postfix_tells_whom_to_ask():
    settings = Settings(desk=DeskSettings(contact="abuse@example.org"))
    assert open_postfix(settings, CLOCK, TableGate()).policy._begin()._replies.contact == "abuse@example.org"


def test_both_halves_for_the_bouncers_are_one():
    gate, listener = open_crowdsec(settings_of(), CLOCK, [parse_network("192.0.2.9")], NoStore())
    assert gate.name == listener.name == "crowdsec"
    assert listener._gate is gate
    assert listener._listen == "127.0.0.1:8083"


class NoStore:
    """A register without bouncers."""


def test_files_tell_whom_outsiders_may_ask(tmp_path):
    settings = replace(
        settings_of(files={"kinds": ("postfix",)}), desk=DeskSettings(contact="abuse@example.org")
    )
    open_files(settings, CLOCK, (), tmp_path).load([BAN], CLOCK.now())
    assert "Referenz PF-7K3M-Q2XD. abuse@example.org" in (tmp_path / "postfix.cidr").read_text()


def test_only_enabled_gates_are_made(engine):
    assert open_gates(settings_of(), CLOCK, ()) == []
    both = settings_of({"enabled": True}, {"enabled": True})
    assert [gate.name for gate in open_gates(both, CLOCK, iter([parse_network("192.0.2.9")]))] == [
        "nftables",
        "files",
    ]
    assert [
        gate.name
        for gate in open_gates(replace(both, gate=settings_of(files={"enabled": True}).gate), CLOCK, ())
    ] == ["files"]


def test_the_http_gate_is_opened_where_it_is_enabled():
    table = TableGate()
    assert open_answering(settings_of(), CLOCK, table) == []
    http = HttpGateSettings(enabled=True, trusted=("127.0.0.0/8", "2001:db8::7"), connections=7)
    (gate,) = open_answering(Settings(gate=GateSettings(http=http)), CLOCK, table)
    assert gate.name == "http"


def test_whoever_may_write_to_a_unix_socket_says_who_visits():
    """Its group was chosen by the operator; networks say nothing there."""
    table = TableGate()
    table.load([BAN], CLOCK.now())
    question = "GET /nginx HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {}\r\nX-Original-URI: /\r\n\r\n"

    async def run(path: Path) -> list[bytes]:
        http = HttpGateSettings(enabled=True, listen=f"unix:{path}", trusted=("198.51.100.7/32",))
        (gate,) = open_answering(Settings(gate=GateSettings(http=http)), CLOCK, table)
        await gate.open()
        reader, writer = await asyncio.open_unix_connection(path)
        said = []
        for visitor in ("192.0.2.1", "192.0.2.2"):
            writer.write(question.format(visitor).encode())
            said.append((await reader.readuntil(b"\r\n\r\n"))[:12])
        writer.close()
        await gate.close()
        return said

    with TemporaryDirectory(prefix="pf-http-") as folder:
        assert asyncio.run(run(Path(folder, "gate"))) == [b"HTTP/1.1 403", b"HTTP/1.1 204"]
        assert not Path(folder, "gate").exists()


def test_postfix_asks_at_unix_sockets():
    async def ask(path: Path, question: bytes, end: bytes) -> bytes:
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(question)
        answer = await reader.readuntil(end)
        writer.close()
        return answer

    async def run(folder: Path) -> None:
        table = TableGate()
        table.load([BAN], CLOCK.now())
        places = PostfixGateSettings(
            enabled=True, listen=f"{folder}/policy", socketmap=f"unix:{folder}/table", let_through=()
        )
        (gate,) = open_answering(Settings(gate=GateSettings(postfix=places)), CLOCK, table)
        await gate.open()
        question = b"request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=192.0.2.1\n\n"
        assert (await ask(folder / "policy", question, b"\n\n")).startswith(b"action=554 ")
        assert b":OK 554 " in await ask(folder / "table", b"16:pforte 192.0.2.1,", b",")
        await gate.close()

    with TemporaryDirectory(prefix="pf-postfix-") as folder:
        asyncio.run(run(Path(folder)))
        assert list(Path(folder).iterdir()) == []


@pytest.mark.parametrize(
    ("reason", "number"),
    [
        ("visit.mail-relay", 1),
        ("visit.form-spam", 2),
        ("visit.xss", 0),
        ("by hand", 0),
        ("ladder.escalation", 0),
    ],
)
def test_a_scope_is_of_a_kind_or_of_a_check_which_goes_first(engine, reason, number):
    scope = {"spam": (587, 25), "visit.form-spam": (465,)}
    layout = open_nftables(settings_of(nftables={"scope": scope}), ()).layout
    assert layout.closing == ((), (25, 587), (465,))
    assert layout.scope_of(reason) == number


def test_the_zones_of_another_server_are_those_of_the_block_list(tmp_path):
    (tmp_path / "key").write_text("MDEyMzQ1Njc4OWFiY2RlZg==")
    update = DnsUpdateGateSettings(
        enabled=True, server="[::1]:5300", zones=("all", "spam"), secret=tmp_path / "key", key="us"
    )
    settings = Settings(gate=GateSettings(dnsbl=DnsblGateSettings(zone="list.example"), dnsupdate=update))
    gate = open_dnsupdate(settings, ())
    assert [copy.name for copy in gate._copies] == ["spam.list.example", "list.example"]
    access = gate._server._access
    assert (access.address, access.port, access.key, access.timeout) == ("::1", 5300, "us", 10)
    assert [made.name for made in open_gates(settings, CLOCK, ())] == ["dnsupdate"]
    missing = replace(update, secret=tmp_path / "missing")
    with pytest.raises(GateError, match=r"gate\.dnsupdate\.secret"):
        open_gates(Settings(gate=GateSettings(dnsupdate=missing)), CLOCK, ())


def test_mail_gates_are_made_when_they_are_enabled():
    on = GateSettings(
        milter=MilterGateSettings(enabled=True),
        rspamd=RspamdGateSettings(enabled=True),
        smtp=SmtpGateSettings(enabled=True),
    )
    names = [gate.name for gate in open_mail(Settings(gate=on), CLOCK, Judging())]
    assert names == ["rspamd", "milter", "smtp"]
    assert open_mail(Settings(), CLOCK, Judging()) == []


def test_the_smtp_front_is_what_its_settings_say(tmp_path):
    smtp = SmtpGateSettings(
        listen=("127.0.0.1:0",),
        max_message=70_000,
        memory=2_000_000,
        greeting_delay=timedelta(0),
        on_failure="closed",
        connections=7,
    )
    settings = Settings(
        service=ServiceSettings(state=tmp_path),
        gate=GateSettings(smtp=smtp),
        mail=MailSettings(host="mx.example"),
    )

    async def run():
        gate = open_smtp(settings, CLOCK, Judging())
        await gate.open()
        await gate.close()
        return gate

    gate = asyncio.run(run())
    house = gate._house
    assert (gate._connections, house.most, house.room.free, house.opens) == (7, 70_000, 2_000_000, False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mail", "smtp-certificate.pem"]
    assert isinstance(house.carrier(), MaildirCarrier)


def test_the_smtp_front_relays_and_shows_the_certificate_that_the_settings_name(tmp_path):
    smtp = SmtpGateSettings(next_hop="lmtp:/run/lmtp", next_hop_tls="off", certificate=tmp_path / "both.pem")
    house = open_smtp(Settings(gate=GateSettings(smtp=smtp)), CLOCK, Judging())._house
    assert house.certificate._files == (tmp_path / "both.pem", tmp_path / "both.pem")
    relay = house.carrier()._relay
    assert (relay.place.socket, relay.place.is_local, relay.encryption) == ("/run/lmtp", True, "off")
    named = replace(smtp, key=tmp_path / "key.pem")
    house = open_smtp(Settings(gate=GateSettings(smtp=named)), CLOCK, Judging())._house
    assert house.certificate._files == (tmp_path / "both.pem", tmp_path / "key.pem")
