"""What bouncers are told: the values shut out, and those that changed, in the order of their changes.

A change has a number that only rises. Whoever pulls keeps the number it came to, and is told by it what is to be put
in and what is to be taken out as it stands now, whatever happened in between: a value that is still shut out is never
among those to be taken out, but for programs that cannot be told otherwise (see ``agents``).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain, islice
from threading import Lock

from pforte.bans.ban import Ban, Decision
from pforte.gates.crowdsec.agents import Habits
from pforte.gates.crowdsec.notice import Notice, notice_of
from pforte.gates.overlap import collapse, cut_out
from pforte.gates.standing import Standing
from pforte.net.addresses import Network
from pforte.net.prefix_table import PrefixTable

CHANGES_KEPT = 100_000
KEPT_FOR = timedelta(days=7)
"""Whoever did not pull for longer, or missed more changes, is told everything anew."""

TOLD_AGAIN_AFTER = timedelta(days=14)
"""How often a bouncer that forgets long bans by itself is told them again."""

AT_ONCE = 500
"""Values changed in one go; whoever asks meanwhile waits no longer than for these."""

_SLACK_SECONDS = 60
"""By how much a moment that was stored before a restart may be wrong, to the safe side."""


@dataclass(frozen=True, slots=True)
class Gone:
    """A value that is at liberty again.

    Attributes:
        notice: what was told of it last.
        since: first second at liberty, POSIX.
    """

    notice: Notice
    since: int

    def render(self, now: int) -> bytes:
        """Return the JSON object of something that is over."""
        return self.notice.render(min(self.since - now, -1))


@dataclass(frozen=True, slots=True)
class Change:
    """The last change of a value.

    Attributes:
        number: of the change.
        born: number of the change by which it was shut out first, as far back as changes are kept.
        moment: when, POSIX.
    """

    number: int
    born: int
    moment: float

    def is_again(self, since: int) -> bool:
        """Say whether one that stands at a change may hold the value already, with another end.

        One that stands nowhere (below 0) may, if the value did not only come but changed afterwards.
        """
        return self.born <= since or (since < 0 and self.born < self.number)


@dataclass(frozen=True, slots=True)
class Position:
    """How far one that pulls has come.

    Attributes:
        number: last change it was told; None for one that was told nothing in this run of the service.
        pulled: when it pulled last, POSIX; 0 for one that never did.
        told_long: when it was last told of all bans that last long, POSIX.
    """

    number: int | None = None
    pulled: float = 0
    told_long: float = 0


@dataclass(frozen=True, slots=True)
class News:
    """What one that pulls is told.

    Attributes:
        new: to be put in.
        gone: to be taken out, and before ``new`` where both name a value.
        position: where it stands once it was told.
    """

    new: Sequence[Notice]
    gone: Sequence[Gone]
    position: Position


class Board:
    """The values shut out. One thread changes it; another may ask at the same time.

    Args:
        exempt: networks that are let through: they are cut out of the bans, because bouncers know no exceptions.
    """

    def __init__(self, exempt: Iterable[Network] = ()) -> None:
        self.loaded = False
        self._lock = Lock()
        self._exempt = _table(exempt)
        self._standing = Standing()
        self._owners: dict[Network, set[Network]] = {}
        """For each piece of a network with exempt ones inside: the networks it is a piece of."""
        self._shown: PrefixTable[Notice] = PrefixTable()
        self._all: Sequence[Notice] | None = None
        self._changes: dict[Network, Change] = {}
        self._gone: dict[Network, Gone] = {}
        self._number = 0
        self._floor = 0
        self._ranges = 0

    # Changing.

    def load(self, bans: Iterable[Ban], past: Iterable[Ban], moment: datetime) -> None:
        """Show exactly these bans.

        Args:
            bans: those in force.
            past: those that changed while nobody followed, at the first load.
            moment: now, UTC.
        """
        before = [] if not self.loaded else list(self._shown)
        self._standing.load(bans, moment)
        self._owners = {}
        self._settle([ban.network for ban in self._standing], moment, before)
        for ban in past:
            self._recall(ban, moment)
        self.loaded = True

    def apply(self, decisions: Sequence[Decision], moment: datetime) -> None:
        """Take over what was decided."""
        self._settle(self._standing.apply(decisions, moment), moment)

    def exempt(self, networks: Iterable[Network], moment: datetime) -> None:
        """Take over a new list of networks that are let through."""
        table = _table(networks)
        if set(table) == set(self._exempt):
            return
        self._exempt = table
        self._owners = {}
        self._settle([ban.network for ban in self._standing], moment, list(self._shown))

    def expire(self, moment: datetime) -> None:
        """Let go of the bans that ended, and of changes that nobody needs any more."""
        self._settle(self._standing.expire(moment), moment)
        with self._lock:
            self._forget(moment)

    def __len__(self) -> int:
        """Return the number of values shut out."""
        return len(self._shown)

    @property
    def ranges(self) -> int:
        """Return how many of the values are networks, not single addresses."""
        return self._ranges

    # Asking.

    def everything(self) -> Sequence[Notice]:
        """Return all that is shown, those that ended within the last seconds included."""
        with self._lock:
            return self._everything()

    def over(self, network: Network) -> list[Notice]:
        """Return what shuts all of a network out, the longest-lasting first."""
        with self._lock:
            found = [notice for _, notice in self._shown.covering(network)]
        found.sort(key=lambda notice: notice.ends, reverse=True)
        return found

    def inside(self, network: Network) -> list[Notice]:
        """Return what shuts parts of a network out."""
        with self._lock:
            return [notice for _, notice in self._shown.covered_by(network)]

    def news(self, position: Position, now: float, habits: Habits, *, starts: bool = False) -> News:
        """Return what is to be put in and taken out by one that stands at a position.

        One that starts, and one whose position nobody remembers, is told everything that is shut out. What the first
        may have kept from before ends by itself, so only what came to an end before its time is to be taken out; the
        second learns of all that ended since it pulled last.
        """
        known = not starts and position.number is not None and position.number >= self._floor
        due = habits.forgets and (starts or now - position.told_long >= TOLD_AGAIN_AFTER.total_seconds())
        with self._lock:
            since = position.number if known and position.number is not None else -1
            touched = list(self._since(since))
            gone = [self._gone[network] for network in touched if network in self._gone]
            new: Sequence[Notice] = self._shown_of(touched)
            again = {network for network in touched if self._changes[network].is_again(since)}
            if due:
                long = self._lasting(now + TOLD_AGAIN_AFTER.total_seconds())
                new = self._shown_of({*touched, *long})
                again |= long
            if not known:
                new = self._everything()
                if not starts and not position.pulled:
                    again.update(notice.network for notice in new)  # nobody knows what it was told
            if starts:
                gone = [one for one in gone if one.notice.ends > now]
            elif not known:
                gone = [one for one in gone if one.since >= position.pulled - _SLACK_SECONDS]
            if habits.deaf_to_longer:
                gone += [Gone(one, int(now)) for one in self._shown_of(again)]
            told_long = now if due else position.told_long
            return News(new, gone, Position(self._number, now, told_long))

    # How.

    def _everything(self) -> Sequence[Notice]:
        if self._all is None:
            self._all = [notice for _, notice in self._shown.items()]
        return self._all

    def _lasting(self, moment: float) -> set[Network]:
        """Return the values that are shut out beyond a moment."""
        return {notice.network for notice in self._everything() if notice.ends > moment}

    def _shown_of(self, networks: Iterable[Network]) -> list[Notice]:
        return [notice for network in networks if (notice := self._shown.get(network)) is not None]

    def _since(self, number: int) -> Iterator[Network]:
        """Yield the values that changed after a number, the latest first."""
        for network in reversed(self._changes):
            if self._changes[network].number <= number:
                return
            yield network

    def _settle(self, networks: Iterable[Network], moment: datetime, before: Iterable[Network] = ()) -> None:
        """Show what became of bans of these networks.

        Args:
            networks: those whose bans may have changed.
            moment: now, UTC.
            before: values that are shut out no longer unless these bans say so.
        """
        values = {piece for network in networks for piece in self._pieces(network)}
        rest = [(value, None) for value in before if value not in values]
        wanted = chain(rest, ((value, self._notice(value)) for value in values))
        while some := list(islice(wanted, AT_ONCE)):  # written down before anybody has to wait
            with self._lock:
                for value, notice in some:
                    self._show(value, notice, moment)
                self._forget(moment)

    def _pieces(self, network: Network) -> list[Network]:
        """Return what of a network is shut out by its bans; remember the pieces of one that was cut."""
        if next(self._exempt.covering(network), None) is not None:
            return []
        holes = [hole for hole, _ in self._exempt.covered_by(network)]
        if not holes:
            return [network]
        pieces = cut_out(network, holes)
        stands = self._standing.ban(network) is not None
        for piece in pieces:
            owners = self._owners.setdefault(piece, set())
            (owners.add if stands else owners.discard)(network)
            if not owners:
                del self._owners[piece]
        return pieces

    def _notice(self, value: Network) -> Notice | None:
        """Return what is told of a value without exempt networks in it: the ban that shuts it out for longest."""
        owners = (value, *self._owners.get(value, ()))
        bans = [ban for owner in owners if (ban := self._standing.ban(owner)) is not None]
        return notice_of(value, max(bans, key=Ban.effective_end)) if bans else None

    def _show(self, value: Network, notice: Notice | None, moment: datetime) -> None:
        shown = self._shown.get(value)
        if notice == shown:
            return
        now = moment.timestamp()
        self._all = None
        if notice is None:
            assert shown is not None  # noqa: S101  they differ
            self._shown.remove(value)
            self._gone[value] = Gone(shown, min(int(now), shown.ends))
        else:
            self._shown.set(value, notice)
            self._gone.pop(value, None)
        if value.prefixlen != value.max_prefixlen:
            self._ranges += (notice is not None) - (shown is not None)
        if self.loaded:
            self._note(value, now, known=shown is not None)

    def _note(self, value: Network, now: float, *, known: bool) -> None:
        """Number a change; the latest stands last."""
        self._number += 1
        before = self._changes.pop(value, None)
        # What was shown without a change that is kept, everybody may hold.
        born = before.born if before is not None else 0 if known else self._number
        self._changes[value] = Change(self._number, born, now)

    def _recall(self, ban: Ban, moment: datetime) -> None:
        """Take over that a ban changed before the first load."""
        now = moment.timestamp()
        with self._lock:
            for value in self._pieces(ban.network):
                if self._shown.get(value) is None:
                    if ban.stands(moment):
                        continue  # decided after the bans were read: it comes as a decision
                    told = notice_of(value, replace(ban, lifted=None))
                    self._gone[value] = Gone(told, int(ban.effective_end().timestamp()))
                self._note(value, now, known=True)

    def _forget(self, moment: datetime) -> None:
        """Forget the oldest changes."""
        oldest = moment.timestamp() - KEPT_FOR.total_seconds()
        while self._changes:
            network = next(iter(self._changes))
            change = self._changes[network]
            if len(self._changes) <= CHANGES_KEPT and change.moment >= oldest:
                return
            del self._changes[network]
            self._gone.pop(network, None)
            self._floor = change.number


def _table(networks: Iterable[Network]) -> PrefixTable[bool]:
    table: PrefixTable[bool] = PrefixTable()
    for network in collapse(networks):
        table.set(network, True)
    return table
