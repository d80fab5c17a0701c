"""The table of settings: every name, type, default and help stands here once.

A section of the settings file is a frozen dataclass, a setting is a field made by :func:`setting`.
Those of the gates stand in ``gates.py``, those of mail in ``mail.py``. The loader, ``pforte settings``, ``pforte settings check`` and the generated reference all read this table.

Types a setting may have: ``bool``, ``int``, ``float``, ``str``, ``timedelta`` (written ``90s``, ``5m``,
``1h``, ``7d``, ``1d12h``), ``Path``, a ``Literal`` of words, a ``tuple[X, ...]`` of one of them, a ``Mapping[str, X]``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

from pforte.settings.database_url import database
from pforte.settings.declaration import setting
from pforte.settings.gates import GateSettings
from pforte.settings.limits import (
    address,
    at_least,
    between,
    contact,
    each,
    host_and_port,
    host_name,
    lasting,
    network,
    one_line,
    one_or_more,
    page_or_file,
    time_zone,
    url_path,
    word,
)
from pforte.settings.mail import MailSettings, RecipientSettings

_MOMENT, _SECOND, _MINUTE, _DAY, _CENTURY = (
    timedelta(0),
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(days=1),
    timedelta(days=36_500),
)


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
class DeskSettings:
    """[desk]: what outsiders who are shut out are told."""

    contact: str = setting(
        "",
        "Where they turn to: a mail address or a URL. It stands in refusals and explanations; `{reference}` in it"
        " becomes the ban's reference.",
        contact,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RegulationSettings:
    """[regulation]: the ladder."""

    durations: tuple[timedelta, ...] = setting(
        (timedelta(hours=1), timedelta(days=7), timedelta(days=30), timedelta(days=365)),
        "Length of a ban on each rung, shortest first.",
        one_or_more(lasting(_SECOND, _CENTURY)),
    )
    windows: tuple[timedelta, ...] = setting(
        (timedelta(hours=24), timedelta(days=7), timedelta(days=30), timedelta(days=30)),
        "For each rung, how long after the end of such a ban a new offence climbs to the next rung (inclusive).",
        one_or_more(lasting(_MOMENT, _CENTURY)),
    )
    grace: timedelta = setting(
        timedelta(seconds=60),
        "Offences this long after the start of a ban belong to the same incident.",
        lasting(_MOMENT, _DAY),
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
    ipv6_prefix: int = setting(
        64, "Prefix length that an IPv6 address is charged to (48 to 128).", between(48, 128)
    )
    future: timedelta = setting(
        timedelta(seconds=60),
        "A line further in the future than this is taken as written now.",
        lasting(_MOMENT, _DAY),
    )
    shared_rung: int = setting(
        2, "Highest rung for networks tagged shared; they are never shut out at the firewall.", at_least(1)
    )
    retries: timedelta = setting(
        timedelta(days=5),
        "How long a mail queue may try one message again: each such retry is shut out on the same rung; 0s is never.",
        lasting(_MOMENT, _CENTURY),
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

    networks: tuple[str, ...] = setting((), "Addresses and networks that are never banned.", each(network))
    hosts: tuple[str, ...] = setting(
        (), "Host names whose addresses are never banned; looked up again every 5 minutes.", each(host_name)
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
        ("100.64.0.0/10",),
        "Networks that many people share (CGNAT): capped rung, never at the firewall.",
        each(network),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterSettings:
    """[register]: the durable store."""

    url: str = setting("", "SQLAlchemy URL of the register; empty is SQLite in the state folder.", database)
    history: timedelta = setting(
        timedelta(days=400), "How long offences and ended bans are kept.", lasting(_DAY, _CENTURY)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsSettings:
    """[dns]: look-ups."""

    servers: tuple[str, ...] = setting((), "Resolvers to ask; empty reads /etc/resolv.conf.", each(address))
    port: int = setting(53, "Port of the resolvers.", between(1, 65_535))
    timeout: timedelta = setting(
        timedelta(seconds=2),
        "Time for one look-up with its retries.",
        lasting(timedelta(milliseconds=10), _MINUTE),
    )
    cache: int = setting(10_000, "Answers kept in memory at most.", between(1, 10_000_000))
    concurrency: int = setting(100, "Look-ups under way at once at most.", between(1, 10_000))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanSettings:
    """[scan]: reading visits."""

    engine: Literal["auto", "hyperscan", "re2"] = setting(
        "auto", "Engine of the pass over log blocks; auto takes hyperscan where it is installed."
    )
    block: int = setting(
        1_048_576, "Bytes of log handed to one pass (65536 to 4194304).", between(65_536, 4_194_304)
    )
    line: int = setting(
        65_536,
        "Longest line in bytes; the rest of a longer one is cut and counted.",
        between(1_024, 4_194_304),
    )
    networks: int = setting(
        1_000_000,
        "Networks whose counts are kept in memory at most; least recently seen leave first.",
        at_least(1),
    )
    findings: int = setting(20, "Findings judged for one network in one block at most.", at_least(1))
    rules: Path = setting(Path(), "Folder of the request rules; empty takes those shipped.")
    crs: str = setting(
        "off",
        "OWASP Core Rule Set: off, auto (Debian's modsecurity-crs) or the folder that holds its rules.",
        one_line,
    )
    crs_paranoia: int = setting(1, "Paranoia level of the Core Rule Set (1 to 4).", between(1, 4))
    crs_threshold: int = setting(
        5, "Anomaly score from which the Core Rule Set makes an offence.", at_least(1)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSettings:
    """[check."SLUG"]: what one check may do. Unset values are the check's own defaults."""

    mode: Literal["", "off", "watch", "enforce", "mark", "defer", "reject"] = setting(
        "",
        "Of a visit: off, watch (record only) or enforce. Of mail: off, watch, mark (add a header), defer (refuse for"
        " now) or reject.",
    )
    count: int = setting(
        0, "Findings of one network that make an offence; 0 is the check's own.", at_least(0)
    )
    window: timedelta = setting(
        timedelta(0), "Time in which they are counted; 0 is the check's own.", lasting(_MOMENT, _CENTURY)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    """[[source]]: one place to read visits from."""

    name: str = setting("", "Name in offences and logs; empty takes the path or address.", one_line)
    kind: Literal["file", "journal", "syslog", "stdin"] = setting("file", "Where lines come from.")
    path: str = setting("", "file: path or glob. syslog: path of a UNIX socket.", one_line)
    start: Literal["end", "beginning"] = setting(
        "end", "file: where a file is entered that was never read before."
    )
    units: tuple[str, ...] = setting(
        (), "journal: systemd units to follow; empty follows all.", each(one_line)
    )
    listen: str = setting("127.0.0.1:5514", "syslog: address and port.", host_and_port)
    transport: Literal["udp", "tcp", "unix"] = setting("udp", "syslog: how it arrives.")
    format: str = setting(
        "auto", "auto, a format's name (pforte formats lists them) or a log_format / LogFormat string."
    )
    timezone: str = setting("UTC", "Zone of lines that carry none (IANA name).", time_zone)
    site: str = setting(
        "", "Name of the [[site]] the lines are about, where they do not name the host.", one_line
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """[[site]]: one web site, for robots.txt and for what it really runs."""

    name: str = setting("", "Host name of the site; the first site also stands for unknown hosts.", host_name)
    robots: str = setting(
        "",
        "Its robots.txt: a file or an http(s) URL; versions are kept with the time they came into force.",
        page_or_file,
    )
    traps: tuple[str, ...] = setting(
        (), "Trap paths: disallowed, linked invisibly; whoever asks for one is convicted.", each(url_path)
    )
    runs: tuple[str, ...] = setting(
        (),
        "Software the site really runs (such as wordpress, phpmyadmin), whose paths are then no probes; the"
        " reference of checks lists the words.",
        each(word),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of one installation."""

    service: ServiceSettings = ServiceSettings()
    log: LogSettings = LogSettings()
    desk: DeskSettings = DeskSettings()
    regulation: RegulationSettings = RegulationSettings()
    exempt: ExemptSettings = ExemptSettings()
    register: RegisterSettings = RegisterSettings()
    dns: DnsSettings = DnsSettings()
    scan: ScanSettings = ScanSettings()
    check: Mapping[str, CheckSettings] = field(default_factory=dict)
    source: tuple[SourceSettings, ...] = ()
    site: tuple[SiteSettings, ...] = ()
    gate: GateSettings = GateSettings()
    mail: MailSettings = MailSettings()
    recipient: tuple[RecipientSettings, ...] = ()
