"""The gate itself: follows decisions and keeps the files true."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from pathlib import Path

from pforte.bans.ban import Ban, Decision
from pforte.clock import Clock
from pforte.gates.comparison import Comparison, compare
from pforte.gates.files.renderings import RENDERINGS, Entry, Rendering, entry_of, render
from pforte.gates.files.replacement import replace_file, settle
from pforte.gates.gate import GateError
from pforte.gates.overlap import outside, table_of
from pforte.gates.standing import Standing
from pforte.net.addresses import Network

SHORTEST_PAUSE = 0.1
"""Seconds between two writings, at least, and at least as long as one takes to compute: under a steady stream of decisions
very long lists take half of a processor. Waiting for the disk is no work, and delays nobody else."""

LOOK_SECONDS = 1.0
"""How often it is looked for bans that have ended."""

_WRITTEN_ANEW = "@ SOA "
"""Beginning of the line that every writing of a zone changes: it holds the serial."""


class FilesGate:
    """Writes the bans in force to files.

    Args:
        folder: where the files are written; it is made when it is not there.
        kinds: which forms are written, by their names in ``renderings``.
        clock: measures the pauses between writings.
        exempt: networks that are let through; they are cut out of wider bans.
        renderings: every form there is.
        contact: the setting ``desk.contact``.

    Raises:
        GateError: there is no such form.
    """

    def __init__(
        self,
        folder: Path,
        kinds: Iterable[str],
        clock: Clock,
        exempt: Iterable[Network] = (),
        renderings: Mapping[str, Rendering] = RENDERINGS,
        contact: str = "",
    ) -> None:
        self._folder = folder
        self._contact = contact
        self._renderings = []
        for kind in kinds:
            if kind not in renderings:
                raise GateError(f"gate.files.kinds: {kind!r} is none of {', '.join(renderings)}")
            self._renderings.append(renderings[kind])
        self._clock = clock
        self._exempt = table_of(exempt)
        self._standing = Standing()
        # Entries of the networks that did not change since the last writing.
        self._prepared: dict[Network, list[Entry]] = {}
        self._changed = False
        self._write_after = clock.monotonic()

    @property
    def name(self) -> str:
        """Name in settings, logs and stored cursors."""
        return "files"

    def load(self, bans: Iterable[Ban], moment: datetime) -> None:
        """Write exactly these bans."""
        self._standing.load(bans, moment)
        self._prepared = {}
        self._write()

    def stand_open(self, moment: datetime) -> None:
        """Shut nobody out, until the next load."""
        self.load((), moment)

    def apply(self, decisions: Sequence[Decision], moment: datetime) -> None:
        """Take over what was decided; written at once, or by :meth:`tend` a moment after the last writing."""
        if decisions:
            self._forget(self._standing.apply(decisions, moment))
            self.tend(moment)

    def exempt(self, networks: Iterable[Network], moment: datetime) -> None:
        """Take over a new list of exempt networks."""
        table = table_of(networks)
        if set(table) != set(self._exempt):
            self._exempt = table
            self._forget(list(self._prepared))
            self.tend(moment)

    def tend(self, moment: datetime) -> datetime:
        """Let ended bans go and write what changed, unless the last writing was a moment ago."""
        self._forget(self._standing.expire(moment))
        wait = self._write_after - self._clock.monotonic()
        if self._changed and wait <= 0:
            self._write()
        return moment + timedelta(seconds=min(wait, LOOK_SECONDS) if self._changed else LOOK_SECONDS)

    def entries(self) -> int:
        """Return how many networks are shut out."""
        return len(self._standing)

    def close(self) -> None:
        """Write what is still to be written; the files stay."""
        if self._changed:
            self._write()

    def compare(self, bans: Iterable[Ban], moment: datetime) -> list[Comparison]:
        """Compare each file with bans, line by line, and change nothing; :meth:`load` must follow before further use."""
        self._standing.load(bans, moment)
        self._prepared = {}
        entries = sorted(self._entries(), key=attrgetter("order"))
        return [
            _compare(path, render(rendering, entries))
            for rendering, path in zip(self._renderings, self.paths(), strict=True)
        ]

    def paths(self) -> list[Path]:
        """Return the files that this gate writes."""
        return [self._folder / rendering.file_name for rendering in self._renderings]

    def holding(self) -> list[Path]:
        """Return the files of this gate that are there and hold bans, or anything else that it would not write."""
        files = zip(self._renderings, self.paths(), strict=True)
        return [path for rendering, path in files if not _is_empty(path, "".join(render(rendering, ())))]

    def _write(self) -> None:
        began = self._clock.computed()
        entries = sorted(self._entries(), key=attrgetter("order"))
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for rendering, path in zip(self._renderings, self.paths(), strict=True):
                replace_file(path, render(rendering, entries))
            settle(self._folder)
        except OSError as error:
            raise GateError(
                f"gate.files: {error.filename or self._folder} cannot be written ({error.strerror}); "
                "make the folder writable for this user, or set gate.files.folder"
            ) from error
        self._changed = False
        self._write_after = self._clock.monotonic() + max(SHORTEST_PAUSE, self._clock.computed() - began)

    def _forget(self, networks: Collection[Network]) -> None:
        for network in networks:
            self._prepared.pop(network, None)
        self._changed |= bool(networks)

    def _entries(self) -> Iterator[Entry]:
        for ban in self._standing.longest():
            entries = self._prepared.get(ban.network)
            if entries is None:
                pieces = outside(ban.network, self._exempt)
                entries = [entry_of(piece, ban, self._contact) for piece in pieces]
                self._prepared[ban.network] = entries
            yield from entries


def _is_empty(path: Path, empty: str) -> bool:
    """Say whether a file is missing or holds no more than ``empty``.

    Raises:
        GateError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(len(empty) + 1) == empty.encode()
    except FileNotFoundError:
        return True
    except OSError as error:
        raise GateError(f"gate.files: {path} cannot be read ({error.strerror})") from error


def _compare(path: Path, lines: Iterable[str]) -> Comparison:
    """Compare the lines of a file with those it should have; a line that says something else is one of both kinds."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            found = _told(file)
    except OSError as error:
        return Comparison(place=str(path), held=0, trouble=f"it cannot be read ({error.strerror})")
    return compare(str(path), _told("".join(lines).splitlines()), found)


def _told(lines: Iterable[str]) -> dict[str, None]:
    """Return the lines that say something of bans, without what separates them."""
    return dict.fromkeys(line.rstrip(",\n") for line in lines if not line.startswith(_WRITTEN_ANEW))
