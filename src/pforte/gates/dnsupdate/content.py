"""What one zone must hold: the records of every name, kept up to date with decisions."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, ip_network
from operator import attrgetter

from pforte.bans.ban import Ban, Decision
from pforte.bans.offence import Kind
from pforte.gates.dnsbl.listing import TEST_BAN, TEST_ENTRY, code_of, told_of, words_of
from pforte.gates.dnsupdate.nodes import above, bears, nodes_of, owner_of
from pforte.gates.overlap import table_of
from pforte.gates.refusal import kind_of
from pforte.gates.standing import Standing
from pforte.gates.table.packed import held_of
from pforte.net.addresses import Network
from pforte.net.prefix_table import PrefixTable

_LOOPBACK = ip_network("127.0.0.0/8")
_TEST_NAMES = (owner_of(ip_network(IPv4Address(TEST_ENTRY))), owner_of(ip_network("::ffff:7f00:2")))
_EXEMPT = b"Never listed."


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one name.

    Attributes:
        codes: data of its A records.
        texts: data of its TXT records, each of one string.
    """

    codes: frozenset[bytes]
    texts: frozenset[bytes]


NOTHING = Records(frozenset(), frozenset())
_KEPT_FREE = Records(frozenset(), frozenset((_EXEMPT,)))
"""An exempt address in a banned network must have a name, or the network's wildcard would answer for it."""


class Content:
    """The records of one zone.

    Args:
        kind: the kind of offence that the zone lists; None for all.
        page: address of the page that explains a ban, without the reference, or "".
        exempt: networks that are never listed.
    """

    def __init__(self, kind: Kind | None, page: str, exempt: Iterable[Network] = ()) -> None:
        self._kind, self._page = kind, page
        self._standing = Standing()
        self._exempt = table_of((_LOOPBACK, *exempt))
        self._banned: PrefixTable[None] = PrefixTable()
        # Each node whose name exists, with the number of networks, banned or exempt, that need it.
        self._needed: PrefixTable[int] = PrefixTable()

    def load(self, bans: Iterable[Ban], moment: datetime) -> None:
        """Forget everything and take these bans."""
        self._standing.load(filter(self._lists, bans), moment)
        self._count_all()

    def apply(self, decisions: Sequence[Decision], moment: datetime) -> dict[str, Records]:
        """Take over decisions and return the records of each name that may have changed."""
        mine = [decision for decision in decisions if self._lists(decision.ban)]
        return self._after(self._standing.apply(mine, moment))

    def expire(self, moment: datetime) -> dict[str, Records]:
        """Let ended bans go and return the records of each name that may have changed."""
        return self._after(self._standing.expire(moment))

    def exempt(self, networks: Iterable[Network]) -> bool:
        """Take over a new list of exempt networks; say whether it is another one."""
        table = table_of((_LOOPBACK, *networks))
        if set(table) == set(self._exempt):
            return False
        self._exempt = table
        self._count_all()
        return True

    def whole(self) -> dict[str, Records]:
        """Return the records of every name."""
        test = Records(frozenset((code_of(TEST_BAN),)), frozenset((words_of(TEST_BAN, ""),)))
        found = {owner: records for owner, records in self._records(self._needed) if records != NOTHING}
        return found | dict.fromkeys(_TEST_NAMES, test)

    def __len__(self) -> int:
        """Return how many networks are listed."""
        return len(self._standing)

    def _lists(self, ban: Ban) -> bool:
        return self._kind is None or kind_of(ban.reason) is self._kind

    def _after(self, networks: Collection[Network]) -> dict[str, Records]:
        """Count the nodes anew after a change at these networks, and return what may be different."""
        if not networks:
            return {}
        touched: set[Network] = set()
        for network in networks:
            touched.update(self._around(network))
        self._count(networks)
        for network in networks:
            touched.update(self._around(network))
        return dict(self._records(touched))

    def _around(self, network: Network) -> set[Network]:
        """Return the nodes of a network, and all that exist above and below them."""
        around = {node for node, _ in self._needed.covered_by(network)}
        for node in nodes_of(network):
            around.add(node)
            around.update(above(node))
        return around

    def _count_all(self) -> None:
        self._banned, self._needed = PrefixTable(), PrefixTable()
        self._count([ban.network for ban in self._standing.longest()])

    def _count(self, networks: Iterable[Network]) -> None:
        """Let the names of these networks, and of the exempt ones in them, be needed as their bans want."""
        for network in networks:
            banned = self._standing.ban(network) is not None
            if banned is (network in self._banned):
                continue
            if banned:
                self._banned.set(network, None)
            else:
                self._banned.remove(network)
            holes = [hole for hole, _ in self._exempt.covered_by(network)]
            for part in (network, *holes):
                for node in nodes_of(part):
                    for needed in (node, *above(node)):
                        self._need(needed, 1 if banned else -1)

    def _need(self, node: Network, more: int) -> None:
        count = (self._needed.get(node) or 0) + more
        if count:
            self._needed.set(node, count)
        else:
            self._needed.remove(node)

    def _records(self, nodes: Iterable[Network]) -> Iterable[tuple[str, Records]]:
        return ((owner_of(node), self._at(node)) for node in nodes)

    def _at(self, node: Network) -> Records:
        if self._needed.get(node) is None or not bears(node):
            return NOTHING
        bans = [self._standing.ban(network) for network, _ in self._banned.covering(node)]
        held = sorted((held_of(ban) for ban in bans if ban is not None), key=attrgetter("ends"), reverse=True)
        if not held:
            return NOTHING
        if next(self._exempt.covering(node), None) is not None:
            return _KEPT_FREE
        told = told_of(held, self._kind)
        return Records(frozenset(map(code_of, told)), frozenset(words_of(ban, self._page) for ban in told))
