"""Who may pull, and how far each has come."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha512
from threading import Lock
from typing import Protocol

from pforte.bans.ban import Ban
from pforte.gates.crowdsec.board import Position
from pforte.net.addresses import Address

ADDRESSES_EACH = 256
"""Addresses of one bouncer whose positions are kept: the key is one operator's, but containers change theirs."""

_UNKNOWN = Position()


class KnownPull(Protocol):
    """A pull that was stored."""

    @property
    def bouncer(self) -> str:
        """Return the bouncer's name."""
        ...

    @property
    def address(self) -> Address:
        """Return where it pulled from."""
        ...

    @property
    def pulled(self) -> datetime:
        """Return when it did."""
        ...


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull that is to be stored.

    Attributes:
        bouncer: the bouncer's name.
        address: where it pulled from.
        agent: what program it said it is.
        pulled: when, UTC.
    """

    bouncer: str
    address: Address
    agent: str
    pulled: datetime


class Store(Protocol):
    """What is needed of the register. Called from the gate's worker thread; its errors pass through."""

    def bouncer_digests(self) -> Mapping[str, str]:
        """Return the name of each bouncer by the digest of its key."""
        ...

    def pulls(self) -> Sequence[KnownPull]:
        """Return when each bouncer last pulled from which address."""
        ...

    def save_pulls(self, pulls: Collection[Pull]) -> None:
        """Store pulls over those before them."""
        ...

    def changed_bans(self, since: datetime, limit: int) -> Sequence[Ban]:
        """Return the bans that ended or were decided about since, at most ``limit``."""
        ...


def draw_key() -> str:
    """Draw a key that nobody guesses."""
    return secrets.token_urlsafe(32)


def digest_of(key: str) -> str:
    """Return what is kept of a key. Keys are drawn at random, so a fast digest is as good as a slow one."""
    return sha512(key.encode("utf-8", "surrogateescape")).hexdigest()


class Pullers:
    """The bouncers that may pull, and the position of each of their addresses.

    Asked from the event loop; kept up to date from the gate's worker thread.
    """

    def __init__(self) -> None:
        self._names: Mapping[str, str] = {}
        self._lock = Lock()
        self._positions: dict[str, dict[Address, Position]] = {}
        self._unsaved: dict[tuple[str, Address], Pull] = {}
        self.newcomers = False
        """Whether somebody pulled for the first time since the last call of :meth:`unsaved`."""

    def admit(self, names: Mapping[str, str]) -> None:
        """Let exactly these pull: names by digests of keys."""
        self._names = dict(names)
        with self._lock:
            for name in self._positions.keys() - set(names.values()):
                del self._positions[name]

    def name(self, key: str) -> str | None:
        """Return whose key it is, or None."""
        return self._names.get(digest_of(key))

    def recall(self, pulls: Sequence[KnownPull]) -> None:
        """Take over pulls of a run before, the latest first; called before anybody pulls in this one."""
        with self._lock:
            for pull in reversed(pulls):
                known = self._positions.setdefault(pull.bouncer, {})
                known[pull.address] = Position(pulled=pull.pulled.timestamp())
                if len(known) > ADDRESSES_EACH:
                    del known[next(iter(known))]

    def position(self, name: str, address: Address) -> Position:
        """Return where a bouncer stands: it may run in several places with one key."""
        with self._lock:
            return self._positions.get(name, {}).get(address, _UNKNOWN)

    def move(self, name: str, address: Address, agent: str, position: Position) -> None:
        """Remember where a bouncer stands now; of too many addresses the one that pulled first is forgotten."""
        pulled = datetime.fromtimestamp(position.pulled, UTC)
        with self._lock:
            known = self._positions.setdefault(name, {})
            self.newcomers |= known.pop(address, None) is None
            known[address] = position
            if len(known) > ADDRESSES_EACH:
                forgotten = next(iter(known))
                del known[forgotten]
                self._unsaved.pop((name, forgotten), None)
            self._unsaved[name, address] = Pull(name, address, agent, pulled)

    def touch(self, name: str, address: Address, agent: str, now: float) -> None:
        """Remember that a bouncer asked about single addresses; its position stays."""
        before = self.position(name, address)
        self.move(name, address, agent, Position(before.number, now, before.told_long))

    def unsaved(self) -> Collection[Pull]:
        """Return the pulls since the last call."""
        with self._lock:
            unsaved, self._unsaved = self._unsaved, {}
            self.newcomers = False
        return unsaved.values()
