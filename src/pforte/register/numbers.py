"""Numbers for rows, given out inside the one write transaction.

They have no gaps, follow the order of commits and are never given twice, not even after the rows are purged.
"""

from sqlalchemy import Connection, select, update

from pforte.register.schema import HEADS

BANS_HEAD = "bans"
JOURNAL_HEAD = "journal"
OFFENCES_HEAD = "offences"
PURGED_HEAD = "purged"
"""Highest sequence that was purged: a gate that stands below it must take a snapshot."""


class Numbers:
    """The counters of one write transaction; what was taken counts once :meth:`save` is called."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._heads: dict[str, int] = dict(
            connection.execute(select(HEADS.c.name, HEADS.c.sequence)).tuples().all()
        )
        self._saved = dict(self._heads)

    def take(self, name: str) -> int:
        """Return the next number of the counter."""
        self._heads[name] += 1
        return self._heads[name]

    def save(self) -> None:
        """Write the counters that moved."""
        for name, sequence in self._heads.items():
            if sequence != self._saved[name]:
                self._connection.execute(update(HEADS).where(HEADS.c.name == name).values(sequence=sequence))
        self._saved = dict(self._heads)


def head(connection: Connection, name: str) -> int:
    """Return the last number that was given out, 0 before the first."""
    return int(connection.execute(select(HEADS.c.sequence).where(HEADS.c.name == name)).scalar_one())
