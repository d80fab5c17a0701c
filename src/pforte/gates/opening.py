"""Making gates from the settings."""

import socket
from collections.abc import Iterable, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Protocol

from pforte.clock import Clock
from pforte.gates.answering import AnsweringGate
from pforte.gates.crowdsec.answers import Answers
from pforte.gates.crowdsec.gate import CrowdsecGate
from pforte.gates.crowdsec.keys import Store
from pforte.gates.crowdsec.listener import CrowdsecListener
from pforte.gates.dnsbl.gate import DnsblGate
from pforte.gates.dnsbl.zones import zones_below
from pforte.gates.dnsupdate.gate import DnsUpdateGate
from pforte.gates.dnsupdate.primary import Access, Primary, read_secret
from pforte.gates.files.gate import FilesGate
from pforte.gates.files.zone_renderings import renderings_of
from pforte.gates.gate import Gate
from pforte.gates.haproxy.gate import HaproxyGate
from pforte.gates.haproxy.runtime import RuntimeSocket
from pforte.gates.http.gate import THIS_MACHINE, HttpGate
from pforte.gates.http.porter import Detection, Porter
from pforte.gates.http.visitors import Visitors
from pforte.gates.listening import split_place
from pforte.gates.milter.gate import MilterGate
from pforte.gates.nftables.engine import open_engines
from pforte.gates.nftables.gate import NftablesGate
from pforte.gates.nftables.ruleset import Layout
from pforte.gates.postfix.gate import PostfixGate
from pforte.gates.postfix.reply import Replies
from pforte.gates.rspamd.gate import RspamdGate
from pforte.gates.smtp.encryption import Certificate, OwnCertificate
from pforte.gates.smtp.gate import SmtpGate
from pforte.gates.smtp.house import House
from pforte.gates.smtp.maildir import Maildir
from pforte.gates.smtp.next_hop import read_place
from pforte.gates.smtp.relay import Relay
from pforte.gates.smtp.text import Room
from pforte.gates.table.gate import TableGate
from pforte.mail.checks.declaration import Stage
from pforte.mail.reception import Answer, Outcome, Reception
from pforte.mail.session import Envelope, Session
from pforte.net.addresses import Network
from pforte.net.unix_socket import socket_path
from pforte.settings.table import Settings
from pforte.visits.checks import CHECKS


class Judging(Protocol):
    """Judges mail for the gates."""

    def receive(self, session: Session) -> Reception:
        """Begin a session."""

    async def ask(self, session: Session, envelope: Envelope, stage: Stage, mail: str) -> Answer | None:
        """Judge a session of somebody else as far as a stage; ``mail`` is the same word for all of one mail."""
        ...

    async def examine(self, session: Session, envelope: Envelope, raw: bytes) -> Outcome:
        """Judge a whole mail of a session that somebody else holds."""


def open_nftables(settings: Settings, exempt: Iterable[Network]) -> NftablesGate:
    """Make the firewall gate that ``[gate.nftables]`` describes, whether it is enabled or not.

    Raises:
        GateError: neither the library nor the program can be used, or a setting is wrong.
    """
    gate = settings.gate.nftables
    layout = Layout(
        table=gate.table,
        priority=gate.priority,
        size=gate.size,
        ipv6_prefix=settings.regulation.ipv6_prefix,
        action=gate.action,
        ports=gate.ports,
        scopes=_by_reason(gate.scope),
    )
    return NftablesGate(layout, open_engines(gate.backend), exempt, gate.reconcile)


