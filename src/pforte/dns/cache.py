"""Answers that are kept for as long as they hold, and never more than a set number of them."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import replace

from pforte.dns.resolver import Answer, Status

_SHORTEST_TTL = 1
_LONGEST_TTL = {
    Status.FOUND: 86_400,
    Status.NONE: 10_800,  # RFC 2308 s5 finds one to three hours good for what does not exist
    Status.TROUBLE: 5,  # RFC 2308 s7 allows up to 300; a mended server is seen soon
}


class AnswerCache:
    """Keeps the answers asked for last.

    Args:
        size: answers kept at most.
        monotonic: tells seconds that never run backwards.
    """

    def __init__(self, size: int, monotonic: Callable[[], float]) -> None:
        self._size = size
        self._monotonic = monotonic
        self._kept: OrderedDict[Hashable, tuple[float, Answer[str]]] = OrderedDict()

    def get(self, question: Hashable) -> Answer[str] | None:
        """Return the answer with the seconds it still holds, or None where none is kept."""
        found = self._kept.get(question)
        if found is None:
            return None
        ends, answer = found
        left = ends - self._monotonic()
        if left <= 0:
            del self._kept[question]
            return None
        self._kept.move_to_end(question)
        if answer.ttl != int(left):
            answer = replace(answer, ttl=int(left))
            self._kept[question] = (ends, answer)
        return answer

    def put(self, question: Hashable, answer: Answer[str]) -> None:
        """Keep an answer for its ttl, but at least a second and no longer than its status allows.

        Trouble is kept for a few seconds, so that a dead server is not asked by every visitor.
        """
        longest = _LONGEST_TTL[answer.status]
        ttl = longest if answer.status is Status.TROUBLE else min(max(answer.ttl, _SHORTEST_TTL), longest)
        self._kept[question] = (self._monotonic() + ttl, answer)
        self._kept.move_to_end(question)
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)
