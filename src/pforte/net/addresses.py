"""Reading addresses and networks as people and programs write them."""

import re
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from socket import AF_INET, AF_INET6, inet_pton

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

IPV6_PREFIX = 64

LONGEST_TEXT = 100
"""A longer text is no address: 45 characters at most, brackets, a zone id and a prefix length with it."""


_MAPPED = 0xFFFF  # the upper 96 bits of a v4-mapped address (RFC 4291 s2.5.5.2)
_INET, _INET6 = int(AF_INET), int(AF_INET6)  # as numbers they are taken in half the time
_number = int.from_bytes
_BRACKETED = re.compile(r"\[[0-9.]{7,15}\]")


class AddressError(ValueError):
    """A text is not an address or a network; the message quotes it."""


def fold(address: Address) -> Address:
    """Return the IPv4 address inside a v4-mapped IPv6 address (RFC 4291 s2.5.5.2), or the address itself.

    >>> fold(ip_address("::ffff:192.0.2.1"))
    IPv4Address('192.0.2.1')
    """
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def parse_address(text: str) -> Address:
    """Read one address; v4-mapped becomes IPv4, brackets and a zone id (RFC 4007 s11) are dropped.

    Raises:
        AddressError: the text is no address, or it is longer than LONGEST_TEXT.

    >>> parse_address("[2001:db8::1%eth0]")
    IPv6Address('2001:db8::1')
    """
    if len(text) > LONGEST_TEXT:  # Before the cache, which would keep the text.
        raise AddressError(f"{text[:60]!r}... is not an IP address")
    return _parse_short(text)


@lru_cache(maxsize=65_536)
def _parse_short(text: str) -> Address:
    bare = text.strip()
    if bare.startswith("[") and bare.endswith("]"):
        bare = bare[1:-1]
    numbers, percent, _ = bare.partition("%")
    try:
        address = ip_address(numbers)
    except ValueError as error:
        raise AddressError(f"{text!r} is not an IP address") from error
    if percent and isinstance(address, IPv4Address):
        raise AddressError(f"{text!r} is not an IP address: IPv4 has no zones")
    return fold(address)


def number_of(text: str) -> tuple[int, int] | None:
    """Return an address as a number and how many bits it has; None where the text is no address.

    The same as :func:`parse_address` in a quarter of a microsecond, for look-ups that need no address object.

    >>> number_of("192.0.2.1") == number_of("::ffff:192.0.2.1") == (0xC000_0201, 32)
    True
    """
    try:
        if ":" not in text:
            return _number(inet_pton(_INET, text)), 32
        if len(text) > LONGEST_TEXT:
            return None
        bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
        value = _number(inet_pton(_INET6, bare.partition("%")[0]))
    except (OSError, ValueError):  # ValueError: a NUL character or a lone surrogate
        return number_of(text[1:-1]) if _BRACKETED.fullmatch(text) else None
    return (value & 0xFFFF_FFFF, 32) if value >> 32 == _MAPPED else (value, 128)


@lru_cache(maxsize=65_536)
def network_of(address: Address, ipv6_prefix: int = IPV6_PREFIX) -> Network:
    """Return the network an act from ``address`` is charged to: the /32, or the IPv6 /64 by default.

    >>> network_of(ip_address("2001:db8:1:2::a"))
    IPv6Network('2001:db8:1:2::/64')
    """
    folded = fold(address)
    if isinstance(folded, IPv4Address):
        return IPv4Network(folded)
    return IPv6Network((int(folded) >> (128 - ipv6_prefix) << (128 - ipv6_prefix), ipv6_prefix))


def network_of_text(text: str, ipv6_prefix: int = IPV6_PREFIX) -> Network:
    """Return the network that an act from the address in ``text`` is charged to.

    The same as ``network_of(parse_address(text))`` with one look into a cache where the text was seen before.

    Raises:
        AddressError: the text is no address.

    >>> network_of_text("::ffff:192.0.2.1")
    IPv4Network('192.0.2.1/32')
    """
    if len(text) > LONGEST_TEXT:  # Before the cache, which would keep the text.
        raise AddressError(f"{text[:60]!r}... is not an IP address")
    return _network_of_short(text, ipv6_prefix)


@lru_cache(maxsize=65_536)
def _network_of_short(text: str, ipv6_prefix: int) -> Network:
    return network_of(_parse_short(text), ipv6_prefix)


def parse_network(text: str, ipv6_prefix: int = IPV6_PREFIX) -> Network:
    """Read a network; a bare address stands for the network it is charged to. A zone id is dropped.

    Host bits that are set are refused, because the writer meant something else than was written.

    Raises:
        AddressError: the text is no network.

    >>> parse_network("2001:db8::7")
    IPv6Network('2001:db8::/64')
    """
    if len(text) > LONGEST_TEXT:
        raise AddressError(f"{text[:60]!r}... is not an IP address or network")
    bare = text.strip()
    if "/" not in bare:
        return network_of(parse_address(bare), ipv6_prefix)
    try:
        network = ip_network(bare, strict=True)
    except ValueError as error:
        raise AddressError(f"{text!r} is not a network{_meant(bare)}") from error
    if isinstance(network, IPv4Network):
        return network
    if network.network_address.ipv4_mapped is not None and network.prefixlen >= 96:
        return IPv4Network((network.network_address.ipv4_mapped, network.prefixlen - 96))
    return IPv6Network((int(network.network_address), network.prefixlen))  # Without its zone.


def _meant(text: str) -> str:
    """Return what a text that is no network may have meant."""
    try:
        return f": it has host bits set, did you mean {ip_network(text, strict=False)}?"
    except ValueError:
        return " such as 192.0.2.0/24"
