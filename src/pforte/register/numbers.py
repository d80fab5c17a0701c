"""Numbers for rows, given out inside the one write transaction.

They have no gaps, follow the order of commits and are never given twice, not even after the rows are purged.
"""

from sqlalchemy import Connection, bindparam, select, update

from pforte.register.schema import HEADS

_READ = select(HEADS.c.name, HEADS.c.sequence)
_SAVE = update(HEADS).where(HEADS.c.name == bindparam("head")).values(sequence=bindparam("last"))
_READ_ONE = select(HEADS.c.sequence).where(HEADS.c.name == bindparam("head"))


class Numbers:
    """The counters of one write transaction; what was taken counts once :meth:`save` is called."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._heads: dict[str, int] = dict(connection.execute(_READ).all())
        self._saved = dict(self._heads)

    def take(self, name: str) -> int:
        """Return the next number of the counter."""
        self._heads[name] += 1
        return self._heads[name]

    def save(self) -> None:
        """Write the counters that moved."""
        moved = [
            {"head": name, "last": sequence}
            for name, sequence in self._heads.items()
            if sequence != self._saved[name]
        ]
        if moved:
            self._connection.execute(_SAVE, moved)
        self._saved = dict(self._heads)


def head(connection: Connection, name: str) -> int:
    """Return the last number that was given out, 0 before the first."""
    return int(connection.execute(_READ_ONE, {"head": name}).scalar_one())
