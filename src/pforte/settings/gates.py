"""The sections ``[gate.*]``: where bans take effect, and how each gate is reached."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pforte.settings.declaration import setting
from pforte.settings.limits import (
    address_or_socket,
    at_least,
    between,
    each,
    each_of_table,
    host_and_port,
    host_and_port_or_path,
    host_name,
    lasting,
    network,
    next_hop,
    one_line,
    one_or_more,
    table_name,
)

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_LOOPBACK = ("127.0.0.0/8", "::1/128")

OnFailure = Literal["open", "closed"]
FileKind = Literal[
    "plain", "nginx-geo", "nginx-deny", "apache", "haproxy", "postfix", "json", "rbldnsd", "rpz", "rpz-client"
]
AddressHeader = Literal["x-forwarded-for", "x-real-ip", "forwarded"]

_LONGEST_ZONE = 180
"""Characters; an IPv6 address backwards, the name of a kind and this fill the 255 bytes of a name (RFC 1035 s2.3.4)."""
_LONGEST_PAGE = 120
"""Characters; the reason, the end and the reference need the rest of a TXT record's 255 bytes."""


def _zone(value: str) -> str:
    """Allow a host name that leaves room for the addresses in front of it."""
    if len(value) > _LONGEST_ZONE:
        return f"must have {_LONGEST_ZONE} characters at most, not {len(value)}"
    return host_name(value)


