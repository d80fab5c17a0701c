"""The bounded queue between the network and the reader of a source."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

SAME_TIME = timedelta(seconds=1)
"""Lines that arrived within this span may share a parcel."""


@dataclass(slots=True)
class Parcel:
    """Lines that arrived together.

    Attributes:
        received: when the first of them arrived.
        lines: each with its newline.
        size: their bytes.
    """

    received: datetime
    lines: list[bytes] = field(default_factory=list)
    size: int = 0


class Inbox:
    """Holds lines until they are read.

    Args:
        parcel: bytes a parcel holds at most, and one line more.
        limit: bytes held at most.
    """

    def __init__(self, parcel: int, limit: int) -> None:
        self._parcel = parcel
        self._limit = limit
        self._parcels: deque[Parcel] = deque()
        self._filled = asyncio.Event()
        self.size = 0
        """Bytes held."""

    @property
    def full(self) -> bool:
        """Tell whether the limit is reached."""
        return self.size >= self._limit

    @property
    def roomy(self) -> bool:
        """Tell whether at least half of it is free."""
        return self.size <= self._limit // 2

    def put(self, line: bytes, received: datetime) -> None:
        """Add a line, even to a full inbox: who may be refused is the caller's to say."""
        last = self._parcels[-1] if self._parcels else None
        # A clock that was put back begins a new parcel too.
        if (
            last is None
            or last.size >= self._parcel
            or not timedelta(0) <= received - last.received <= SAME_TIME
        ):
            last = Parcel(received)
            self._parcels.append(last)
        last.lines.append(line)
        last.size += len(line)
        self.size += len(line)
        self._filled.set()

    def take(self) -> Parcel | None:
        """Take the oldest parcel; None where there is none."""
        if not self._parcels:
            return None
        parcel = self._parcels.popleft()
        self.size -= parcel.size
        return parcel

    def wake(self) -> None:
        """End a wait."""
        self._filled.set()

    async def wait(self) -> None:
        """Wait until a line comes or somebody calls ``wake``."""
        await self._filled.wait()
        self._filled.clear()
