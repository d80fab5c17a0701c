"""Filing offences: judged against the history inside the transaction, written with their bans and decisions."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from pforte.bans.ban import Action, Ban, Decision
from pforte.bans.ladder import Evidence, Extension, NewBan, Spared
from pforte.bans.offence import Offence
from pforte.register import journal
from pforte.register.batch import Entry, Filed, Outcome
from pforte.register.encoding import encode_moment, storable
from pforte.register.ladder import Ladder
from pforte.register.numbers import Numbers
from pforte.register.past import Past, slices
from pforte.register.references import Draw, References
from pforte.register.rows import ban_values, changeable_values, offence_values
from pforte.register.schema import BANS, BANS_HEAD, OFFENCES, OFFENCES_HEAD

_KNOWN = select(OFFENCES.c.origin).where(OFFENCES.c.origin.in_(bindparam("origins", expanding=True)))
_ADD_BAN = insert(BANS)
_ADD_OFFENCE = insert(OFFENCES)


class Filing:
    """One write transaction's offences, bans and decisions.

    Bans and offences are collected and written by :meth:`save`, many rows at once.

    Args:
        connection: inside the write transaction.
        ladder: the visit regulation.
        now: the present moment.
        draw: where references come from.
    """

    def __init__(self, connection: Connection, ladder: Ladder, now: datetime, draw: Draw) -> None:
        self.past = Past(connection)
        self.numbers = Numbers(connection)
        self.references = References(connection, draw)
        self._connection = connection
        self._ladder = ladder
        self._now = now
        self._origins: set[str] = set()
        self._begun: dict[int, Ban] = {}
        self._changed: dict[int, Ban] = {}
        self._taken: list[tuple[Action, int, Ban]] = []
        self._offences: list[dict[str, Any]] = []
        self._rewritten: list[tuple[int, Filed]] = []
        self.escalated: list[Filed] = []

    def expect(self, entries: Sequence[Entry]) -> None:
        """Read what is needed to judge the entries."""
        self.past.load(entry.offence.network for entry in entries)
        self.references.expect(len(entries))
        for origins in slices(storable(entry.origin) for entry in entries if entry.origin):
            self._origins.update(self._connection.execute(_KNOWN, {"origins": origins}).scalars())

    def file(self, entries: Sequence[Entry]) -> list[Filed]:
        """Judge the entries in the order of their event times; the answers keep the order of the entries."""
        filed: dict[int, Filed] = {}
        for index in sorted(range(len(entries)), key=lambda index: entries[index].offence.at):
            entry = entries[index]
            if self._seen(entry.origin):
                filed[index] = Filed(offence=entry.offence, outcome=Outcome.DUPLICATE, why="recorded before")
                continue
            filed[index] = self.judge(entry.offence)
            self._note(entry, filed[index])
            self.escalate(filed[index])
        return [filed[index] for index in range(len(entries))]

    def hold(self, entries: Sequence[Entry]) -> list[int | None]:
        """Store claims that wait for a proof; return their numbers, None for those that were stored before."""
        numbers: list[int | None] = []
        for entry in entries:
            if self._seen(entry.origin):
                numbers.append(None)
            else:
                numbers.append(self._note(entry, Filed(offence=entry.offence, outcome=Outcome.PENDING)))
        return numbers

    def judge(self, offence: Offence) -> Filed:
        """Judge one offence and take its ban or extension into the transaction."""
        judgement = self._ladder.judge(self.past.history(offence.network), offence, self._now)
        offence = replace(offence, at=judgement.at)
        match judgement:
            case Spared(why=why):
                outcome = Outcome.EXEMPT if offence.exempt else Outcome.WATCH
                return Filed(offence=offence, outcome=outcome, why=why)
            case Evidence(ban=ban, why=why):
                return Filed(offence=offence, outcome=Outcome.EVIDENCE, ban=ban, why=why)
            case Extension(ban=ban):
                self.change(Action.EXTEND, ban)
                return Filed(offence=offence, outcome=Outcome.EXTENSION, ban=ban, why="inside the ban")
            case NewBan(why=why):
                ban = self._begin(judgement)
                outcome = Outcome.BAN if ban.in_force(self._now) else Outcome.HISTORY
                return Filed(offence=offence, outcome=outcome, ban=ban, why=why)

    def escalate(self, filed: Filed) -> None:
        """Shut out the whole prefix when the new ban was one too many in it (R11)."""
        ban = filed.ban
        prefix = None
        if ban is not None and filed.outcome in {Outcome.BAN, Outcome.HISTORY}:
            prefix = self._ladder.prefix(ban.network)
        if ban is None or prefix is None:
            return
        recent = self.past.neighbours(prefix, self._ladder.counted_since(prefix, ban.starts))
        offence = self._ladder.escalate(self.past.history(prefix), recent, filed.offence, ban.starts)
        if offence is not None:
            whole = self.judge(offence)
            self._note(Entry(offence=offence), whole)
            self.escalated.append(whole)

    def begin(self, ban: Ban) -> None:
        """Take a new ban into the transaction."""
        number = self.numbers.take(BANS_HEAD)
        self._begun[number] = ban
        self.past.add(number, ban)
        self._taken.append((Action.BEGIN, number, ban))

    def change(self, action: Action, ban: Ban) -> None:
        """Take the new state of a ban that was loaded or begun here into the transaction."""
        number = self.past.number(ban.reference)
        if number in self._begun:
            self._begun[number] = ban
        else:
            self._changed[number] = ban
        self.past.add(number, ban)
        self._taken.append((action, number, ban))

    def rewrite(self, number: int, filed: Filed) -> None:
        """Put what became of a claim in the place of its row."""
        self._rewritten.append((number, filed))

    def save(self) -> list[Decision]:
        """Write everything that was collected; return the lines of the journal."""
        if self._begun:
            rows = [{"id": number, **ban_values(ban)} for number, ban in self._begun.items()]
            self._connection.execute(_ADD_BAN, rows)
        if self._changed:
            rewrite_bans(self._connection, self._changed.items())
        if self._offences:
            self._connection.execute(_ADD_OFFENCE, self._offences)
        for number, filed in self._rewritten:
            row = offence_values(filed.offence) | self._outcome_values(filed)
            self._connection.execute(update(OFFENCES).where(OFFENCES.c.id == number).values(row))
        decisions = journal.append(self._connection, self.numbers, self._taken, self._now)
        self.numbers.save()
        return decisions

    def _begin(self, judgement: NewBan) -> Ban:
        ban = judgement.ban(self.references.take())
        self.begin(ban)
        return ban

    def _seen(self, origin: str) -> bool:
        if not origin:
            return False
        seen = storable(origin) in self._origins
        self._origins.add(storable(origin))
        return seen

    def _note(self, entry: Entry, filed: Filed) -> int:
        number = self.numbers.take(OFFENCES_HEAD)
        row = offence_values(filed.offence) | self._outcome_values(filed)
        row |= {"id": number, "recorded": encode_moment(self._now), "origin": storable(entry.origin) or None}
        self._offences.append(row)
        return number

    def _outcome_values(self, filed: Filed) -> dict[str, Any]:
        ban = None if filed.ban is None else self.past.number(filed.ban.reference)
        return {"outcome": filed.outcome.value, "ban": ban, "why": filed.why}


def rewrite_bans(connection: Connection, changed: Iterable[tuple[int, Ban]]) -> None:
    """Write the new states of bans that stand in the register."""
    statement = (
        update(BANS)
        .where(BANS.c.id == bindparam("number"))
        .values({name: bindparam(f"new_{name}") for name in (*_CHANGEABLE, "until")})
    )
    connection.execute(
        statement,
        [
            {"number": number, "new_until": encode_moment(ban.effective_end())}
            | {f"new_{name}": value for name, value in changeable_values(ban).items()}
            for number, ban in changed
        ],
    )


_CHANGEABLE = ("rung", "starts", "ends", "lifted", "amnesty")
