"""The one class through which everything else uses the register."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine

from pforte.bans.ban import Ban, Decision, Reach
from pforte.clock import Clock
from pforte.mail.case import MailCase
from pforte.net.addresses import Address, Network, network_of
from pforte.register import (
    acts,
    bouncers,
    claims,
    conduct,
    documents,
    integrity,
    journal,
    mails,
    panic,
    progress,
    queries,
    retention,
)
from pforte.register.acts import Order, Pardon
from pforte.register.audit import read_audit
from pforte.register.batch import Batch, Claim, Filed, Recorded, Tally
from pforte.register.bouncers import Bouncer, Pull, Pulled
from pforte.register.dialects import file_of, open_engine, reading, writing
from pforte.register.documents import Document
from pforte.register.errors import JournalPurgedError, RegisterError
from pforte.register.file_modes import FOLDER, make_private
from pforte.register.filing import Filing
from pforte.register.ladder import Ladder
from pforte.register.mails import CheckTotal, MailQuery
from pforte.register.numbers import head
from pforte.register.panic import Panic
from pforte.register.progress import GateCursor, GateProgress
from pforte.register.queries import BanPage, BanQuery, Case, Snapshot, Status
from pforte.register.references import Draw, References
from pforte.register.retention import ROWS_PER_ROUND
from pforte.register.schema import PURGED_HEAD
from pforte.register.schema_version import upgrade
from pforte.settings.table import Settings

FILE_NAME = "register.sqlite"
PAGE = 1000


def locate(settings: Settings) -> str:
    """Return the URL of the register that the settings name."""
    return settings.register.url or file_url(settings.service.state)


def file_url(state: Path) -> str:
    """Return the URL of the SQLite register in a state folder."""
    return f"sqlite:///{state / FILE_NAME}"


def is_missing(url: str) -> bool:
    """Say whether the URL names a SQLite file that does not exist yet."""
    file = file_of(open_engine(url))
    try:
        return file is not None and not file.exists()
    except OSError:
        return False  # It cannot be seen, which opening it will explain.


class Register:
    """The durable store of offences and bans, and the ordered journal of decisions.

    Every method may be called from any thread and is one transaction; errors of the database come out as
    :class:`RegisterError`. Other processes may use the same register at the same time.

    Args:
        engine: a database whose tables are up to date; :meth:`open` makes it so.
        clock: tells the present moment.
        ladder: decides about offences; may be replaced while the register is open, for the next transaction.
        draw: draws the numbers of references.
    """

    def __init__(self, engine: Engine, clock: Clock, ladder: Ladder, draw: Draw = secrets.randbelow) -> None:
        self.ladder = ladder
        self._engine = engine
        self._clock = clock
        self._draw = draw

    @classmethod
    def open(
        cls, place: str | Path, clock: Clock, ladder: Ladder | None = None, draw: Draw = secrets.randbelow
    ) -> Self:
        """Open the register, and make or update its tables where needed.

        Args:
            place: a database URL, or the state folder of the embedded register.
            clock: tells the present moment.
            ladder: decides about offences; without one it is the published regulation.
            draw: draws the numbers of references.

        Raises:
            RegisterError: it cannot be opened, or was made by a newer pforte.
        """
        engine = open_engine(file_url(place) if isinstance(place, Path) else place)
        file = file_of(engine)
        if file is not None:
            try:
                file.parent.mkdir(mode=FOLDER, parents=True, exist_ok=True)
            except OSError as error:
                raise RegisterError(
                    f"the register's folder {file.parent} cannot be made: {error.strerror}; set service.state"
                ) from error
            make_private(file)
        try:
            upgrade(engine)
        except RegisterError:
            engine.dispose()
            raise
        return cls(engine, clock, ladder or Ladder(), draw)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Recording.

    def record(self, batch: Batch) -> Recorded:
        """Write a batch in one transaction: what it returns is on the disk."""
        with writing(self._engine) as connection:
            now = self._clock.now()
            filing = self._filing(connection, now)
            filing.expect((*batch.entries, *batch.claims))
            filed = filing.file(batch.entries)
            held = filing.hold(batch.claims)
            settled = [claims.settle(connection, filing, each) for each in batch.settlements]
            decisions = filing.save()
            progress.save_positions(connection, batch.positions, now)
            progress.save_tallies(connection, batch.tallies, now)
        return Recorded(
            filed=tuple(filed),
            claims=tuple(held),
            settled=tuple(settled),
            escalated=tuple(filing.escalated),
            decisions=tuple(decisions),
        )

    def pending_claims(self, limit: int = 10_000, after: int = 0) -> list[Claim]:
        """Return claims that wait for their proof and have a higher number than ``after``, oldest first."""
        with reading(self._engine) as connection:
            return claims.pending(connection, limit, after)

    def positions(self) -> dict[str, str]:
        """Return how far each source has been read."""
        with reading(self._engine) as connection:
            return progress.read_positions(connection)

    def tallies(self, limit: int = 1_000_000) -> list[Tally]:
        """Return the counts that changed last, the oldest of them first."""
        with reading(self._engine) as connection:
            return progress.read_tallies(connection, limit)

    # Mail.

    def file_mails(self, cases: Sequence[MailCase]) -> list[MailCase]:
        """Keep judged mails; return them with their references. What it returns is on the disk."""
        with writing(self._engine) as connection:
            return mails.file(connection, cases, References(connection, self._draw))

    def count_mails(self, counted: Mapping[tuple[datetime, str], int], conducted: conduct.Counted) -> None:
        """Add to the mails of each hour by what was done with them, and to what networks did."""
        with writing(self._engine) as connection:
            mails.count(connection, counted)
            conduct.add(connection, conducted)

    def mail(self, reference: str) -> MailCase | None:
        """Return the judged mail that carries a reference, or None."""
        with reading(self._engine) as connection:
            return mails.find(connection, reference)

    def judged_mails(self, query: MailQuery) -> list[MailCase]:
        """Return judged mails, the latest first."""
        with reading(self._engine) as connection:
            return mails.read(connection, query)

    def mail_totals(self, query: MailQuery) -> list[CheckTotal]:
        """Return how often each check of mail saw something."""
        with reading(self._engine) as connection:
            return mails.totals(connection, query)

    def mail_hours(self, since: datetime, until: datetime) -> dict[datetime, dict[str, int]]:
        """Return the number of mails of each hour by what was done with them."""
        with reading(self._engine) as connection:
            return mails.hours(connection, since, until)

    def first_mail(self) -> datetime | None:
        """Return the hour in which the first mail was judged, or None."""
        with reading(self._engine) as connection:
            return mails.first_hour(connection)

    def conduct_of(self, network: Network, since: datetime) -> dict[tuple[str, datetime], int]:
        """Return how often a network did each thing in each window that began at or after a moment."""
        with reading(self._engine) as connection:
            return conduct.read(connection, network, since)

    def greet(self, triple: bytes) -> datetime:
        """Return when a triple of network, sender and recipient was first seen, and remember that it was now."""
        with writing(self._engine) as connection:
            return conduct.greet(connection, triple, self._clock.now())

    def forget_mails(self, keep: timedelta, windows: Iterable[timedelta]) -> int:
        """Forget judged mails older than ``keep`` and conduct older than every window; return how many mails went."""
        now, gone = self._clock.now(), 0
        while True:
            with writing(self._engine) as connection:
                conduct.forget(connection, now, windows)
                went = mails.forget(connection, now - keep, ROWS_PER_ROUND)
            gone += went
            if went < ROWS_PER_ROUND:
                return gone

    # The journal and its followers.

    def journal(self, after: int, limit: int = PAGE) -> list[Decision]:
        """Return at most ``limit`` decisions that follow the sequence ``after``, in order.

        Raises:
            JournalPurgedError: decisions after it are forgotten already; take a snapshot.
        """
        with reading(self._engine) as connection:
            purged = head(connection, PURGED_HEAD)
            if after < purged:
                raise JournalPurgedError(
                    f"decisions up to {purged} are forgotten, so the journal cannot be followed from {after}; "
                    "begin from a snapshot"
                )
            return journal.read(connection, after, limit)

    def snapshot(self) -> Snapshot:
        """Return the bans in force and the sequence from which the journal goes on."""
        with reading(self._engine) as connection:
            return queries.snapshot(connection, self._clock.now())

    def gates(self) -> list[GateProgress]:
        """Return how each gate that ever followed stands against the journal, by name."""
        with reading(self._engine) as connection:
            return progress.read_gates(connection)

    def save_cursor(self, gate: str, sequence: int, entries: int, error: str = "") -> None:
        """Store how far a gate has come, how many networks it shuts out, and its trouble if it has any."""
        cursor = GateCursor(
            name=gate, sequence=sequence, entries=entries, error=error, saved=self._clock.now()
        )
        with writing(self._engine) as connection:
            progress.save_cursor(connection, cursor)

    # Bouncers, which pull the bans.

    def add_bouncer(self, name: str, digest: str) -> None:
        """Let a new bouncer pull by the key with this digest (see :mod:`pforte.gates.crowdsec.keys`).

        Raises:
            RefusedError: the name or the key is in use.
        """
        with writing(self._engine) as connection:
            bouncers.add(connection, name, digest, self._clock.now())

    def remove_bouncer(self, name: str) -> bool:
        """Let a bouncer pull no longer; False where there is none of that name."""
        with writing(self._engine) as connection:
            return bouncers.remove(connection, name)

    def bouncers(self) -> list[Bouncer]:
        """Return all bouncers by name."""
        with reading(self._engine) as connection:
            return bouncers.read(connection)

    def bouncer_digests(self) -> Mapping[str, str]:
        """Return the name of each bouncer by the digest of its key."""
        with reading(self._engine) as connection:
            return bouncers.read_digests(connection)

    def pulls(self) -> list[Pull]:
        """Return when each bouncer last pulled from which address, by name, the latest first."""
        with reading(self._engine) as connection:
            return bouncers.read_pulls(connection)

    def save_pulls(self, pulls: Iterable[Pulled]) -> None:
        """Store pulls over those before them, but not of a bouncer that was removed meanwhile."""
        with writing(self._engine) as connection:
            bouncers.save_pulls(connection, pulls, self._clock.now())

    def changed_bans(self, since: datetime, limit: int) -> list[Ban]:
        """Return the bans that ended or were decided about since, at most ``limit``, the latest to end first."""
        with reading(self._engine) as connection:
            return bouncers.changed_bans(connection, since, self._clock.now(), limit)

    # Questions.

    def status(self, address: Address) -> Status:
        """Return where an address stands now."""
        network = network_of(address, self.ladder.regulation.ipv6_prefix)
        with reading(self._engine) as connection:
            return queries.status(connection, address, network, self._clock.now())

    def bans(self, query: BanQuery) -> BanPage:
        """Return one page of bans, the latest recorded first."""
        with reading(self._engine) as connection:
            return queries.bans(connection, query, self._clock.now())

    def count_banned(self, reach: Reach | None = None) -> int:
        """Return how many networks are banned now: by bans of this reach, or by any."""
        with reading(self._engine) as connection:
            return queries.count_banned(connection, self._clock.now(), reach)

    def case(self, reference: str, limit: int = 20) -> Case:
        """Return everything that is known of a ban, with at most ``limit`` of its offences.

        Raises:
            UnknownReferenceError: no ban carries the reference.
        """
        with reading(self._engine) as connection:
            number, ban = queries.ban_by_reference(connection, reference)
            return Case(
                ban=ban,
                counts=queries.count_offences(connection, [number]).get(number, {}),
                offences=tuple(queries.offences_of_ban(connection, number, ban, limit)),
                acts=tuple(read_audit(connection, reference)),
            )

    def offences(self, network: Network | None = None, check: str = "", limit: int = 100) -> list[Filed]:
        """Return the offences of a network and of those inside it, or of all, latest recorded first.

        Claims that wait for their proof, and those dropped, are no offences.
        """
        with reading(self._engine) as connection:
            return queries.offences(connection, network, check, limit)

    # Acts of operators.

    def ban(self, order: Order) -> Ban:
        """Shut a network out from now on."""
        with writing(self._engine) as connection:
            now = self._clock.now()
            filing = self._filing(connection, now)
            new = acts.ban(connection, filing, order, now)
            filing.save()
        return new

    def lift(self, pardon: Pardon) -> list[Ban]:
        """Lift bans in force and return them as they stand afterwards.

        Raises:
            UnknownReferenceError: no ban carries the reference.
            RegisterError: there is nothing to lift.
        """
        with writing(self._engine) as connection:
            now = self._clock.now()
            filing = self._filing(connection, now)
            lifted = acts.lift(connection, filing, pardon, now)
            filing.save()
        return lifted

    def begin_panic(self, who: str, reason: str) -> Panic:
        """Let every gate stand open until :meth:`end_panic`; one that is in force already stays as it is."""
        with writing(self._engine) as connection:
            return panic.begin(connection, who, reason, self._clock.now())

    def end_panic(self, who: str) -> Panic | None:
        """Let the gates do their work again; return what ended, or None where nothing was in force."""
        with writing(self._engine) as connection:
            return panic.end(connection, who, self._clock.now())

    def panic(self) -> Panic | None:
        """Return why every gate stands open, or None where they do their work."""
        with reading(self._engine) as connection:
            return panic.read(connection)

    # Keeping.

    def save_document(self, name: str, content: bytes, came_into_force: datetime) -> bool:
        """Store a version of a document; False when it says the same as the one in force then."""
        with writing(self._engine) as connection:
            return documents.save_document(connection, name, content, came_into_force)

    def replace_document(self, name: str, content: bytes, came_into_force: datetime) -> None:
        """Store a document in the place of all its versions, because nobody asks for its history."""
        with writing(self._engine) as connection:
            documents.replace_document(connection, name, content, came_into_force)

    def documents(self, name: str) -> list[Document]:
        """Return the versions of a document, oldest first."""
        with reading(self._engine) as connection:
            return documents.read_documents(connection, name)

    def purge(self, keep: timedelta) -> int:
        """Forget what is older than ``keep`` in many short transactions; return how many rows went."""
        total = 0
        while True:
            with writing(self._engine) as connection:
                gone = retention.purge_round(connection, self._clock.now(), keep)
            if not gone:
                return total
            total += gone

    def forget_tallies(self, before: datetime) -> int:
        """Forget counts that have not changed since ``before``; return how many."""
        with writing(self._engine) as connection:
            return progress.forget_tallies(connection, before)

    def check(self) -> list[str]:
        """Return every broken promise of the register in words; an empty list means all is well."""
        with reading(self._engine) as connection:
            return integrity.check(connection)

    def _filing(self, connection: Connection, now: datetime) -> Filing:
        return Filing(connection, self.ladder, now, self._draw)
