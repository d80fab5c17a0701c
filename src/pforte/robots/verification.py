"""Is this visitor really the crawler that its agent names?

A published range that holds the address proves it. So does forward-confirmed reverse DNS (RFC 8601 s3) with a
name in a domain that the operator publishes. Whatever could not be found out is no verdict.
"""

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Network, ip_network

from pforte.dns.forward_confirmed import MOST_NAMES
from pforte.dns.resolver import Resolver, Status, Version
from pforte.net.addresses import Address, Network, fold
from pforte.robots.verifiable import RANGE_FILES, VERIFIABLE

RANGES_LIMIT = 4 * 1024 * 1024
"""Octets of a list of ranges that are accepted."""

_WIDEST = {4: 8, 6: 20}


class Verification(StrEnum):
    """What is known of a claim."""

    PROVEN = "proven"
    FORGED = "forged"
    """The operator's own words exclude this address."""
    UNKNOWN = "unknown"
    """DNS was in trouble, or the operator publishes nothing that excludes an address."""


class RangesError(ValueError):
    """A list of ranges cannot be read; the message says where and what to do."""


async def verify(
    crawler: str,
    address: Address,
    resolver: Resolver,
    ranges: Mapping[str, Sequence[Network]],
) -> Verification:
    """Find out whether an address belongs to a crawler.

    Ranges only prove where the crawler also has domains, because an operator may publish several lists; they
    convict where they are all that the operator publishes.

    Args:
        crawler: key of ``VERIFIABLE``; any other one is UNKNOWN.
        address: the visitor's address; v4-mapped is taken as IPv4.
        resolver: answers PTR and address questions; at most ``MOST_NAMES`` + 1 are asked.
        ranges: by crawler, the networks of its published lists as far as they were read.
    """
    verifiable = VERIFIABLE.get(crawler)
    if verifiable is None:
        return Verification.UNKNOWN
    real = fold(address)
    published = ranges.get(crawler, ())
    if any(real in network for network in published):
        return Verification.PROVEN
    if verifiable.domains:
        found = await _by_name(real, verifiable.domains, resolver)
    else:
        found = Verification.FORGED if published else Verification.UNKNOWN
    if found is Verification.FORGED and not verifiable.conclusive:
        return Verification.UNKNOWN
    return found


async def _by_name(address: Address, domains: tuple[str, ...], resolver: Resolver) -> Verification:
    version: Version = 4 if isinstance(address, IPv4Address) else 6
    reverse = await resolver.names(address)
    trouble = reverse.status is Status.TROUBLE
    # Names outside the domains are not looked up: a forger's own name server could answer with endless trouble
    # and so keep every verdict open.
    within = [name for name in reverse.values if _within(name, domains)]
    for name in within[:MOST_NAMES]:
        answer = await resolver.addresses(name, version)
        if address in answer.values:
            return Verification.PROVEN
        trouble = trouble or answer.status is Status.TROUBLE
    return Verification.UNKNOWN if trouble else Verification.FORGED


def _within(name: str, domains: tuple[str, ...]) -> bool:
    lowered = name.lower().removesuffix(".")
    return any(lowered == domain or lowered.endswith("." + domain) for domain in domains)


def crawler_of_ranges(stem: str) -> str:
    """Return the crawler that a file of ranges speaks of, from its name without ``.json``.

    Besides the names in ``VERIFIABLE`` the names under which operators publish their lists are known.

    Raises:
        RangesError: the name tells no crawler.

    >>> crawler_of_ranges("googlebot"), crawler_of_ranges("special-crawlers")
    ('googlebot', 'googlebot')
    """
    name = RANGE_FILES.get(stem.lower(), stem.lower())
    if name not in VERIFIABLE or not VERIFIABLE[name].ranges:
        known = ", ".join(
            sorted({key for key, value in VERIFIABLE.items() if value.ranges} | set(RANGE_FILES))
        )
        raise RangesError(
            f"no crawler is known by the file name {stem[:60]!r}; name it after one of: {known}"
        )
    return name


def parse_ranges(raw: bytes) -> tuple[Network, ...]:
    """Read a published list of ranges: the JSON that Google, Bing, Apple, OpenAI and others share.

    Raises:
        RangesError: it is no such list, or it holds a network so wide that it would prove strangers.

    >>> parse_ranges(b'{"prefixes": [{"ipv4Prefix": "192.0.2.0/27"}]}')
    (IPv4Network('192.0.2.0/27'),)
    """
    if len(raw) > RANGES_LIMIT:
        raise RangesError(f"the list is longer than {RANGES_LIMIT} octets; fetch it again from its operator")
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise RangesError(f"the list is no JSON ({error}); fetch it again from its operator") from error
    prefixes = document.get("prefixes") if isinstance(document, dict) else None
    if not isinstance(prefixes, list) or not prefixes:
        raise RangesError('the list has no "prefixes"; fetch it again from its operator')
    return tuple(_network(number, entry) for number, entry in enumerate(prefixes, 1))


def _network(number: int, entry: object) -> Network:
    text = (entry.get("ipv4Prefix") or entry.get("ipv6Prefix")) if isinstance(entry, dict) else None
    if not isinstance(text, str):
        raise RangesError(f"entry {number} has neither ipv4Prefix nor ipv6Prefix")
    try:
        network = ip_network(text)
    except ValueError as error:
        raise RangesError(f"entry {number}: {error}") from error
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped is not None:
        raise RangesError(f"entry {number}: {text} is a v4-mapped network; write it as IPv4")
    if network.prefixlen < _WIDEST[network.version]:
        raise RangesError(f"entry {number}: {text} is wider than any crawler's network")
    return network
