"""Reading addresses and networks as people and programs write them."""

from functools import lru_cache
from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

IPV6_PREFIX = 64


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


@lru_cache(maxsize=65_536)
def parse_address(text: str) -> Address:
    """Read one address; v4-mapped becomes IPv4, brackets and a zone id (RFC 4007 s11) are dropped.

    >>> parse_address("[2001:db8::1%eth0]")
    IPv6Address('2001:db8::1')
    """
    bare = text.strip().removeprefix("[").removesuffix("]").partition("%")[0]
    try:
        return fold(ip_address(bare))
    except (AddressValueError, ValueError) as error:
        raise AddressError(f"{text[:60]!r} is not an IP address") from error


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


def parse_network(text: str, ipv6_prefix: int = IPV6_PREFIX) -> Network:
    """Read a network; a bare address stands for the network it is charged to.

    Host bits that are set are refused, because the writer meant something else than was written.

    >>> parse_network("2001:db8::7")
    IPv6Network('2001:db8::/64')
    """
    bare = text.strip()
    if "/" not in bare:
        return network_of(parse_address(bare), ipv6_prefix)
    try:
        network = ip_network(bare, strict=True)
    except ValueError as error:
        raise AddressError(f"{text[:60]!r} is not a network: {error}") from error
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    if mapped is not None and network.prefixlen >= 96:
        return IPv4Network((mapped, network.prefixlen - 96))
    return network
