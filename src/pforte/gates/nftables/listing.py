"""Reading back what the kernel holds."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network, summarize_address_range
from typing import Any

from pforte.gates.gate import GateError
from pforte.gates.nftables.ruleset import ADDRESSES_V6, CHAIN, EXEMPT_SETS, REFUSED, Layout, base_of
from pforte.gates.overlap import collapse
from pforte.net.addresses import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What stands in the gate's table.

    Attributes:
        sets: for each set of bans its networks, with the seconds each still stays (None: for ever).
        exempt: networks that are let through.
        chain: the chain and its rules, to be compared with ``ruleset.expected_chain``.
        dropped: packets that each set's rule has refused since the table was loaded.
        refusals: the rules of the chain that answers, to be compared with ``ruleset.expected_refusals``.
    """

    sets: Mapping[str, Mapping[Network, int | None]]
    exempt: frozenset[Network]
    chain: tuple[tuple[str, ...], ...]
    dropped: Mapping[str, int]
    refusals: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Element:
    value: Any
    left: int | None


def parse_listing(text: str, layout: Layout) -> Listing:
    """Read the answer to ``list table`` (libnftables-json(5)).

    Raises:
        GateError: it is not what nftables is known to answer.
    """
    sets: dict[str, dict[Network, int | None]] = {name: {} for name in (*layout.sets(), *EXEMPT_SETS)}
    chain: list[tuple[str, ...]] = []
    refusals: list[tuple[str, str]] = []
    dropped: dict[str, int] = {}
    try:
        for entry in json.loads(text, object_hook=_compact)["nftables"]:
            if "set" in entry and entry["set"]["name"] in sets:
                found = entry["set"]
                sets[found["name"]] = dict(_networks(found, layout))
            elif "chain" in entry and entry["chain"]["name"] == CHAIN:
                chain.append(tuple(str(entry["chain"][key]) for key in ("hook", "prio", "policy")))
            elif "rule" in entry and entry["rule"]["chain"] == CHAIN:
                right, verdict, packets = _rule(entry["rule"]["expr"])
                chain.append((right, verdict))
                if packets is not None:
                    dropped[right.rpartition("@")[2]] = packets
            elif "rule" in entry and entry["rule"]["chain"] == REFUSED:
                refusals.append(_rule(entry["rule"]["expr"])[:2])
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise GateError(f"nftables listed its table in an unknown form: {error!r}") from error
    exempt = collapse(network for name in EXEMPT_SETS for network in sets.pop(name))
    return Listing(sets=sets, exempt=exempt, chain=tuple(chain), refusals=tuple(refusals), dropped=dropped)


def _compact(entry: dict[str, Any]) -> Any:
    """Shrink an element while it is read: 100,000 of them as nested dicts would take 100 MB."""
    if "val" in entry and "expires" in entry:
        return _Element(entry["val"], int(entry["expires"]))
    if isinstance(entry.get("elem"), _Element):
        return entry["elem"]
    return entry


def _networks(found: dict[str, Any], layout: Layout) -> Iterator[tuple[Network, int | None]]:
    for element in found.get("elem", ()):
        value, left = (element.value, element.left) if isinstance(element, _Element) else (element, None)
        for network in _values(value):
            if base_of(found["name"]) == ADDRESSES_V6:
                yield ip_network((network.network_address, layout.ipv6_prefix), strict=False), left
            else:
                yield network, left


def _values(value: Any) -> Iterator[Network]:
    if isinstance(value, str):
        yield ip_network(value)
    elif "prefix" in value:
        yield ip_network((value["prefix"]["addr"], value["prefix"]["len"]))
    elif "range" in value:
        first, last = (ip_address(each) for each in value["range"])
        yield from summarize_address_range(first, last)
    else:
        raise ValueError(f"an element {str(value)[:60]!r}")


def _rule(expressions: list[dict[str, Any]]) -> tuple[str, str, int | None]:
    """Return the right sides of a rule's matches, its last expression, and the packets it counted."""
    rights = (_right(each["match"]["right"]) for each in expressions if "match" in each)
    right = " ".join(filter(None, rights))
    # A counter that somebody named is listed by its name only.
    counters = (each["counter"] for each in expressions if "counter" in each)
    packets = next((int(each["packets"]) for each in counters if isinstance(each, dict)), None)
    return right, next(iter(expressions[-1])), packets


def _right(value: Any) -> str:
    """Return the right side of a match: a word, a port or some ports; "" for what is not told apart."""
    values = value["set"] if isinstance(value, dict) and "set" in value else [value]
    if all(isinstance(each, int) for each in values):
        return ",".join(map(str, sorted(values)))
    return value if isinstance(value, str) else ""
