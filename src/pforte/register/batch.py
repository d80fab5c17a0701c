"""What is handed to the register in one go, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pforte.bans.ban import Ban, Decision
from pforte.bans.offence import Offence
from pforte.net.addresses import Network


class Outcome(StrEnum):
    """What became of an offence that was handed in."""

    BAN = "ban"
    EXTENSION = "extension"
    EVIDENCE = "evidence"
    WATCH = "watch"
    EXEMPT = "exempt"
    HISTORY = "history"
    PENDING = "pending"
    DROPPED = "dropped"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One offence to record.

    Attributes:
        offence: what was seen.
        origin: identity of the finding in its source, such as ``device:inode:offset:check``; a second entry
            with the same one is ignored. "" where the source has none.
    """

    offence: Offence
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The count of one check for one network, kept over restarts.

    Attributes:
        check: slug of the check.
        network: whom it counts.
        state: its state in the counter's own form; b"" deletes it.
    """

    check: str
    network: Network
    state: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An offence whose visitor says it is a verifiable crawler; it waits for the proof.

    Attributes:
        number: names it in a :class:`Settlement`.
        offence: what was seen.
    """

    number: int
    offence: Offence


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """The end of a claim's wait.

    Attributes:
        number: the claim's.
        offence: what it turned out to be, to be judged now; None drops the claim.
    """

    number: int
    offence: Offence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What belongs into one transaction.

    Attributes:
        entries: offences to judge now.
        claims: offences of visitors that claim to be a crawler whose proof is awaited; not judged yet.
        settlements: claims that wait no longer.
        positions: for each source, how far it has been read, in the source's own form.
        tallies: counts that changed.
    """

    entries: tuple[Entry, ...] = ()
    claims: tuple[Entry, ...] = ()
    settlements: tuple[Settlement, ...] = ()
    positions: Mapping[str, str] = field(default_factory=dict)
    tallies: tuple[Tally, ...] = ()

    def weight(self) -> int:
        """Return how many rows it will write."""
        offences = len(self.entries) + len(self.claims) + len(self.settlements)
        return offences + len(self.positions) + len(self.tallies)

    def halves(self) -> "tuple[Batch, Batch]":
        """Divide the batch into two that can be written one after the other.

        Counts and read positions come last: where only the first half is written, the lines are read again.
        """
        room = self.weight() // 2
        entries, room = self.entries[:room], room - len(self.entries[:room])
        claims, room = self.claims[:room], room - len(self.claims[:room])
        settlements, room = self.settlements[:room], room - len(self.settlements[:room])
        tallies, room = self.tallies[:room], room - len(self.tallies[:room])
        positions = tuple(self.positions.items())
        return (
            Batch(
                entries=entries,
                claims=claims,
                settlements=settlements,
                tallies=tallies,
                positions=dict(positions[:room]),
            ),
            Batch(
                entries=self.entries[len(entries) :],
                claims=self.claims[len(claims) :],
                settlements=self.settlements[len(settlements) :],
                tallies=self.tallies[len(tallies) :],
                positions=dict(positions[room:]),
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """What became of one offence.

    Attributes:
        offence: as it was recorded.
        outcome: see :class:`Outcome`.
        ban: the ban it led to, extended or is evidence of; None otherwise.
        why: the rule that decided, in words.
    """

    offence: Offence
    outcome: Outcome
    ban: Ban | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What one batch led to.

    Attributes:
        filed: one for each of the batch's entries, in their order.
        claims: one number for each of the batch's claims, in their order; None for a duplicate.
        settled: one for each of the batch's settlements; None where the claim did not wait any more.
        decisions: lines of the journal that were written, in order.
        escalated: prefixes that became subjects of their own (R11), each with its ban.
    """

    filed: tuple[Filed, ...] = ()
    escalated: tuple[Filed, ...] = ()
    claims: tuple[int | None, ...] = ()
    settled: tuple[Filed | None, ...] = ()
    decisions: tuple[Decision, ...] = ()
