"""What the map has to hold, and what changes in it with a decision."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pforte.bans.ban import Ban, Decision
from pforte.gates.overlap import outside, table_of
from pforte.gates.standing import Standing
from pforte.net.addresses import Network

_CLEAN = re.compile(r"[A-Za-z0-9._-]{1,40}")


@dataclass(frozen=True, slots=True)
class Changes:
    """What changes in the map.

    Attributes:
        removed: networks that are let in.
        replaced: networks of which it says something else from now on.
        added: networks that are shut out, with what it says of them.
    """

    removed: list[Network] = field(default_factory=list)
    replaced: dict[Network, str] = field(default_factory=dict)
    added: dict[Network, str] = field(default_factory=dict)

    def anything(self) -> bool:
        """Say whether there is a change."""
        return bool(self.removed or self.replaced or self.added)


class Wanted:
    """The entries of the map: a map knows no exceptions, so exempt networks are cut out of the banned ones.

    A piece that is left of one ban may be the whole network of another, and the longer of the two then stands there.

    Args:
        exempt: networks that are let through.
    """

    def __init__(self, exempt: Iterable[Network] = ()) -> None:
        self.entries: dict[Network, str] = {}
        self._exempt = table_of(exempt)
        self._standing = Standing()
        # Only bans that an exempt network lies in or around, which are few.
        self._pieces: dict[Network, list[Network]] = {}
        self._cut_from: dict[Network, set[Network]] = defaultdict(set)

    def load(self, bans: Iterable[Ban], moment: datetime) -> None:
        """Forget everything and take these bans."""
        self._standing.load(bans, moment)
        self._begin()

    def apply(self, decisions: Sequence[Decision], moment: datetime) -> Changes:
        """Take over decisions and return what changes."""
        return self._renew(self._standing.apply(decisions, moment))

    def expire(self, moment: datetime) -> Changes:
        """Let go of the bans that ended and return what changes."""
        return self._renew(self._standing.expire(moment))

    def exempt(self, networks: Iterable[Network]) -> bool:
        """Take over a new list of exempt networks; say whether everything has to be looked at again."""
        exempt = table_of(networks)
        if set(exempt) == set(self._exempt):
            return False
        self._exempt = exempt
        self._begin()
        return True

    def networks(self) -> int:
        """Return how many networks stand under a ban."""
        return len(self._standing)

    def _begin(self) -> None:
        self.entries, self._pieces = {}, {}
        self._cut_from.clear()
        self._renew([ban.network for ban in self._standing.longest()])

    def _renew(self, networks: Iterable[Network]) -> Changes:
        touched: dict[Network, None] = {}
        for network in networks:
            for piece in self._take_apart(network):
                touched[piece] = None
        changes = Changes()
        for piece in touched:
            before, value = self.entries.get(piece), self._value(piece)
            if value is None:
                if before is not None:
                    del self.entries[piece]
                    changes.removed.append(piece)
            elif value != before:
                self.entries[piece] = value
                (changes.added if before is None else changes.replaced)[piece] = value
        return changes

    def _take_apart(self, network: Network) -> Iterable[Network]:
        """Cut a network anew and return all pieces that it had or has, itself among them."""
        before = self._pieces.pop(network, ())
        for piece in before:
            self._cut_from[piece].discard(network)
            if not self._cut_from[piece]:
                del self._cut_from[piece]
        pieces = outside(network, self._exempt) if self._standing.ban(network) else [network]
        if pieces == [network]:
            return (*before, network)
        self._pieces[network] = pieces
        for piece in pieces:
            self._cut_from[piece].add(network)
        return (*before, *pieces, network)

    def _value(self, piece: Network) -> str | None:
        """Return what the map says of a piece: the reference of the longest ban that it comes from."""
        sources = self._cut_from.get(piece, ())
        whole = [] if piece in self._pieces else [piece]
        bans = [ban for each in (*whole, *sources) if (ban := self._standing.ban(each))]
        if not bans:
            return None
        reference = max(bans, key=Ban.effective_end).reference
        return reference if _CLEAN.fullmatch(reference) else "banned"
