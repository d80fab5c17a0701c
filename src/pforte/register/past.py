"""Bans of the past, loaded for the networks that a transaction is about."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, bindparam, insert, select

from pforte.bans.ban import Ban
from pforte.bans.history import History
from pforte.net.addresses import Network
from pforte.register.encoding import covering_keys, encode_moment, encode_network, inside_keys
from pforte.register.rows import BAN_COLUMNS, ban_of
from pforte.register.schema import BANS, WIDTHS

T = TypeVar("T")

KEYS_PER_QUERY = 500


_WIDTHS = select(WIDTHS.c.version, WIDTHS.c.prefix)
_BANS_OF = select(*BAN_COLUMNS, BANS.c.id).where(BANS.c.network.in_(bindparam("keys", expanding=True)))


def slices(items: Iterable[T], size: int = KEYS_PER_QUERY) -> Iterator[list[T]]:
    """Yield the items in lists of at most ``size``."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


def read_widths(connection: Connection) -> dict[int, set[int]]:
    """Return for IP versions 4 and 6 the prefix lengths that bans have or had."""
    widths: dict[int, set[int]] = {4: set(), 6: set()}
    for version, prefix in connection.execute(_WIDTHS):
        widths[version].add(prefix)
    return widths


class Past:
    """The bans that bear on some networks, kept up to date with what the transaction decides."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._widths = read_widths(connection)
        self._loaded: set[bytes] = set()
        self._bans: dict[bytes, dict[str, Ban]] = defaultdict(dict)
        self._numbers: dict[str, int] = {}

    def load(self, networks: Iterable[Network]) -> None:
        """Read the bans of the networks and of everything that covers them."""
        wanted = {key: None for network in networks for key in self._keys(network)}
        missing = [key for key in wanted if key not in self._loaded]
        self._loaded.update(missing)
        for keys in slices(missing):
            for row in self._connection.execute(_BANS_OF, {"keys": keys}):
                self._put(row[0], row[11], ban_of(row))

    def history(self, network: Network) -> History:
        """Return the history of a network that was loaded."""
        own, *wider = reversed(self._keys(network))
        around = [ban for key in wider for ban in self._bans[key].values()]
        return History.of(network, self._bans[own].values(), around)

    def number(self, reference: str) -> int:
        """Return the row number of a loaded or added ban."""
        return self._numbers[reference]

    def add(self, number: int, ban: Ban) -> None:
        """Take in a ban that the transaction begins, or its new state."""
        key = encode_network(ban.network)
        self._put(key, number, ban)
        version, prefix = ban.network.version, ban.network.prefixlen
        if prefix not in self._widths[version]:
            self._widths[version].add(prefix)
            self._connection.execute(insert(WIDTHS).values(version=version, prefix=prefix))

    def neighbours(self, prefix: Network, since: datetime) -> list[Ban]:
        """Return the bans of networks inside ``prefix`` that began at ``since`` or later, in any order."""
        lowest, highest = inside_keys(prefix)
        query = select(*BAN_COLUMNS).where(
            BANS.c.network.between(lowest, highest), BANS.c.starts >= encode_moment(since)
        )
        found = {ban.reference: ban for ban in map(ban_of, self._connection.execute(query))}
        for key, bans in self._bans.items():
            if lowest <= key <= highest:
                found.update((ban.reference, ban) for ban in bans.values() if ban.starts >= since)
        return list(found.values())

    def _put(self, key: bytes, number: int, ban: Ban) -> None:
        self._bans[key][ban.reference] = ban
        self._numbers[ban.reference] = number

    def _keys(self, network: Network) -> Sequence[bytes]:
        """Return the key of the network, last, after those of wider networks that bans can have."""
        wider = [prefix for prefix in self._widths[network.version] if prefix < network.prefixlen]
        return covering_keys(network, (*wider, network.prefixlen))
