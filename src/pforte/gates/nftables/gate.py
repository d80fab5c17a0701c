"""The gate itself: follows decisions, and makes sure that the kernel does."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from pforte.bans.ban import Ban, Decision
from pforte.gates.comparison import Comparison
from pforte.gates.gate import GateError
from pforte.gates.nftables.engine import Engines
from pforte.gates.nftables.listing import Listing, parse_listing
from pforte.gates.nftables.ruleset import (
    CHAIN,
    Change,
    Layout,
    expected_chain,
    expected_refusals,
    holds_prefixes,
    render_change,
    render_exempt,
    render_removal,
    render_table,
)
from pforte.gates.nftables.wanted import Wanted
from pforte.gates.overlap import collapse
from pforte.net.addresses import Network

_log = structlog.get_logger("pforte.gates")

TOLERANCE_SECONDS = 3
"""Difference between a wanted and a found end that is no error: rounding, and the time a listing takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What a comparison with the kernel found; all but ``left_out`` was put right.

    Attributes:
        missing: elements that the kernel did not hold.
        surplus: elements that nobody wanted.
        wrong_end: elements that would have ended at another time.
        rebuilt: the table, its rules or its exempt networks were gone or changed, so all was loaded anew.
        left_out: bans that find no room in their set (setting ``gate.nftables.size``).
    """

    missing: int = 0
    surplus: int = 0
    wrong_end: int = 0
    rebuilt: bool = False
    left_out: int = 0

    def anything(self) -> bool:
        """Say whether something had to be put right."""
        return self.rebuilt or bool(self.missing or self.surplus or self.wrong_end)


class NftablesGate:
    """Drops or refuses packets of banned networks before destination NAT.

    Args:
        layout: name, place and size of the table.
        engines: how to talk to nftables.
        exempt: networks that are let through whatever ban they lie in.
        reconcile: how often the kernel is compared with what was decided.
    """

    def __init__(
        self,
        layout: Layout,
        engines: Engines,
        exempt: Iterable[Network] = (),
        reconcile: timedelta = timedelta(minutes=5),
    ) -> None:
        self._layout = layout
        self._engines = engines
        self._exempt = collapse(exempt)
        self._reconcile = reconcile
        self._wanted = Wanted(layout)
        self._verify_at: datetime | None = None
        self.repair = Repair()
        """What the latest comparison found."""

    @property
    def layout(self) -> Layout:
        """Return what the table looks like."""
        return self._layout

    @property
    def name(self) -> str:
        """Name in settings, logs and stored cursors."""
        return "nftables"

    def load(self, bans: Iterable[Ban], moment: datetime) -> None:
        """Replace the whole table by one that holds exactly these bans, in one transaction."""
        self._load(self._wanted.load(bans, moment), moment)

    def stand_open(self, moment: datetime) -> None:
        """Shut nobody out, until the next load."""
        self.load((), moment)

    def apply(self, decisions: Sequence[Decision], moment: datetime) -> None:
        """Do what was decided, in one transaction."""
        self._change(self._wanted.apply(decisions, moment))

    def exempt(self, networks: Iterable[Network], moment: datetime) -> None:  # noqa: ARG002  other gates need the time
        """Replace the networks that are let through."""
        wanted = collapse(networks)
        if wanted != self._exempt:
            self._exempt = wanted
            self._engines.changes.change(render_exempt(self._layout, wanted))

    def tend(self, moment: datetime) -> datetime:
        """Compare with the kernel when that is due; ended bans the kernel lets go by itself."""
        # A clock that was put back must not put the next comparison off.
        if self._verify_at is None or not moment < self._verify_at <= moment + self._reconcile:
            self._report(self.verify(moment))
            self._verify_at = moment + self._reconcile
        return self._verify_at

    def verify(self, moment: datetime) -> Repair:
        """Compare the kernel with the bans that stand, repair every difference and say what it was."""
        wanted = self._wanted.elements(moment)
        listing = self.listing()
        self.repair, changes = self._differences(wanted, listing)
        if self.repair.rebuilt:
            self._load(wanted, moment)
        else:
            self._change(changes)
        return self.repair

    def inspect(self, bans: Iterable[Ban], moment: datetime) -> tuple[Listing | None, Repair]:
        """Compare the kernel with bans and return what it holds and what :meth:`verify` would repair.

        Nothing is changed. The gate then stands at these bans, so :meth:`load` must follow before it is used on.
        """
        wanted = self._wanted.load(bans, moment)
        listing = self.listing()
        return listing, self._differences(wanted, listing)[0]

    def compare(self, bans: Iterable[Ban], moment: datetime) -> Comparison:
        """Compare the kernel with bans, entry by entry, and change nothing; :meth:`load` must follow as after inspect.

        Raises:
            GateError: nftables cannot be asked.
        """
        wanted = self._wanted.load(bans, moment)
        listing = self.listing()
        place = f"table inet {self._layout.table}"
        if listing is None:
            return Comparison(place=place, held=0, trouble="the table is not there")
        sets = [_compare(name, wanted[name], listing.sets[name]) for name in self._layout.sets()]
        left_out = self._wanted.left_out()
        full = f"no room for {left_out:,}: raise gate.nftables.size" if left_out else ""
        return Comparison(
            place=place,
            held=sum(map(len, listing.sets.values())),
            missing=tuple(str(network) for each in sets for network in each.missing),
            surplus=tuple(str(network) for each in sets for network in each.surplus),
            wrong=tuple(str(network) for each in sets for network in each.wrong_end),
            trouble=full
            if self._is_intact(listing)
            else "its rules or exempt networks are not as pforte makes them",
        )

    def refused(self) -> int:
        """Return how many packets of banned networks were refused since the table was loaded.

        Raises:
            GateError: nftables cannot be asked, or the table is not there.
        """
        text = self._engines.changes.list_json(f"list chain inet {self._layout.table} {CHAIN}")
        return sum(parse_listing(text, self._layout).dropped.values())

    def listing(self) -> Listing | None:
        """Return what the kernel holds, or None where the table is not there.

        Raises:
            GateError: nftables cannot be asked.
        """
        try:
            text = self._engines.bulk.list_json(f"list table inet {self._layout.table}")
        except GateError as error:
            if "No such file or directory" in str(error):
                return None
            raise
        return parse_listing(text, self._layout)

    def remove(self) -> None:
        """Take the table out of the kernel; after that this gate shuts nobody out."""
        self._engines.changes.change(render_removal(self._layout))

    def entries(self) -> int:
        """Return how many networks are shut out, those without room in their set included."""
        return len(self._wanted)

    def close(self) -> None:
        """Leave the kernel as it is: bans stay in force while the service restarts."""

    def _report(self, repair: Repair) -> None:
        if repair.anything():
            _log.warning(
                "gate.repaired",
                gate=self.name,
                missing=repair.missing,
                surplus=repair.surplus,
                wrong_end=repair.wrong_end,
                rebuilt=repair.rebuilt,
            )
        if repair.left_out:
            text = "raise gate.nftables.size; until then those that end first are left out"
            _log.warning("gate.full", gate=self.name, left_out=repair.left_out, text=text)

    def _load(self, wanted: Mapping[str, Mapping[Network, int]], moment: datetime) -> None:
        self._engines.bulk.change(render_table(self._layout, self._exempt, wanted))
        self._verify_at = moment + self._reconcile

    def _change(self, changes: Iterable[Change]) -> None:
        commands = "".join(render_change(self._layout, change) for change in changes)
        if commands:
            self._engines.changes.change(commands)

    def _differences(
        self, wanted: Mapping[str, Mapping[Network, int]], listing: Listing | None
    ) -> tuple[Repair, list[Change]]:
        left_out = self._wanted.left_out()
        if listing is None or not self._is_intact(listing):
            return Repair(rebuilt=True, left_out=left_out), []
        sets = [_compare(name, wanted[name], listing.sets[name]) for name in self._layout.sets()]
        repair = Repair(
            missing=sum(len(each.missing) for each in sets),
            surplus=sum(len(each.surplus) for each in sets),
            wrong_end=sum(len(each.wrong_end) for each in sets),
            left_out=left_out,
        )
        return repair, [each.change for each in sets]

    def _is_intact(self, listing: Listing) -> bool:
        """Say whether the rules and the exempt networks are as this gate made them."""
        return (
            listing.chain == expected_chain(self._layout)
            and listing.refusals == expected_refusals(self._layout)
            and listing.exempt == self._exempt
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Difference:
    change: Change
    missing: Sequence[Network]
    surplus: Sequence[Network]
    wrong_end: Sequence[Network]


def _compare(name: str, wanted: Mapping[Network, int], found: Mapping[Network, int | None]) -> _Difference:
    """Compare one set with what it must hold; what is about to end anyway is no difference."""
    missing = [
        network for network, left in wanted.items() if network not in found and left > TOLERANCE_SECONDS
    ]
    surplus = [
        network
        for network, left in found.items()
        if network not in wanted and (left is None or left > TOLERANCE_SECONDS)
    ]
    wrong = [
        network
        for network, left in found.items()
        if network in wanted and (left is None or abs(left - wanted[network]) > TOLERANCE_SECONDS)
    ]
    if holds_prefixes(name) and (missing or surplus or wrong):
        change = Change(name, added=wanted, flush=True)
    else:
        change = Change(name, surplus + wrong, {network: wanted[network] for network in missing + wrong})
    return _Difference(change=change, missing=missing, surplus=surplus, wrong_end=wrong)
