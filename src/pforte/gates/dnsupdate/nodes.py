"""Which names a zone needs so that every address of a network is found, and no other.

A network becomes nodes: networks as long as some whole labels of a name. The records of a node that is one address stand
at its name, those of a wider one at the wildcard below it. A wildcard answers for a name only where no closer name exists
(RFC 4592 s3.3.1), so each node that exists within a ban needs its wildcard, those above other nodes too.

Names of the two families share a zone, and a wildcard of one must not answer for the other: ``*.0.0.2`` is below 2.0.0 of
IPv4, and above each address in 2000::/12. Such a wildcard never stands; the nodes below it stand instead.
"""

from collections.abc import Iterator
from ipaddress import IPv4Network

from pforte.net.addresses import Network

_V4_STEP, _V6_STEP = 8, 4
_V6_WIDEST = 16
"""Wildcards below fewer than four nibbles would answer for IPv4 addresses."""
_ONE_DIGIT = 10


def nodes_of(network: Network) -> Iterator[Network]:
    """Yield the nodes that hold the same addresses as a network.

    >>> from ipaddress import ip_network
    >>> list(nodes_of(ip_network("192.0.2.0/23")))
    [IPv4Network('192.0.2.0/24'), IPv4Network('192.0.3.0/24')]
    """
    step = _step(network)
    length = max(-(-network.prefixlen // step) * step, step)
    for node in network.subnets(new_prefix=length):
        if bears(node):
            yield node
        else:
            for child in node.subnets(prefixlen_diff=step):
                yield from nodes_of(child)


def above(node: Network) -> Iterator[Network]:
    """Yield the nodes that a node's name lies below, the nearest first."""
    step = _step(node)
    for length in range(node.prefixlen - step, 0, -step):
        yield node.supernet(new_prefix=length)


def bears(node: Network) -> bool:
    """Say whether a node's records can stand in a zone without answering for the other family."""
    if node.prefixlen == node.max_prefixlen:
        return True
    if isinstance(node, IPv4Network):
        return any(octet >= _ONE_DIGIT for octet in node.network_address.packed[: node.prefixlen // _V4_STEP])
    return node.prefixlen >= _V6_WIDEST


def owner_of(node: Network) -> str:
    """Return the name at which a node's records stand, without the zone.

    >>> from ipaddress import ip_network
    >>> owner_of(ip_network("192.0.2.0/24")), owner_of(ip_network("192.0.2.1/32"))
    ('*.2.0.192', '1.2.0.192')
    """
    packed = node.network_address.packed
    labels = [str(octet) for octet in packed] if isinstance(node, IPv4Network) else list(packed.hex())
    kept = labels[: node.prefixlen // _step(node)]
    if node.prefixlen < node.max_prefixlen:
        kept.append("*")
    return ".".join(reversed(kept))


def _step(network: Network) -> int:
    return _V4_STEP if isinstance(network, IPv4Network) else _V6_STEP
