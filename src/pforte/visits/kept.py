"""Answers that are kept for the next one who asks, bounded in bytes."""

from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

ENTRY = 400
"""Bytes that one entry takes beside what its owner counts, roughly."""


class Kept(Generic[K, V]):
    """Remembers answers; those least recently used leave first.

    Args:
        limit: bytes kept at most.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._answers: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: K) -> V | None:
        """Return the answer to ``key``, or None."""
        answer = self._answers.get(key)
        if answer is None:
            return None
        self._answers.move_to_end(key)
        return answer[0]

    def keep(self, key: K, answer: V, weight: int) -> None:
        """Keep an answer.

        Args:
            key: what was asked.
            answer: what was answered.
            weight: bytes of both.
        """
        before = self._answers.pop(key, None)
        if before is not None:
            self._size -= before[1]
        self._answers[key] = (answer, weight + ENTRY)
        self._size += weight + ENTRY
        while self._size > self._limit:
            _, (_, light) = self._answers.popitem(last=False)
            self._size -= light
