"""The zones that are served: one of all bans, and below it one for each kind of offence."""

from collections.abc import Sequence
from dataclasses import dataclass

from pforte.bans.offence import Kind
from pforte.gates.dnsbl.wire import QUESTION_AT, Type, render_name, render_record

REFRESH_SECONDS, RETRY_SECONDS, EXPIRE_SECONDS = 3_600, 600, 86_400
"""For secondaries, of which there are none: the usual values."""
APEX_SECONDS = 3_600
"""How long it may be remembered who serves a zone."""


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone.

    Attributes:
        name: as people write it, without the last point.
        labels: the same in small letters.
        kind: kind of the offences it lists; None for the zone of all bans.
    """

    name: str
    labels: tuple[bytes, ...]
    kind: Kind | None


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who serves the zones, and how long it may be remembered that an address is not listed.

    Attributes:
        servers: names of the name servers, the first of them the primary.
        mailbox: the keeper's mailbox as a name.
        negative_seconds: how long an absence may be remembered.
    """

    servers: tuple[str, ...]
    mailbox: str
    negative_seconds: int


def zones_below(name: str) -> tuple[Zone, ...]:
    """Return the zones that the name of the main one stands for: those of one kind, and then the main one.

    >>> [zone.name for zone in zones_below("dnsbl.example.")]
    ['attack.dnsbl.example', 'spam.dnsbl.example', 'standards.dnsbl.example', 'dnsbl.example']
    """
    bare = name.lower().removesuffix(".")
    return (*(_zone(f"{kind}.{bare}", kind) for kind in Kind), _zone(bare, None))


def zone_of(zones: Sequence[Zone], labels: tuple[bytes, ...]) -> Zone | None:
    """Return the zone that a name lies in, or None where it lies in none."""
    return next((zone for zone in zones if labels[-len(zone.labels) :] == zone.labels), None)


def render_soa(keeper: Keeper, serial: int) -> bytes:
    """Return the SOA record of a zone without its owner's name.

    It stands in every answer that says no: how long that may be remembered is the lesser of its TTL and its last
    number (RFC 2308 s5), which are the same here.
    """
    numbers = (serial, REFRESH_SECONDS, RETRY_SECONDS, EXPIRE_SECONDS, keeper.negative_seconds)
    names = render_name(keeper.servers[0]) + render_name(keeper.mailbox)
    data = names + b"".join(number.to_bytes(4) for number in numbers)
    return render_record(Type.SOA, keeper.negative_seconds, data)


def render_servers(keeper: Keeper) -> list[bytes]:
    """Return the NS records of the zone whose name was asked for."""
    names = (render_name(server) for server in keeper.servers)
    return [QUESTION_AT + render_record(Type.NS, APEX_SECONDS, name) for name in names]


def _zone(name: str, kind: Kind | None) -> Zone:
    return Zone(name, tuple(label.encode("ascii") for label in name.split(".")), kind)
