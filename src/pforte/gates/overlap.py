"""Networks without overlaps, and networks with holes."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, collapse_addresses

from pforte.net.addresses import Network
from pforte.net.prefix_table import PrefixTable


def collapse(networks: Iterable[Network]) -> frozenset[Network]:
    """Return networks that hold the same addresses and do not overlap.

    >>> from ipaddress import ip_network
    >>> collapse([ip_network("10.0.0.0/9"), ip_network("10.128.0.0/9"), ip_network("10.1.2.3")])
    frozenset({IPv4Network('10.0.0.0/8')})
    """
    given = list(networks)
    return frozenset(
        (
            *collapse_addresses(network for network in given if isinstance(network, IPv4Network)),
            *collapse_addresses(network for network in given if isinstance(network, IPv6Network)),
        )
    )


def cut_out(network: Network, holes: Iterable[Network]) -> list[Network]:
    """Return what is left of a network without the holes.

    Args:
        network: what is cut.
        holes: networks inside it, smaller than it, that do not overlap each other.
    """
    pieces = [network]
    for hole in holes:
        around = next(index for index, piece in enumerate(pieces) if _holds(piece, hole))
        pieces[around : around + 1] = pieces[around].address_exclude(hole)  # type: ignore[arg-type]  # one family
    return pieces


def _holds(piece: Network, hole: Network) -> bool:
    return hole.subnet_of(piece)  # type: ignore[arg-type]  # both are of one family


def table_of(networks: Iterable[Network]) -> PrefixTable[bool]:
    """Return networks without overlaps as a table, for :func:`outside`."""
    table: PrefixTable[bool] = PrefixTable()
    for network in collapse(networks):
        table.set(network, True)
    return table


def outside(network: Network, exempt: PrefixTable[bool]) -> list[Network]:
    """Return what of a network lies outside the exempt networks, for gates that know no exceptions.

    Args:
        network: what is banned.
        exempt: a table made by :func:`table_of`.
    """
    if next(exempt.covering(network), None) is not None:
        return []
    return cut_out(network, (hole for hole, _ in exempt.covered_by(network)))
