"""What a value must be beyond its type: ranges, and texts that name an address, a host or a zone.

Each function here is, or makes, a test of one value: it answers "" where the value is good, else the
sentence the operator reads after the setting's name.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from difflib import get_close_matches
from ipaddress import ip_address, ip_network
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pforte.net.unix_socket import socket_path
from pforte.settings.durations import render_duration

T = TypeVar("T")
Limit = Callable[[T], str]

# Each pattern is linear: one class per position, no repetition inside a repetition that could match alike.
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII | re.IGNORECASE)
_WORD = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII | re.IGNORECASE)
_TABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}", re.ASCII)
_LONGEST_CONTACT = 200
_LONGEST_SOCKET = 107  # sun_path of unix(7), less its final NUL
_LONGEST_HOST = 253  # RFC 1035 s2.3.4, without the root's dot


def between(low: int, high: int) -> Limit[int]:
    """Allow whole numbers from ``low`` to ``high``, both included."""
    return lambda value: "" if low <= value <= high else f"must be {low} to {high}, not {value}"


def at_least(low: int) -> Limit[int]:
    """Allow whole numbers from ``low``."""
    return lambda value: "" if value >= low else f"must be {low} or more, not {value}"


def lasting(low: timedelta, high: timedelta) -> Limit[timedelta]:
    """Allow spans from ``low`` to ``high``, both included."""
    said = f"must be {render_duration(low)} to {render_duration(high)}"
    return lambda value: "" if low <= value <= high else f"{said}, not {render_duration(value)}"


def each(limit: Limit[T]) -> Limit[tuple[T, ...]]:
    """Ask ``limit`` of every value of a list; the first complaint is the answer."""
    return lambda values: next((said for said in map(limit, values) if said), "")


def each_of_table(limit: Limit[T]) -> Limit[Mapping[str, T]]:
    """Ask ``limit`` of every value of a table; the first complaint, after its name, is the answer."""
    return lambda table: next((f"{name} {said}" for name, one in table.items() if (said := limit(one))), "")


def one_or_more(limit: Limit[T]) -> Limit[tuple[T, ...]]:
    """Like :func:`each`, for a list that must not be empty."""
    every = each(limit)
    return lambda values: every(values) if values else "must not be empty"


def address(value: str) -> str:
    """Allow an IPv4 or IPv6 address."""
    try:
        ip_address(value)
    except ValueError:
        return f'"{value}" is not an IP address'
    return ""


def network(value: str) -> str:
    """Allow an address or a network without host bits."""
    try:
        ip_network(value)
    except ValueError as error:
        try:
            meant = ip_network(value, strict=False)
        except ValueError:
            return f'"{value}" is not an address or network such as "192.0.2.0/24": {error}'
        return f'"{value}" has host bits set; did you mean "{meant}"?'
    return ""


def host_name(value: str) -> str:
    """Allow a host name in ASCII (RFC 1123 s2.1; internationalised names in their A-label form)."""
    bare = value.removesuffix(".")
    if 0 < len(bare) <= _LONGEST_HOST and all(map(_LABEL.fullmatch, bare.split("."))):
        return ""
    return f'"{value}" is not a host name'


def host_and_port(value: str) -> str:
    """Allow ``address:port`` or ``[address]:port``."""
    host, colon, port = value.rpartition(":")
    if colon and port.isascii() and port.isdigit() and int(port[:6]) <= 65_535:
        bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
        if (bare != host) == (":" in bare):
            return address(bare)
    return f'"{value}" is not an address and port such as "127.0.0.1:5514" or "[::1]:5514"'


def host_and_port_or_path(value: str) -> str:
    """Allow what :func:`host_and_port` allows, or the path of a UNIX socket, which begins with a slash."""
    if not value.startswith("/"):
        return host_and_port(value)
    length = len(value.encode("utf-8", "surrogatepass"))
    if length > _LONGEST_SOCKET:
        return f"must have {_LONGEST_SOCKET} bytes at most as the path of a socket, not {length}"
    return one_line(value)


def address_or_socket(value: str) -> str:
    """Allow what :func:`host_and_port` allows, and the absolute path of a UNIX socket with or without ``unix:``."""
    if socket_path(value):
        return one_line(value)
    said = host_and_port(value)
    return f'{said}, nor the path of a UNIX socket such as "/run/pforte/gate"' if said else ""


def next_hop(value: str) -> str:
    """Allow nothing, or a mail server: protocol, host and port, or protocol and path of a UNIX socket."""
    protocol, _, place = value.partition(":")
    host, colon, port = place.rpartition(":")
    is_good = protocol in ("smtp", "lmtp") and (
        not host_and_port_or_path(place)
        or (colon and not host_name(host) and not host_and_port(f"127.0.0.1:{port}"))
    )
    if is_good or not value:
        return ""
    return f'"{value}" is not a mail server such as "smtp:127.0.0.1:25" or "lmtp:/run/dovecot/lmtp"'


def time_zone(value: str) -> str:
    """Allow UTC and the zones of the machine's IANA time zone database."""
    if value == "UTC":
        return ""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f'"{value}" is no time zone known here{suggestion(value, sorted(available_timezones()))}'
    return ""


def page_or_file(value: str) -> str:
    """Allow a path, or a URL of http or https."""
    if "://" in value and not value.startswith(("http://", "https://")):
        return f'"{value}" is neither a path nor an http(s) URL'
    return one_line(value)


def url_path(value: str) -> str:
    """Allow a path on a web site, which begins with a slash."""
    return one_line(value) if value.startswith("/") else f'"{value}" must begin with "/"'


def word(value: str) -> str:
    """Allow a word of letters, digits, points, hyphens and underscores."""
    return "" if _WORD.fullmatch(value) else f'"{value}" is not a word of letters, digits and hyphens'


def table_name(value: str) -> str:
    """Allow an identifier that nftables takes without quoting."""
    if _TABLE.fullmatch(value):
        return ""
    return f'"{value}" must be a letter and then at most 30 letters, digits or underscores'


def one_line(value: str) -> str:
    """Allow a text without control characters."""
    return "" if value.isprintable() else f"{value!r} holds a control character"


def contact(value: str) -> str:
    """Allow a text that fits into every refusal: printable ASCII (RFC 5321 s4.2), at most 200 characters."""
    if value.count("{reference}") > 1:
        return "must hold {reference} once at most"
    if value.isascii() and value.isprintable() and len(value) <= _LONGEST_CONTACT:
        return ""
    return f"must be at most {_LONGEST_CONTACT} printable ASCII characters, because it stands in SMTP answers"


def suggestion(wrong: str, known: Sequence[str]) -> str:
    """Return ``; did you mean "x"?`` with the nearest known name, or "" where none is near."""
    near = get_close_matches(wrong[:80], known, 1, 0.6)
    return f'; did you mean "{near[0]}"?' if near else ""
