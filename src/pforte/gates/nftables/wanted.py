"""What each set of the table has to hold, and what changes in it with a decision."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from heapq import nlargest
from itertools import chain
from math import ceil
from operator import itemgetter

from pforte.bans.ban import Ban, Decision, Reach
from pforte.gates.nftables.disjoint import cut_disjoint
from pforte.gates.nftables.ruleset import ADDRESS_SETS, PREFIX_SETS, Change, Layout, name_of
from pforte.gates.standing import Standing
from pforte.net.addresses import Network

LINGER_SECONDS = 2.0
"""How long after its end the kernel may still hold an element: time-outs are whole seconds."""


class Wanted:
    """The bans that the firewall enforces, as elements of its sets.

    Bans whose reach is ``application`` are passed over.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._scopes = [_Scope(layout, number) for number in range(len(layout.closing))]

    def load(self, bans: Iterable[Ban], moment: datetime) -> dict[str, dict[Network, int]]:
        """Forget everything, take these bans, and return what each set must hold."""
        sorted_out: list[list[Ban]] = [[] for _ in self._scopes]
        for ban in bans:
            if ban.reach is Reach.EVERYWHERE:
                sorted_out[self._layout.scope_of(ban.reason)].append(ban)
        for scope, some in zip(self._scopes, sorted_out, strict=True):
            scope.load(some, moment)
        return self.elements(moment)

    def elements(self, moment: datetime) -> dict[str, dict[Network, int]]:
        """Return what each set must hold: networks with the whole seconds they stay.

        A set of addresses takes only as many as it has room for: those that stay longest.
        """
        return {name: held for scope in self._scopes for name, held in scope.elements(moment).items()}

    def left_out(self) -> int:
        """Return how many addresses find no room in their set."""
        return sum(scope.left_out() for scope in self._scopes)

    def apply(self, decisions: Sequence[Decision], moment: datetime) -> list[Change]:
        """Take over decisions and return what has to change, in an order that is safe within one transaction."""
        sorted_out: list[list[Decision]] = [[] for _ in self._scopes]
        for decision in decisions:
            if decision.ban.reach is Reach.EVERYWHERE:
                sorted_out[self._layout.scope_of(decision.ban.reason)].append(decision)
        return [
            change
            for scope, some in zip(self._scopes, sorted_out, strict=True)
            for change in scope.apply(some, moment)
        ]

    def __len__(self) -> int:
        """Return the number of networks that stand under a ban; one that does in two scopes counts once."""
        if len(self._scopes) == 1:
            return len(self._scopes[0])
        return len({network for scope in self._scopes for network in scope.networks()})


class _Scope:
    """The bans that close the same ports.

    Args:
        layout: what the table looks like.
        number: which of its scopes this is.
    """

    def __init__(self, layout: Layout, number: int) -> None:
        self._layout = layout
        self._number = number
        self._addresses = Standing()
        self._prefixes = Standing()
        self._address_sets = {name_of(name, number): version for name, version in ADDRESS_SETS.items()}
        self._prefix_sets = {name_of(name, number): version for name, version in PREFIX_SETS.items()}
        # What the kernel holds of the prefixes: pieces and the time their ends are.
        self._pieces: dict[str, dict[Network, float]] = {name: {} for name in self._prefix_sets}

    def load(self, bans: Iterable[Ban], moment: datetime) -> None:
        addresses: list[Ban] = []
        prefixes: list[Ban] = []
        for ban in bans:
            (addresses if self._is_address(ban.network) else prefixes).append(ban)
        self._addresses.load(addresses, moment)
        self._prefixes.load(prefixes, moment)

    def elements(self, moment: datetime) -> dict[str, dict[Network, int]]:
        self._addresses.expire(moment)
        sets: dict[str, dict[Network, int]] = {name: {} for name in self._layout.sets(self._number)}
        for ban in self._addresses.longest():
            left = _seconds_left(ban.effective_end().timestamp(), moment)
            sets[self._set_of(ban.network)][ban.network] = left
        for name in self._address_sets:
            if len(sets[name]) > self._layout.size:
                sets[name] = dict(nlargest(self._layout.size, sets[name].items(), key=itemgetter(1)))
        self._pieces = self._cut(moment)
        for name, pieces in self._pieces.items():
            sets[name] = _stays(pieces, moment)
        return sets

    def left_out(self) -> int:
        count = dict.fromkeys(self._address_sets, 0)
        for ban in self._addresses.longest():
            count[self._set_of(ban.network)] += 1
        return sum(max(0, each - self._layout.size) for each in count.values())

    def apply(self, decisions: Sequence[Decision], moment: datetime) -> list[Change]:
        addresses = [decision for decision in decisions if self._is_address(decision.ban.network)]
        prefixes = [decision for decision in decisions if not self._is_address(decision.ban.network)]
        changes = self._change_addresses(addresses, moment) if addresses else []
        if prefixes:
            self._prefixes.apply(prefixes, moment)
            changes += self._change_prefixes(moment)
        return changes

    def networks(self) -> Iterator[Network]:
        return (ban.network for ban in chain(self._addresses.longest(), self._prefixes.longest()))

    def __len__(self) -> int:
        return len(self._addresses) + len(self._prefixes)

    def _set_of(self, network: Network) -> str:
        return self._layout.set_of(network, self._number)

    def _is_address(self, network: Network) -> bool:
        return self._set_of(network) in self._address_sets

    def _change_addresses(self, decisions: Sequence[Decision], moment: datetime) -> list[Change]:
        out: dict[str, list[Network]] = {}
        added: dict[str, dict[Network, int]] = {}
        for network in self._addresses.apply(decisions, moment):
            name = self._set_of(network)
            # Taken out even when it is new to us, so that applying a decision twice does no harm.
            out.setdefault(name, []).append(network)
            ban = self._addresses.ban(network)
            left = 0 if ban is None else _seconds_left(ban.effective_end().timestamp(), moment)
            if left > 0:
                added.setdefault(name, {})[network] = left
        return [Change(name, out[name], added.get(name, {})) for name in out]

    def _change_prefixes(self, moment: datetime) -> list[Change]:
        """Cut the prefixes anew and return the pieces that differ.

        nft refuses a piece that overlaps one taken out in the same transaction, unless the set is flushed
        first. That is needed only where one piece takes the place of others.
        """
        wanted = self._cut(moment)
        still = moment.timestamp() - LINGER_SECONDS
        changes = []
        for name, pieces in wanted.items():
            held = {network: end for network, end in self._pieces[name].items() if end > still}
            fresh = [network for network, end in pieces.items() if held.get(network) != end]
            renewed = set(fresh)
            out = [network for network in held if network in renewed or network not in pieces]
            if out and not held.keys() >= renewed:
                changes.append(Change(name, added=_stays(pieces, moment), flush=True))
            elif out or fresh:
                added = _stays({network: pieces[network] for network in fresh}, moment)
                changes.append(Change(name, out, added))
        self._pieces = wanted
        return changes

    def _cut(self, moment: datetime) -> dict[str, dict[Network, float]]:
        self._prefixes.expire(moment)
        ends = {ban.network: ban.effective_end().timestamp() for ban in self._prefixes.longest()}
        return {name: cut_disjoint(ends, version) for name, version in self._prefix_sets.items()}


def _stays(ends: Mapping[Network, float], moment: datetime) -> dict[Network, int]:
    return {network: _seconds_left(end, moment) for network, end in ends.items()}


def _seconds_left(end: float, moment: datetime) -> int:
    return max(0, ceil(end - moment.timestamp()))
