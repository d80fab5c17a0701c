"""Who really connected, where trusted proxies stand before us.

A proxy appends the address it was asked from to ``X-Forwarded-For`` or ``Forwarded`` (RFC 7239), so the chain
is true from its right end as far as the proxies are ours; all to the left of that may be a lie. The visitor is
therefore the rightmost address that is not a trusted proxy.

Which of the two headers to read is for the operator to say: a proxy that writes one passes the other
through as the visitor sent it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pforte.net.addresses import Address, AddressError, Network, fold, parse_address
from pforte.net.prefix_table import PrefixTable

MOST_HOPS = 32
"""Nodes of a chain that are looked at; nobody has more proxies of his own."""

MOST_CHARACTERS = 8_192
"""Characters of a chain that are looked at, counted from its right end."""

_PORT = re.compile(r"[0-9]{1,5}|_[A-Za-z0-9._-]{1,60}", re.ASCII)  # RFC 7239 s6: node-port
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who connected.

    Attributes:
        address: the visitor; None where a trusted proxy does not say who asked it, so nobody can be charged.
        proxies: the trusted proxies between the visitor and us, nearest first.
        trouble: what is wrong with the chain, or "".
    """

    address: Address | None
    proxies: tuple[Address, ...] = ()
    trouble: str = ""


class TrustedProxies:
    """The networks whose word is taken.

    Args:
        networks: addresses of the proxies.
    """

    def __init__(self, networks: Iterable[Network]) -> None:
        self._table: PrefixTable[None] = PrefixTable()
        for network in networks:
            self._table.set(network, None)

    def trusts(self, address: Address) -> bool:
        """Say whether the address is that of a trusted proxy."""
        return self._table.longest(address) is not None

    def visitor(self, peer: Address, nodes: Iterable[str]) -> Visitor:
        """Return who connected through ``peer``.

        Where every node is a trusted proxy, the farthest of them is the visitor: it asked for itself.

        Args:
            peer: the address of the connection.
            nodes: what the header says, nearest first: :func:`read_forwarded_for` or :func:`read_forwarded`.
        """
        address, proxies = fold(peer), list[Address]()
        if not self.trusts(address):
            return Visitor(address)
        for node in nodes:
            if len(proxies) == MOST_HOPS:
                return Visitor(None, tuple(proxies), f"the chain has more than {MOST_HOPS} trusted proxies")
            proxies.append(address)
            found = parse_node(node)
            if found is None:
                return Visitor(None, tuple(proxies), f"{address} names no address: {node[:60]!r}")
            address = found
            if not self.trusts(address):
                break
        return Visitor(address, tuple(proxies))


def read_forwarded_for(values: Sequence[str]) -> Iterator[str]:
    """Yield the nodes of ``X-Forwarded-For``, nearest first.

    Args:
        values: the header's values, one for each line, in their order.
    """
    yield from filter(None, (node.strip() for node in _from_right(values, ",", quoted=False)))


def read_forwarded(values: Sequence[str]) -> Iterator[str]:
    """Yield the nodes of ``Forwarded`` (RFC 7239 s4), nearest first; "" where an element names none.

    The header is read from its right end, so that a broken left end cannot hide what trusted proxies wrote.

    Args:
        values: the header's values, one for each line, in their order.
    """
    for element in _from_right(values, ",", quoted=True):
        if element.strip():
            yield _node(element)


def parse_node(node: str) -> Address | None:
    """Read the address of a node (RFC 7239 s6), with or without a port; None where it names none.

    >>> parse_node("[2001:db8::1]:4711")
    IPv6Address('2001:db8::1')
    >>> parse_node("unknown")
    """
    host, colon, port = node.rpartition(":")
    with_port = colon and (host.endswith("]") or ":" not in host)
    if with_port and not _PORT.fullmatch(port):
        return None
    try:
        return parse_address(host if with_port else node)
    except AddressError:
        return None


def _node(element: str) -> str:
    found = [
        value.strip()
        for name, equals, value in (pair.partition("=") for pair in _from_right([element], ";", quoted=True))
        if equals and name.strip().lower() == "for"
    ]
    if len(found) != 1:  # RFC 7239 s4: each parameter once in an element
        return ""
    value = found[0]
    if len(value) > 1 and value[0] == value[-1] == '"':
        return _ESCAPED.sub(r"\1", value[1:-1])
    return value


def _from_right(values: Sequence[str], separator: str, *, quoted: bool) -> Iterator[str]:
    """Split at a separator that does not stand in a quoted string, from right to left.

    Where the text is too long, its leftmost part is cut and yielded as a node that names no address.
    """
    whole = ",".join(values)
    text = whole[-MOST_CHARACTERS:]
    end, inside = len(text), False
    for at in range(len(text) - 1, -1, -1):
        sign = text[at]
        if quoted and sign == '"' and not _escaped(text, at):
            inside = not inside
        elif sign == separator and not inside:
            yield text[at + 1 : end]
            end = at
    yield text[:end] if len(text) == len(whole) else "?"


def _escaped(text: str, at: int) -> bool:
    """Say whether an odd number of backslashes stands before a place (RFC 9110 s5.6.4)."""
    count = 0
    while at > count and text[at - 1 - count] == "\\":
        count += 1
    return count % 2 == 1