def _page(value: str) -> str:
    """Allow nothing, or the address of a page, which fits into a TXT record."""
    if len(value) > _LONGEST_PAGE:
        return f"must have {_LONGEST_PAGE} characters at most, not {len(value)}"
    if value and not value.startswith(("http://", "https://")):
        return f'"{value}" must begin with "https://"'
    return one_line(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class NftablesGateSettings:
    """[gate.nftables]: the firewall."""

    enabled: bool = setting(False, "Enforce bans by nftables.")
    table: str = setting("pforte", "Name of the gate's own table (family inet).", table_name)
    priority: int = setting(
        -200, "Priority of the prerouting chain, before DNAT (-1000 to -101).", between(-1_000, -101)
    )
    action: Literal["drop", "reject"] = setting(
        "drop", "drop answers nothing; reject answers at once that nobody is there (Linux 5.9 or later)."
    )
    ports: tuple[int, ...] = setting(
        (),
        "TCP and UDP ports that are closed to banned networks; empty closes everything.",
        each(between(1, 65_535)),
    )
    scope: Mapping[str, tuple[int, ...]] = setting(
        MappingProxyType({}),
        "Ports that bans for one kind of offence or one check close instead, such as {spam = [25, 465, 587]}.",
        each_of_table(one_or_more(between(1, 65_535))),
    )
    backend: Literal["auto", "library", "program"] = setting(
        "auto",
        "library talks through libnftables in the process, program runs nft; auto takes the first that works.",
    )
    size: int = setting(1_048_576, "Hosts each set holds at most.", between(1, 67_108_864))
    reconcile: timedelta = setting(
        timedelta(minutes=5),
        "How often the kernel's sets are compared with the register.",
        lasting(_SECOND, _DAY),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesGateSettings:
    """[gate.files]: files that other software reads."""

    enabled: bool = setting(False, "Write the bans in force to files.")
    folder: Path = setting(Path(), "Where the files are written; empty is `files` in the state folder.")
    kinds: tuple[FileKind, ...] = setting(
        ("plain", "nginx-geo", "nginx-deny", "apache", "haproxy", "postfix", "json"),
        "Which files are written; rbldnsd, rpz and rpz-client are for DNS servers, and go by [gate.dnsbl].",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpGateSettings:
    """[gate.http]: a listener that web servers and proxies ask about each request, and Dovecot about each log-in."""

    enabled: bool = setting(False, "Answer web servers that ask whether a visitor may come in.")
    listen: str = setting(
        "127.0.0.1:8081", "Address and port, or the path of a UNIX socket (mode 0660).", address_or_socket
    )
    trusted: tuple[str, ...] = setting(
        _LOOPBACK, "Networks of the proxies whose word about the client's address is taken.", each(network)
    )
    address: AddressHeader = setting(
        "x-forwarded-for",
        "Header field in which they tell it; they must write it themselves, not pass on what the visitor sent.",
    )
    detect: bool = setting(
        True, "Let the checks judge each request that is asked about, before it is served."
    )
    on_failure: OnFailure = setting(
        "open",
        "open lets visitors in while nothing is known of the bans or of the visitor; closed refuses them.",
    )
    connections: int = setting(
        4096, "Connections held at most; the one idle for longest makes room.", between(1, 65_536)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CrowdsecGateSettings:
    """[gate.crowdsec]: the bouncers of CrowdSec pull bans from here."""

    enabled: bool = setting(False, "Answer CrowdSec bouncers.")
    listen: str = setting("127.0.0.1:8083", "Address and port.", host_and_port)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostfixGateSettings:
    """[gate.postfix]: Postfix asks about each client (check_policy_service, socketmap)."""

    enabled: bool = setting(False, "Answer Postfix.")
    listen: str = setting(
        "127.0.0.1:10040",
        "Address and port of the policy service, or the path of a UNIX socket (mode 0660).",
        address_or_socket,
    )
    socketmap: str = setting(
        "127.0.0.1:10041", "Address and port of the socketmap table, or a path likewise.", address_or_socket
    )
    judge: bool = setting(
        False,
        "Let the policy service ask the whole mail policy ([mail]) from CONNECT to RCPT, not only the bans.",
    )
    let_through: tuple[str, ...] = setting(
        ("postmaster", "abuse"),
        "Recipients that take mail from anybody: an address, or the part before the @. With judge mail.reachable"
        " counts instead.",
        each(one_line),
    )
    on_failure: OnFailure = setting(
        "open", "open lets clients in while nothing is known of the bans; closed puts them off (450)."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsblGateSettings:
    """[gate.dnsbl]: a DNS block list (RFC 5782)."""

    enabled: bool = setting(False, "Answer DNS questions about addresses.")
    listen: str = setting("127.0.0.1:5354", "Address and port, UDP and TCP.", host_and_port)
    zone: str = setting(
        "dnsbl.invalid", "Zone of all bans; one zone for each kind of offence lies below it.", _zone
    )
    servers: tuple[str, ...] = setting(
        ("ns.invalid",),
        "Names of the zones' name servers, the primary first; they lie outside the zone.",
        one_or_more(host_name),
    )
    mailbox: str = setting(
        "hostmaster.invalid", "Mailbox of the zone's keeper as a name, for SOA.", host_name
    )
    ttl: timedelta = setting(
        timedelta(minutes=5), "How long an answer may be remembered at most.", lasting(_SECOND, _DAY)
    )
    negative_ttl: timedelta = setting(
        _MINUTE, "How long it may be remembered that an address is not listed.", lasting(_SECOND, _DAY)
    )
    page: str = setting(
        "", "Address of the page that explains a ban; the ban's reference is put at its end.", _page
    )
    rate: int = setting(
        0,
        "Answers to one network (IPv4 /24, IPv6 /56) in a second at most over UDP; 0 sets no limit.",
        at_least(0),
    )
    on_failure: OnFailure = setting(
        "closed",
        "closed answers SERVFAIL while nothing is known of the bans, so that another server is asked; "
        "open says that nobody is listed.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsUpdateGateSettings:
    """[gate.dnsupdate]: the block list in another name server, by signed updates (RFC 2136)."""

    enabled: bool = setting(False, "Keep zones of another name server up to date.")
    server: str = setting("127.0.0.1:53", "Address and port of the name server, TCP.", host_and_port)
    zones: tuple[Literal["all", "attack", "spam", "standards"], ...] = setting(
        ("all",), "Which zones it has: that of all bans (gate.dnsbl.zone), and those of one kind below it."
    )
    key: str = setting("pforte", "Name of the TSIG key that may transfer and update the zones.", host_name)
    algorithm: Literal["hmac-sha256", "hmac-sha384", "hmac-sha512"] = setting(
        "hmac-sha256", "Algorithm of the key."
    )
    secret: Path = setting(Path("/etc/pforte/dnsupdate.key"), "File that holds the key in base64.")
    timeout: timedelta = setting(
        timedelta(seconds=10), "How long one update may take.", lasting(_SECOND, timedelta(minutes=5))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HaproxyGateSettings:
    """[gate.haproxy]: maps inside a running HAProxy, over its runtime socket."""

    enabled: bool = setting(False, "Keep a map of HAProxy up to date.")
    socket: Path = setting(Path("/run/haproxy/admin.sock"), "HAProxy's runtime socket (level admin).")
    map: Path = setting(
        Path(),
        "The map's file, named the same in HAProxy's configuration; empty is `haproxy.map` in the state folder.",
    )
    reconcile: timedelta = setting(
        timedelta(minutes=5),
        "How often the whole map is compared with the register.",
        lasting(_SECOND, _DAY),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RspamdGateSettings:
    """[gate.rspamd]: mail servers ask about whole mails as they ask rspamd (HTTP) or spamd (SPAMC), on one port."""

    enabled: bool = setting(False, "Answer questions about whole mails.")
    listen: str = setting("127.0.0.1:11333", "Address and port.", host_and_port)
    max_message: int = setting(
        52_428_800, "Octets of a mail at most; larger ones are not judged.", between(65_536, 1_073_741_824)
    )
    connections: int = setting(200, "Connections held at most.", between(1, 65_535))


@dataclass(frozen=True, slots=True, kw_only=True)
class MilterGateSettings:
    """[gate.milter]: Postfix and Sendmail tell every step of a client and the message (smtpd_milters)."""

    enabled: bool = setting(False, "Answer mail servers that speak the milter protocol.")
    listen: str = setting(
        "127.0.0.1:10042",
        "Address and port, or the path of a UNIX socket (mode 0660).",
        host_and_port_or_path,
    )
    max_message: int = setting(
        52_428_800, "Octets of a mail at most; larger ones are refused (552).", between(65_536, 1_073_741_824)
    )
    connections: int = setting(
        1_000, "Connections held at most; a mail server has one for each client.", between(1, 65_535)
    )
    on_failure: OnFailure = setting(
        "open", "open takes mail that could not be judged; closed puts it off (451 4.3.0)."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpGateSettings:
    """[gate.smtp]: mail is taken from the world for mail.domains, judged, and handed on in the dialogue."""

    enabled: bool = setting(False, "Take mail by SMTP.")
    listen: tuple[str, ...] = setting(
        ("127.0.0.1:2525",), "Addresses and ports; the world sends to port 25.", one_or_more(host_and_port)
    )
    next_hop: str = setting(
        "",
        "Mail server that gets the mail, by SMTP or LMTP, such as smtp:127.0.0.1:10025 or lmtp:/run/dovecot/lmtp; "
        "empty keeps it in `folder`.",
        next_hop,
    )
    next_hop_tls: Literal["off", "offered", "verified"] = setting(
        "offered",
        "Encryption to the next hop: offered uses STARTTLS where it is offered, verified wants it, and the right "
        "certificate.",
    )
    folder: Path = setting(
        Path(), "Maildir for mail without a next hop; empty is `mail` in the state folder."
    )
    certificate: Path = setting(
        Path(),
        "Certificate (PEM, with its chain) for STARTTLS; empty makes one that nobody has signed. The file is read "
        "again when it changes.",
    )
    key: Path = setting(Path(), "Its key (PEM); empty is the file of the certificate.")
    max_message: int = setting(
        52_428_800, "Octets of a mail at most; larger ones are refused (552).", between(65_536, 1_073_741_824)
    )
    memory: int = setting(
        268_435_456,
        "Octets of all mails that arrive at the same time; what is beyond is put off (452).",
        between(1_048_576, 68_719_476_736),
    )
    connections: int = setting(
        500, "Connections held at most; the one idle for longest makes room.", between(1, 65_535)
    )
    greeting_delay: timedelta = setting(
        timedelta(seconds=2),
        "How long a client waits for its greeting; who speaks before it is refused.",
        lasting(timedelta(0), timedelta(minutes=1)),
    )
    on_failure: OnFailure = setting(
        "open", "open takes mail that could not be judged; closed puts it off (451 4.3.0)."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """[gate.*]: where bans take effect."""

    nftables: NftablesGateSettings = NftablesGateSettings()
    files: FilesGateSettings = FilesGateSettings()
    postfix: PostfixGateSettings = PostfixGateSettings()
    haproxy: HaproxyGateSettings = HaproxyGateSettings()
    dnsbl: DnsblGateSettings = DnsblGateSettings()
    dnsupdate: DnsUpdateGateSettings = DnsUpdateGateSettings()
    crowdsec: CrowdsecGateSettings = CrowdsecGateSettings()
    http: HttpGateSettings = HttpGateSettings()
    rspamd: RspamdGateSettings = RspamdGateSettings()
    milter: MilterGateSettings = MilterGateSettings()
    smtp: SmtpGateSettings = SmtpGateSettings()
