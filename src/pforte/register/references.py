"""Public references that neither a ban nor a judged mail carries yet."""

from collections.abc import Callable

from sqlalchemy import BindParameter, Connection, bindparam, select

from pforte.bans.reference import NUMBERS, render_reference
from pforte.register.errors import RegisterError
from pforte.register.schema import BANS, MAILS

ROUNDS = 20
AHEAD = 500

Draw = Callable[[int], int]
"""Draws a number from 0 up to, not including, its argument; a secure source in production."""


_DRAWN: BindParameter[list[str]] = bindparam("drawn", expanding=True)
_TAKEN = (
    select(BANS.c.reference)
    .where(BANS.c.reference.in_(_DRAWN))
    .union_all(select(MAILS.c.reference).where(MAILS.c.reference.in_(_DRAWN)))
)


class References:
    """Gives out free references inside the write transaction, looked up in the register many at a time."""

    def __init__(self, connection: Connection, draw: Draw) -> None:
        self._connection = connection
        self._draw = draw
        self._free: list[str] = []
        self._given: set[str] = set()
        self._expected = 1

    def expect(self, count: int) -> None:
        """Say how many may be needed, so that they are looked up together."""
        self._expected = max(1, min(count, AHEAD))

    def take(self) -> str:
        """Return a reference that nothing carries, neither in the register nor in this transaction.

        Raises:
            RegisterError: every draw was taken over and over, so the source of randomness is broken.
        """
        for _ in range(ROUNDS):
            if not self._free:
                self._look_up_more()
            if self._free:
                return self._free.pop()
        raise RegisterError(
            f"{ROUNDS} times in a row every drawn reference was taken: the source of randomness is broken"
        )

    def _look_up_more(self) -> None:
        drawn = {render_reference(self._draw(NUMBERS)) for _ in range(self._expected)} - self._given
        drawn.difference_update(self._connection.execute(_TAKEN, {"drawn": sorted(drawn)}).scalars())
        self._given |= drawn
        self._free = list(drawn)
