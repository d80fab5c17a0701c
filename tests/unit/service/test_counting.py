"""Counts are told when something new was counted, with the source's name, and all together at the end."""

from typing import Any

import structlog

from pforte.service.counting import Counts
from pforte.sources.block import Figures


class Net:
    """A source with figures."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.cut = self.dropped = 0

    def figures(self) -> Figures:
        return Figures(None, self.cut, self.dropped)


def told(act: Any) -> list[tuple[str, dict[str, Any]]]:
    with structlog.testing.capture_logs() as logged:
        act()
    return [
        (each["log_level"], {key: value for key, value in each.items() if key not in {"event", "log_level"}})
        for each in logged
    ]


def test_only_what_is_new_is_told() -> None:
    counts, source = Counts(), Net("net")
    counts.follow(source)  # type: ignore[arg-type]
    counts.add("net", {"lines": 10, "unparsed": 0})
    assert told(counts.tell) == []
    source.dropped = 5
    counts.add("net", {"lines": 10, "capped": 2})
    assert told(counts.tell) == [("warning", {"source": "net", "dropped": 5, "capped": 2})]
    assert told(counts.tell) == []
    counts.add("net", {"capped": 1})
    assert told(counts.tell) == [("info", {"source": "net", "capped": 1})]


def test_a_source_that_is_opened_again_counts_from_nothing() -> None:
    counts = Counts()
    for _ in range(2):
        source = Net("net")
        counts.follow(source)  # type: ignore[arg-type]
        source.cut = 3
        counts.leave(source)  # type: ignore[arg-type]
    assert told(counts.tell) == [("warning", {"source": "net", "cut": 6})]


def test_the_end_tells_everything() -> None:
    counts = Counts()
    counts.add("one", {"lines": 10, "unread": 4})
    told(counts.tell)
    counts.add("two", {"lines": 7})
    assert told(counts.tell_totals) == [
        ("info", {"source": "one", "lines": 10, "unread": 4}),
        ("info", {"source": "two", "lines": 7}),
    ]
