"""What a gate holds against what it should hold, entry by entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What was found in one place where bans are enforced.

    Attributes:
        place: where, such as a file, a table or a map.
        held: entries it holds.
        missing: entries that it should hold.
        surplus: entries that nobody wanted.
        wrong: entries that say something else than they should, such as another end.
        trouble: why it is not as it should be although its entries may be, or "".
    """

    place: str
    held: int
    missing: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    trouble: str = ""

    def agrees(self) -> bool:
        """Say whether the place is as it should be."""
        return not (self.missing or self.surplus or self.wrong or self.trouble)


def compare(place: str, wanted: Mapping[K, V], found: Mapping[K, V]) -> Comparison:
    """Compare entries with what each of them says.

    >>> compare("map", {"a": 1, "b": 2}, {"b": 3, "c": 4})
    Comparison(place='map', held=2, missing=('a',), surplus=('c',), wrong=('b',), trouble='')
    """
    return Comparison(
        place=place,
        held=len(found),
        missing=tuple(str(key) for key in wanted if key not in found),
        surplus=tuple(str(key) for key in found if key not in wanted),
        wrong=tuple(str(key) for key, value in found.items() if key in wanted and wanted[key] != value),
    )
