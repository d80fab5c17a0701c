"""One log from its first byte to its last, whatever name it bears by now, and how far it was read."""

import json
import os
from dataclasses import dataclass, field
from typing import Any

from pforte.sources.block import Limits
from pforte.sources.carriers import Carrier, Key, PlainFile
from pforte.sources.cut import take_lines
from pforte.sources.fingerprint import (
    ANCHOR_BYTES,
    HEAD_BYTES,
    NOTHING,
    Fingerprint,
    parse_fingerprint,
    take_fingerprint,
)
from pforte.sources.siblings import is_rotated

COUNTED_BYTES = 1_073_741_824
"""A log longer than this that is entered at its end gets no line numbers: counting would hold up the start."""

_CHUNK_BYTES = 1_048_576


class ReplacedError(Exception):
    """The file no longer holds what was read of it: it was truncated or written anew."""


@dataclass(frozen=True, slots=True)
class Part:
    """Lines read from a volume.

    Attributes:
        data: whole lines.
        first_line: number of the first one; None where they were not counted.
        offset: where ``data`` begins in the log.
        cut: whether the last line is cut.
    """

    data: bytes
    first_line: int | None
    offset: int
    cut: bool


@dataclass(slots=True, eq=False)
class Volume:
    """One log file being read; rotation ends one and begins the next.

    Attributes:
        path: the path it was found under while it was being written.
        real: that path with links resolved, where it differs, else "".
        identity: device and inode it had when it was found; stands in origins.
        number: counts the volumes of a source, so that a reused inode is told apart.
        head: fingerprint of its first bytes, as far as they were seen.
        anchor: fingerprint of the bytes just before ``offset``.
        offset: how far it was read; the start of the first unread line unless ``inside``.
        line: lines before ``offset``; None where they were not counted.
        inside: whether ``offset`` lies inside a line that was cut.
        generation: tells this volume from others of the same inode; set when the first line is read.
        place: device and inode of the file that holds it now.
        asleep: read to its end and closed; only looked at when its file grows.
        mtime: when its file was written last, ns.
        retired: whether it no longer stands under ``path``.
        quiet_since: monotonic moment of the last growth that was seen.
        ending: whether no more is expected of it, so that its last line ends where the file ends.
        carrier: the open file, or None.
    """

    path: str
    identity: Key
    number: int
    real: str = ""
    head: Fingerprint = NOTHING
    anchor: Fingerprint = NOTHING
    offset: int = 0
    line: int | None = 0
    inside: bool = False
    generation: str = ""
    place: Key = (0, 0)
    asleep: bool = False
    mtime: int = 0
    retired: bool = False
    quiet_since: float = 0.0
    ending: bool = False
    carrier: Carrier | None = None
    _text: str = field(default="", repr=False)

    @property
    def origin(self) -> str:
        """Return the identity of the log, to which an offset is added to name a byte."""
        return f"{self.identity[0]}:{self.identity[1]}:{self.generation}"

    def carry(self, carrier: Carrier) -> None:
        """Read from ``carrier`` from now on."""
        if self.carrier is not None and self.carrier is not carrier:
            self.carrier.close()
        self.carrier, self.place, self.asleep, self.ending = carrier, carrier.key, False, False
        self.see_head()
        self._text = ""

    def see_head(self) -> None:
        """Take the fingerprint of the beginning of a file of which nothing was read yet."""
        if self.carrier is not None and not self.head.size:
            self.head = take_fingerprint(self.carrier.read(0, HEAD_BYTES))
            self._text = ""

    def release(self) -> None:
        """Close the file that holds it."""
        if self.carrier is not None:
            self.carrier.close()
            self.carrier = None

    def sleep(self) -> None:
        """Close the file of a volume that is read to its end; what was read stays known."""
        if self.carrier is not None:
            self.mtime = self.carrier.mtime
        self.release()
        self.asleep = True
        self._text = ""

    def retire(self, now: float) -> None:
        """Note that it no longer stands under its path."""
        if not self.retired:
            self.retired, self.quiet_since, self._text = True, now, ""

    def stand(self, path: str) -> None:
        """Note that it stands under ``path``. A name that rotation gave it does not become its own."""
        if is_rotated(os.path.basename(path), os.path.basename(self.path)):  # noqa: PTH119  str all along
            path = self.path
        if self.retired or self.path != path:
            self.retired, self.ending, self.path, self._text = False, False, path, ""

    @property
    def is_copied(self) -> bool:
        """Tell whether what holds it is a copy, which nobody writes to."""
        return self.carrier is not None and (not self.carrier.grows or self.place != self.identity)

    def is_held_by(self, carrier: Carrier) -> bool:
        """Tell whether ``carrier`` holds what was read of this volume.

        Raises:
            UnpackError: a compressed carrier is broken or incomplete.
        """
        if not self.head.matches(carrier.read(0, self.head.size)):
            return False
        return self.anchor.matches(carrier.read(self.offset - self.anchor.size, self.anchor.size))

    def enter_at_end(self, limit: int) -> None:
        """Go to the start of the last, unfinished line of a plain file, or to its end."""
        carrier = self.carrier
        if not isinstance(carrier, PlainFile):
            raise TypeError("only a plain file is entered at its end")
        size = carrier.size()
        begin = max(size - limit - 1, 0)
        tail = carrier.read(begin, size - begin)
        newline = tail.rfind(b"\n")
        if newline >= 0:
            self.offset = begin + newline + 1
        elif begin:
            self.offset, self.inside = size, True
        if self.offset <= COUNTED_BYTES:
            self.line = _count_lines(carrier, self.offset)
        else:
            self.line = None
        self.head = take_fingerprint(carrier.read(0, min(HEAD_BYTES, self.offset)))
        size = min(ANCHOR_BYTES, self.offset)
        self.anchor = take_fingerprint(carrier.read(self.offset - size, size))
        self._text = ""

    def read_on(self, limits: Limits) -> Part | None:
        """Read the next lines; None where no whole line waits.

        Raises:
            ReplacedError: the file was truncated or written anew.
            UnpackError: a compressed carrier is broken.
        """
        while self.carrier is not None:
            raw = self._read_raw(limits.read)
            body = raw[self.anchor.size : self.anchor.size + limits.read]
            piece = take_lines(body, limits.line, inside=self.inside)
            if not piece.used:
                return None
            offset, line = self.offset + piece.skipped, self.line
            self._move(raw[: self.anchor.size + piece.used], piece.used)
            self.inside = piece.inside
            if piece.data:
                self._name_generation()
                if line is not None:
                    self.line = line + piece.data.count(b"\n")
                return Part(piece.data, None if line is None else line + 1, offset, piece.cut)
        return None

    def finish(self, limits: Limits) -> Part | None:
        """Return the last line of a volume that ends without a newline, with one; None where there is none."""
        if self.carrier is None:
            return None
        raw = self._read_raw(limits.read)
        rest = raw[self.anchor.size :]
        if not rest or b"\n" in rest or self.inside:
            return None
        offset, line = self.offset, self.line
        self._move(raw, len(rest))
        self._name_generation()
        if line is not None:
            self.line = line + 1
        return Part(rest + b"\n", None if line is None else line + 1, offset, cut=False)

    def render(self) -> str:
        """Render how far it was read as JSON; kept until it changes."""
        if not self._text:
            state: dict[str, Any] = {
                "p": self.path,
                "i": list(self.identity),
                "n": self.number,
                "o": self.offset,
            }
            optional = {
                "r": self.real,
                "h": self.head.render() if self.head.size else "",
                "a": self.anchor.render() if self.anchor.size else "",
                "d": int(self.inside),
                "g": self.generation,
                "c": list(self.place) if self.place != self.identity else None,
                "z": int(self.asleep),
                "x": int(self.retired),
                "m": self.mtime if self.asleep else 0,
            }
            state |= {key: value for key, value in optional.items() if value}
            state["l"] = self.line
            self._text = json.dumps(state, separators=(",", ":"))
        return self._text

    def _read_raw(self, size: int) -> bytes:
        assert self.carrier is not None  # noqa: S101  callers look first
        begin = self.offset - self.anchor.size
        known = self.anchor if begin else self.head
        raw = self.carrier.read(begin, known.size + size)
        if not known.matches(raw[: known.size]):
            raise ReplacedError
        if not self.offset and raw.startswith(b"\0"):
            raw = self._skip_hole(raw, size)
        return raw

    def _skip_hole(self, raw: bytes, size: int) -> bytes:
        # A writer that does not append goes on at its old offset after copytruncate and leaves a hole before it,
        # which reads as NUL bytes. They are nobody's line.
        carrier = self.carrier
        begin = carrier.first_data() if isinstance(carrier, PlainFile) else 0
        while begin or raw.startswith(b"\0"):
            raw = carrier.read(begin, size) if carrier is not None else b""
            text = raw.lstrip(b"\0")
            begin += len(raw) - len(text)
            if text or not raw:
                break
        self.offset = begin
        self.head = self.anchor = NOTHING
        return raw.lstrip(b"\0")

    def _move(self, raw: bytes, used: int) -> None:
        """Move on by ``used`` bytes; ``raw`` is the anchor and those bytes."""
        begin = self.offset - self.anchor.size
        self.offset += used
        if self.head.size < HEAD_BYTES and self.head.size < self.offset:
            if begin == 0:
                self.head = take_fingerprint(raw[:HEAD_BYTES])  # _read_raw compared the part that was known
            elif isinstance(self.carrier, PlainFile):
                head = self.carrier.read(0, min(HEAD_BYTES, self.offset))
                if not self.head.matches(head[: self.head.size]):
                    raise ReplacedError
                self.head = take_fingerprint(head)
        self.anchor = take_fingerprint(raw[-ANCHOR_BYTES:])
        self._text = ""

    def _name_generation(self) -> None:
        if not self.generation:
            self.generation = f"{self.number}-{self.head.digest}"


def parse_volume(state: dict[str, Any]) -> Volume:
    """Read what ``render`` wrote.

    Raises:
        KeyError, TypeError, ValueError: the state is not of that shape.
    """
    identity = _parse_key(state["i"])
    line = state["l"]
    return Volume(
        path=str(state["p"]),
        identity=identity,
        number=int(state["n"]),
        real=str(state.get("r", "")),
        head=parse_fingerprint(state["h"]) if "h" in state else NOTHING,
        anchor=parse_fingerprint(state["a"]) if "a" in state else NOTHING,
        offset=int(state["o"]),
        line=None if line is None else int(line),
        inside=bool(state.get("d")),
        generation=str(state.get("g", "")),
        place=_parse_key(state["c"]) if "c" in state else identity,
        asleep=bool(state.get("z")),
        mtime=int(state.get("m", 0)),
        retired=bool(state.get("x")),
    )


def _parse_key(value: Any) -> Key:
    device, inode = value
    return int(device), int(inode)


def _count_lines(carrier: PlainFile, end: int) -> int:
    return sum(
        carrier.read(at, min(_CHUNK_BYTES, end - at)).count(b"\n") for at in range(0, end, _CHUNK_BYTES)
    )
