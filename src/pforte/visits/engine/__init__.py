"""The pass over log blocks: which few lines are worth a closer look, and for whom.

A pass is made of groups of marks (one group per check). It reads a whole block at once and names the lines in
which at least one mark stands, each with the set of groups that have a mark in it. What a candidate is worth is
decided later, by the check; a pass may name too many lines and too many groups, never too few.

Two engines keep this promise: Hyperscan, and RE2 for machines without a Hyperscan wheel.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal, Protocol

from pforte.visits.checks.declaration import Mark

GROUPS = 256
"""Groups that one pass may have."""

Candidate = tuple[int, int, int]
"""Offset of the line's first byte, offset behind its last byte, and bit n set for group n."""

EngineName = Literal["auto", "hyperscan", "re2"]


class Shelf(Protocol):
    """Keeps compiled passes, because compiling takes a good part of a second and looking one up nearly nothing."""

    def get(self, key: str) -> bytes | None:
        """Return what was put under ``key``, or None."""
        ...

    def put(self, key: str, compiled: bytes) -> None:
        """Keep ``compiled``, if there is room and right to; nothing is lost where there is not."""
        ...


@dataclass(frozen=True, slots=True)
class Engine:
    """Which engine compiles a pass.

    Attributes:
        name: ``hyperscan``, ``re2``, or ``auto`` for the best that is installed.
        shelf: where compiled passes are kept, or None.
    """

    name: EngineName = "auto"
    shelf: Shelf | None = None


AUTO = Engine()


class EngineError(ValueError):
    """An engine is not installed, or a mark cannot be compiled; the message quotes it."""


class Pass(Protocol):
    """Finds the candidate lines of a block."""

    name: str

    def candidates(self, data: bytes) -> list[Candidate]:
        """Return the candidate lines of ``data`` in order, each once.

        Lines end with a line feed or with the block; the line feed is not part of the line.
        """
        ...

    def groups(self, text: bytes) -> int:
        """Return the groups that have a mark anywhere in a short text, bit n set for group n."""
        ...

    def has_any(self, text: bytes) -> bool:
        """Say whether any group has a mark in a short text: quicker than :meth:`groups`."""
        ...


def installed() -> tuple[str, ...]:
    """Return the names of the engines that can be used here, best first."""
    modules = (("hyperscan", "hyperscan"), ("re2", "re2"))
    return tuple(name for name, module in modules if find_spec(module) is not None)


def build(groups: Sequence[Sequence[Mark]], engine: Engine = AUTO) -> Pass:
    """Compile one pass.

    Args:
        groups: the marks of each group; a group may be empty.
        engine: which engine, and where it may find the pass compiled.

    Raises:
        EngineError: the engine is not installed, there are too many groups, or a mark is no usable pattern.
    """
    if len(groups) > GROUPS:
        raise EngineError(f"a pass has at most {GROUPS} groups, not {len(groups)}")
    usable = installed()
    chosen = engine.name if engine.name != "auto" else next(iter(usable), "")
    if chosen not in usable:
        wanted = (
            "hyperscan or google-re2" if engine.name == "auto" else engine.name.replace("re2", "google-re2")
        )
        raise EngineError(f"setting scan.engine: install the package {wanted} to read logs")
    if chosen == "hyperscan":
        from pforte.visits.engine.hyperscan import HyperscanPass  # noqa: PLC0415  the wheel may be absent

        return HyperscanPass(groups, engine.shelf)
    from pforte.visits.engine.re2 import Re2Pass  # noqa: PLC0415  the wheel may be absent

    return Re2Pass(groups)