def _by_reason(scopes: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """Return scopes that may be of a kind of offence by the reasons that bans carry; a check goes before its kind."""
    found = {check.id: scopes[check.kind] for check in CHECKS if check.kind in scopes}
    return found | {check.id: scopes[check.id] for check in CHECKS if check.id in scopes}


def open_files(
    settings: Settings, clock: Clock, exempt: Iterable[Network], folder: Path | None = None
) -> FilesGate:
    """Make the file gate that ``[gate.files]`` describes, whether it is enabled or not.

    Args:
        settings: all settings.
        clock: measures the pauses between writings.
        exempt: networks that are let through.
        folder: where to write instead of the folder that the settings name.
    """
    gate = settings.gate.files
    if folder is None:
        # An empty path in the settings reads as the current folder.
        folder = settings.service.state / "files" if gate.folder == Path() else gate.folder
    return FilesGate(
        folder, gate.kinds, clock, exempt, renderings_of(settings.gate.dnsbl, clock), settings.desk.contact
    )


def open_crowdsec(
    settings: Settings, clock: Clock, exempt: Iterable[Network], store: Store
) -> tuple[CrowdsecGate, CrowdsecListener]:
    """Make both halves of the gate that ``[gate.crowdsec]`` describes: what follows the register, and what listens.

    Args:
        settings: all settings.
        clock: tells the present moment.
        exempt: networks that are let through.
        store: the register's bouncers.
    """
    gate = CrowdsecGate(store, exempt)
    return gate, CrowdsecListener(settings.gate.crowdsec.listen, gate, Answers(gate, clock))


def open_haproxy(settings: Settings, exempt: Iterable[Network]) -> HaproxyGate:
    """Make the gate that ``[gate.haproxy]`` describes, whether it is enabled or not; HAProxy need not run yet.

    Raises:
        GateError: the path of the map cannot be used.
    """
    gate = settings.gate.haproxy
    # An empty path in the settings reads as the current folder.
    path = settings.service.state / "haproxy.map" if gate.map == Path() else gate.map
    return HaproxyGate(path.absolute(), RuntimeSocket(gate.socket), exempt, gate.reconcile)


def open_dnsupdate(settings: Settings, exempt: Iterable[Network]) -> DnsUpdateGate:
    """Make the gate that ``[gate.dnsupdate]`` describes, whether it is enabled or not; the server need not run yet.

    Raises:
        GateError: the key cannot be read.
    """
    gate, zones = settings.gate.dnsupdate, settings.gate.dnsbl
    address, port = split_place(gate.server)
    access = Access(
        address=address,
        port=port,
        key=gate.key,
        algorithm=gate.algorithm,
        secret=read_secret(gate.secret),
        timeout=gate.timeout.total_seconds(),
    )
    wanted = [zone for zone in zones_below(zones.zone) if (zone.kind or "all") in gate.zones]
    return DnsUpdateGate(Primary(access), wanted, int(zones.ttl.total_seconds()), zones.page, exempt)


def open_gates(settings: Settings, clock: Clock, exempt: Iterable[Network]) -> list[Gate]:
    """Make every gate that is enabled.

    Raises:
        GateError: an enabled gate cannot work here.
    """
    networks = tuple(exempt)
    gates: list[Gate] = []
    if settings.gate.nftables.enabled:
        gates.append(open_nftables(settings, networks))
    if settings.gate.files.enabled:
        gates.append(open_files(settings, clock, networks))
    if settings.gate.haproxy.enabled:
        gates.append(open_haproxy(settings, networks))
    if settings.gate.dnsupdate.enabled:
        gates.append(open_dnsupdate(settings, networks))
    return gates


def open_http(
    settings: Settings, clock: Clock, table: TableGate, detection: Detection | None = None
) -> HttpGate:
    """Make the HTTP gate that ``[gate.http]`` describes, whether it is enabled or not; it does not listen yet.

    Args:
        settings: all settings.
        clock: tells the present moment.
        table: the bans in force.
        detection: judges requests before they are served; None where only bans count.
    """
    gate = settings.gate.http
    # Who may write to a UNIX socket was chosen by its owner.
    at_socket = (THIS_MACHINE,) if socket_path(gate.listen) else ()
    visitors = Visitors(map(ip_network, (*gate.trusted, *at_socket)), gate.address)
    porter = Porter(
        table, visitors, detection, gate.on_failure, clock.now().timestamp(), settings.desk.contact
    )
    return HttpGate(gate.listen, porter, clock, gate.connections)


def open_answering(
    settings: Settings,
    clock: Clock,
    table: TableGate,
    detection: Detection | None = None,
    judging: Judging | None = None,
) -> list[AnsweringGate]:
    """Make every answering gate that is enabled; none listens yet.

    Args:
        settings: all settings.
        clock: tells the present moment.
        table: the bans in force.
        detection: judges requests of HTTP before they are served; None where only bans count.
        judging: judges mail; None where no gate asks for it.

    Raises:
        GateError: an enabled gate cannot work here.
    """
    gates: list[AnsweringGate] = []
    if settings.gate.postfix.enabled:
        gates.append(open_postfix(settings, clock, table, judging))
    if settings.gate.dnsbl.enabled:
        gates.append(DnsblGate(settings.gate.dnsbl, clock, table))
    if settings.gate.http.enabled:
        gates.append(open_http(settings, clock, table, detection))
    if judging is not None:
        gates += open_mail(settings, clock, judging)
    return gates


def open_postfix(
    settings: Settings, clock: Clock, table: TableGate, judging: Judging | None = None
) -> PostfixGate:
    """Make the gate that ``[gate.postfix]`` describes, whether it is enabled or not; it does not listen yet."""
    gate = settings.gate.postfix
    replies = Replies(
        table=table, clock=clock, contact=settings.desk.contact, closed=gate.on_failure == "closed"
    )
    ask = judging.ask if judging is not None and gate.judge else None
    return PostfixGate(gate.listen, gate.socketmap, gate.let_through, replies, ask)


def open_mail(settings: Settings, clock: Clock, judging: Judging) -> list[AnsweringGate]:
    """Make every mail gate that is enabled; none listens yet."""
    gates: list[AnsweringGate] = []
    if settings.gate.rspamd.enabled:
        gates.append(open_rspamd(settings, clock, judging))
    if settings.gate.milter.enabled:
        gates.append(MilterGate(settings.gate.milter, judging.receive))
    if settings.gate.smtp.enabled:
        gates.append(open_smtp(settings, clock, judging))
    return gates


def open_rspamd(settings: Settings, clock: Clock, judging: Judging) -> RspamdGate:
    """Make the gate that ``[gate.rspamd]`` describes, whether it is enabled or not; it does not listen yet."""
    gate = settings.gate.rspamd
    return RspamdGate(gate.listen, judging.examine, clock, gate.max_message, gate.connections)


def open_smtp(settings: Settings, clock: Clock, judging: Judging) -> SmtpGate:
    """Make the gate that ``[gate.smtp]`` describes, whether it is enabled or not; it does not listen yet."""
    gate, state = settings.gate.smtp, settings.service.state
    host = settings.mail.host or socket.getfqdn()
    # An empty path in the settings reads as the current folder.
    if gate.certificate == Path():
        certificate: Certificate = OwnCertificate(state / "smtp-certificate.pem", host, clock)
    else:
        key = gate.certificate if gate.key == Path() else gate.key
        certificate = Certificate(gate.certificate, key)
    if gate.next_hop:
        handing: Relay | Maildir = Relay(read_place(gate.next_hop), gate.next_hop_tls, host)
    else:
        handing = Maildir(state / "mail" if gate.folder == Path() else gate.folder, clock)
    house = House(
        receive=judging.receive,
        carrier=handing.carrier,
        certificate=certificate,
        clock=clock,
        most=gate.max_message,
        room=Room(gate.memory),
        delay=gate.greeting_delay,
        opens=gate.on_failure == "open",
    )
    return SmtpGate(gate.listen, house, (certificate, handing), gate.connections)
