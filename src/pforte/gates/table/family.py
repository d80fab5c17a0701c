"""The bans of one address family: the one over an address that lasts longest is found in a few looks."""

from collections.abc import Callable, Iterator

from pforte.gates.table.packed import end_of

_Step = tuple[int, Callable[[int], int | None]]
"""How far an address is shifted to be a network of one length, and the look into the table of that length."""
_SLOTS = 1 << 16


class Family:
    """The bans of one address family, packed, by prefix length.

    A look at every length in use would take too long where there are many, so it is known for each block of addresses
    which lengths are in use there: a single one nearly everywhere. A slot stands for one block, or for several that
    agree in the last 16 bits of their numbers; what is known of a slot only grows, until everything is loaded anew.

    Args:
        bits: length of an address.
        block: prefix length of a block, at least 16.

    Attributes:
        bits: length of an address.
        tables: for each length the ban of each network that lasts longest, by the network's first bits.
    """

    def __init__(self, bits: int, block: int) -> None:
        self.bits = bits
        self.tables: dict[int, dict[int, int]] = {}
        self._block = block
        self._shift = bits - block
        self._slots: list[tuple[_Step, ...]] = [()] * _SLOTS
        self._alike: dict[tuple[_Step, ...], tuple[_Step, ...]] = {}

    def put(self, key: int, length: int, packed: int) -> None:
        """Hold a ban over the one that stands at this network."""
        table = self.tables.get(length)
        if table is None:
            table = self.tables[length] = {}
        if key not in table:
            self._watch(key, length)  # before it is held, so that no look misses it
        table[key] = packed

    def lasting(self, value: int) -> int:
        """Return the ban over an address that lasts longest, or 0."""
        longest = 0
        for shift, look in self._slots[value >> self._shift & _SLOTS - 1]:
            packed = look(value >> shift)
            if packed is not None and (not longest or end_of(packed) > end_of(longest)):
                longest = packed
        return longest

    def over(self, value: int) -> Iterator[tuple[int, int]]:
        """Yield each ban over an address, with how far the address is shifted to be its network."""
        for shift, look in self._slots[value >> self._shift & _SLOTS - 1]:
            packed = look(value >> shift)
            if packed is not None:
                yield shift, packed

    def drop_ended(self, now: float) -> list[tuple[int, int]]:
        """Let go of the networks whose ban has ended; return the first bits and the length of each."""
        dropped = []
        for length, table in self.tables.items():
            ended = [key for key, packed in table.items() if end_of(packed) <= now]
            for key in ended:
                del table[key]
            dropped += [(key, length) for key in ended]
        return dropped

    def __len__(self) -> int:
        return sum(map(len, self.tables.values()))

    def _watch(self, key: int, length: int) -> None:
        """Let every look at a network's addresses look at its length."""
        step = self.bits - length, self.tables[length].get
        if length < self._block:  # it covers many blocks: from now on all are looked at for it
            if step not in self._slots[0]:
                self._slots = [self._joined(steps, step) for steps in self._slots]
            return
        slot = key >> length - self._block & _SLOTS - 1
        steps = self._slots[slot]
        if step not in steps:
            self._slots[slot] = self._joined(steps, step)

    def _joined(self, steps: tuple[_Step, ...], step: _Step) -> tuple[_Step, ...]:
        """Return the steps with one more; slots for which the same lengths are in use share one tuple."""
        joined = (*steps, step)
        return self._alike.setdefault(joined, joined)
