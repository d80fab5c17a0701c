"""The table of settings: every name, type, default and help stands here once.

A section of the settings file is a frozen dataclass, a setting is a field made by :func:`setting`.
The loader, ``pforte settings``, ``pforte settings check`` and the generated reference all read this table.

Types a setting may have: ``bool``, ``int``, ``float``, ``str``, ``timedelta`` (written ``90s``, ``5m``,
``1h``, ``7d``, ``1d12h``), ``Path``, a ``Literal`` of words, a ``tuple[X, ...]`` of one of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal, TypeVar

T = TypeVar("T")


def setting(default: T, text: str) -> T:
    """Declare one setting: its default and its help (one or two sentences, unit included)."""
    if isinstance(default, dict | list):
        raise TypeError("a default must be immutable")
    return field(default=default, metadata={"help": text})


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """[service]: the running program."""

    state: Path = setting(Path("var"), "Folder of the register and of files that gates write.")
    simulate: bool = setting(False, "Judge and record, but let no gate enforce.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """[log]: the program's own log."""

    format: Literal["auto", "console", "json"] = setting(
        "auto", "Shape of the program's own log: auto is console on a terminal and json elsewhere."
    )
    level: Literal["debug", "info", "warning", "error"] = setting("info", "Least level that is logged.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegulationSettings:
    """[regulation]: the ladder."""

    durations: tuple[timedelta, ...] = setting(
        (timedelta(hours=1), timedelta(days=7), timedelta(days=30), timedelta(days=365)),
        "Length of a ban on each rung, shortest first.",
    )
    windows: tuple[timedelta, ...] = setting(
        (timedelta(hours=24), timedelta(days=7), timedelta(days=30), timedelta(days=30)),
        "For each rung, how long after the end of such a ban a new offence climbs to the next rung (inclusive).",
    )
    grace: timedelta = setting(
        timedelta(seconds=60), "Offences this long after the start of a ban belong to the same incident."
    )
    during_ban: Literal["evidence", "extend"] = setting(
        "evidence",
        "What an offence inside a ban does: evidence is recorded only, extend starts the ban anew on its rung.",
    )
    anchor: Literal["release", "violation"] = setting(
        "release", "Whether windows count from the end of the last ban or from its start."
    )
    reset: Literal["full", "step_down"] = setting(
        "full", "After the window: full starts on rung 1 again, step_down goes one rung below the last."
    )
    ipv6_prefix: int = setting(64, "Prefix length that an IPv6 address is charged to (48 to 128).")
    future: timedelta = setting(
        timedelta(seconds=60), "A line further in the future than this is taken as written now."
    )
    shared_rung: int = setting(
        2, "Highest rung for networks tagged shared; they are never shut out at the firewall."
    )
    escalate_ipv6: bool = setting(
        True, "Shut out the /56 when 4 different /64 of it were banned within 24 h."
    )
    escalate_ipv4: bool = setting(
        False, "Shut out the /24 when 8 different addresses of it were banned within 24 h."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExemptSettings:
    """[exempt]: who is never banned."""

    networks: tuple[str, ...] = setting((), "Addresses and networks that are never banned.")
    hosts: tuple[str, ...] = setting(
        (), "Host names whose addresses are never banned; looked up again every 5 minutes."
    )
    own: bool = setting(True, "Exempt this machine's own addresses and loopback.")
    gateway: bool = setting(True, "Exempt the default gateway.")
    resolvers: bool = setting(True, "Exempt the configured DNS resolvers.")
    crawlers: bool = setting(
        True,
        "Exempt crawlers proven by forward-confirmed reverse DNS or by published ranges; their offences raise an alert.",
    )
    crawler_ranges: tuple[Path, ...] = setting(
        (), "Files with published ranges of crawlers (the operators' JSON lists), named CRAWLER.json."
    )
    shared: tuple[str, ...] = setting(
        ("100.64.0.0/10",), "Networks that many people share (CGNAT): capped rung, never at the firewall."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterSettings:
    """[register]: the durable store."""

    url: str = setting("", "SQLAlchemy URL of the register; empty is SQLite in the state folder.")
    history: timedelta = setting(timedelta(days=400), "How long offences and ended bans are kept.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsSettings:
    """[dns]: look-ups."""

    servers: tuple[str, ...] = setting((), "Resolvers to ask; empty reads /etc/resolv.conf.")
    port: int = setting(53, "Port of the resolvers.")
    timeout: timedelta = setting(timedelta(seconds=2), "Time for one look-up with its retries.")
    cache: int = setting(10_000, "Answers kept in memory at most.")
    concurrency: int = setting(100, "Look-ups under way at once at most.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanSettings:
    """[scan]: reading visits."""

    engine: Literal["auto", "hyperscan", "re2"] = setting(
        "auto", "Engine of the pass over log blocks; auto takes hyperscan where it is installed."
    )
    block: int = setting(1_048_576, "Bytes of log handed to one pass (65536 to 4194304).")
    line: int = setting(65_536, "Longest line in bytes; the rest of a longer one is cut and counted.")
    networks: int = setting(
        1_000_000, "Networks whose counts are kept in memory at most; least recently seen leave first."
    )
    findings: int = setting(20, "Findings judged for one network in one block at most.")
    rules: Path = setting(Path(), "Folder of the request rules; empty takes those shipped.")
    crs: str = setting(
        "off", "OWASP Core Rule Set: off, auto (Debian's modsecurity-crs) or the folder that holds its rules."
    )
    crs_paranoia: int = setting(1, "Paranoia level of the Core Rule Set (1 to 4).")
    crs_threshold: int = setting(5, "Anomaly score from which the Core Rule Set makes an offence.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSettings:
    """[check."SLUG"]: what one check may do. Unset values are the check's own defaults."""

    mode: Literal["", "off", "watch", "enforce"] = setting("", "off, watch (record only) or enforce.")
    count: int = setting(0, "Findings of one network that make an offence; 0 is the check's own.")
    window: timedelta = setting(timedelta(0), "Time in which they are counted; 0 is the check's own.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    """[[source]]: one place to read visits from."""

    name: str = setting("", "Name in offences and logs; empty takes the path or address.")
    kind: Literal["file", "journal", "syslog", "stdin"] = setting("file", "Where lines come from.")
    path: str = setting("", "file: path or glob. syslog: path of a UNIX socket.")
    start: Literal["end", "beginning"] = setting(
        "end", "file: where a file is entered that was never read before."
    )
    units: tuple[str, ...] = setting((), "journal: systemd units to follow; empty follows all.")
    listen: str = setting("127.0.0.1:5514", "syslog: address and port.")
    transport: Literal["udp", "tcp", "unix"] = setting("udp", "syslog: how it arrives.")
    format: str = setting(
        "auto", "auto, a format's name (pforte formats lists them) or a log_format / LogFormat string."
    )
    timezone: str = setting("UTC", "Zone of lines that carry none (IANA name).")
    site: str = setting("", "Name of the [[site]] the lines are about, where they do not name the host.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """[[site]]: one web site, for robots.txt and for what it really runs."""

    name: str = setting("", "Host name of the site; the first site also stands for unknown hosts.")
    robots: str = setting(
        "", "Its robots.txt: a file or an http(s) URL; versions are kept with the time they came into force."
    )
    traps: tuple[str, ...] = setting(
        (), "Trap paths: disallowed, linked invisibly; whoever asks for one is convicted."
    )
    runs: tuple[str, ...] = setting(
        (), "Software the site really runs (such as wordpress, phpmyadmin), whose paths are then no probes."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NftablesGateSettings:
    """[gate.nftables]: the firewall."""

    enabled: bool = setting(False, "Enforce bans by nftables.")
    table: str = setting("pforte", "Name of the gate's own table (family inet).")
    priority: int = setting(-200, "Priority of the prerouting chain.")
    backend: Literal["auto", "library", "program"] = setting(
        "auto",
        "library talks through libnftables in the process, program runs nft; auto takes the first that works.",
    )
    size: int = setting(1_048_576, "Hosts each set holds at most.")
    reconcile: timedelta = setting(
        timedelta(minutes=5), "How often the kernel's sets are compared with the register."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesGateSettings:
    """[gate.files]: files that other software reads."""

    enabled: bool = setting(False, "Write the bans in force to files.")
    folder: Path = setting(Path(), "Where the files are written; empty is `files` in the state folder.")
    kinds: tuple[Literal["plain", "nginx-geo", "nginx-deny", "haproxy", "postfix", "json"], ...] = setting(
        ("plain", "nginx-geo", "nginx-deny", "haproxy", "postfix", "json"), "Which files are written."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """[gate.*]: where bans take effect."""

    nftables: NftablesGateSettings = NftablesGateSettings()
    files: FilesGateSettings = FilesGateSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of one installation."""

    service: ServiceSettings = ServiceSettings()
    log: LogSettings = LogSettings()
    regulation: RegulationSettings = RegulationSettings()
    exempt: ExemptSettings = ExemptSettings()
    register: RegisterSettings = RegisterSettings()
    dns: DnsSettings = DnsSettings()
    scan: ScanSettings = ScanSettings()
    check: Mapping[str, CheckSettings] = field(default_factory=dict)
    source: tuple[SourceSettings, ...] = ()
    site: tuple[SiteSettings, ...] = ()
    gate: GateSettings = GateSettings()
