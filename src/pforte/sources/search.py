"""Finding the file that holds a log now: under its path, beside it, copied or compressed."""

import os
from collections.abc import Callable, Iterable, Mapping

import structlog

from pforte.sources.carriers import Carrier, Key, PlainFile, open_packed, open_plain
from pforte.sources.fingerprint import HEAD_BYTES
from pforte.sources.siblings import Folder, Sibling
from pforte.sources.unpacking import UnpackError
from pforte.sources.volume import Volume

_log = structlog.get_logger("pforte.sources")


class UnreadableError(Exception):
    """The file is there and cannot be opened now."""


class Search:
    """Opens files and looks around them; what troubles it is said once for each path.

    Args:
        name: name of the source, for the log.
        stopped: True ends the decompression of long files.
    """

    def __init__(self, name: str, stopped: Callable[[], bool]) -> None:
        self._name = name
        self._stopped = stopped
        self._told: set[tuple[str, str]] = set()
        self._folders: dict[str, Folder] = {}
        self._siblings: dict[str, list[Sibling]] = {}

    def begin(self) -> None:
        """Look at the disk anew from now on."""
        self._folders, self._siblings = {}, {}

    def tell(self, path: str, text: str) -> None:
        """Log a trouble with a path, once."""
        if (path, text) not in self._told and len(self._told) < 10_000:
            self._told.add((path, text))
            _log.warning("source.trouble", source=self._name, file=path, text=text)

    def siblings(self, path: str) -> list[Sibling]:
        """Return the files beside a path whose names begin like its own, the one written last first."""
        if path not in self._siblings:
            folder, name = os.path.split(path)
            if folder not in self._folders:
                self._folders[folder] = Folder(folder)
            self._siblings[path] = self._folders[folder].siblings(name)
        return self._siblings[path]

    def is_in_motion(self, volume: Volume) -> bool:
        """Tell whether names around a volume have changed since this look began: what it did not find may be there."""
        for path in filter(None, (volume.path, volume.real)):
            folder, name = os.path.split(path)
            if _names(Folder(folder).siblings(name)) != _names(self.siblings(path)):
                return True
        return False

    def around(self, volume: Volume) -> list[Sibling]:
        """Return the files beside a volume: under the path it was found by, and where its link led."""
        return self.siblings(volume.path) + (self.siblings(volume.real) if volume.real else [])

    def open(self, path: str, *, packed: bool = False) -> Carrier | None:
        """Open a file; None where there is none.

        Raises:
            UnreadableError: it is there and cannot be opened.
        """
        try:
            return open_packed(path, self._stopped) if packed else open_plain(path)
        except OSError as error:
            self._tell_error(path, error)
            raise UnreadableError from error

    def open_any(self, sibling: Sibling) -> Carrier | None:
        """Open a file beside a log, compressed or not; None where it cannot be opened."""
        return self._try(sibling.path, packed=sibling.packed)

    def keep_if_held(self, volume: Volume, carrier: Carrier | None) -> Carrier | None:
        """Return a carrier that holds what was read of a volume; close another, and return None."""
        if carrier is None:
            return None
        try:
            if volume.is_held_by(carrier):
                return carrier
        except UnpackError:
            pass  # Still being written, or not ours. Its plain original is there until it is complete.
        carrier.close()
        return None

    def find(self, volume: Volume, standing: Mapping[Key, str], taken: set[Key]) -> Carrier | None:
        """Find and open the file that holds a volume now; None where it is nowhere.

        Args:
            volume: what is looked for.
            standing: the files under matching paths.
            taken: files that hold other volumes.

        Raises:
            UnreadableError: it is there and cannot be opened now.
        """
        if not volume.head.size and standing.get(volume.place) != volume.path:
            return None  # nothing is known of it but an inode, which another file may have by now
        around = [sibling for sibling in self.around(volume) if sibling.key not in taken]
        files = [(key, path) for key, path in standing.items() if key not in taken]
        files += [(sibling.key, sibling.path) for sibling in around if not sibling.packed]
        same = [path for key, path in files if key == volume.place]
        for path in same:
            carrier = self.keep_if_held(volume, self.open(path))
            if carrier is not None:
                return carrier
        if not volume.head.size:
            return None  # a copy is known by what it holds
        near = {volume.path} | {sibling.path for sibling in around}
        for key, path in files:
            if key != volume.place and path in near:
                carrier = self.keep_if_held(volume, self._try(path))
                if carrier is not None:
                    return carrier
        packed = (self.open_any(sibling) for sibling in around if sibling.packed)
        held = (self.keep_if_held(volume, carrier) for carrier in packed)
        return next((carrier for carrier in held if carrier is not None), None)

    def is_known(self, sibling: Sibling, volumes: Iterable[Volume]) -> bool:
        """Tell whether a file begins like one of ``volumes``: a copy, finished or not, or its compressed form.

        A file that is empty, broken or not complete counts as known: it is looked at again next time.
        """
        carrier = self.open_any(sibling)
        if carrier is None:
            return True
        try:
            head = carrier.read(0, HEAD_BYTES)
        except UnpackError:
            return True
        finally:
            carrier.close()
        return not head or any(_begins_alike(head, volume) for volume in volumes)

    def _try(self, path: str, *, packed: bool = False) -> Carrier | None:
        try:
            return self.open(path, packed=packed)
        except UnreadableError:
            return None

    def _tell_error(self, path: str, error: OSError) -> None:
        advice = "; let the service's user read it" if isinstance(error, PermissionError) else ""
        self.tell(path, f"cannot be opened: {error.strerror}{advice}")


def _names(siblings: list[Sibling]) -> set[tuple[str, Key]]:
    return {(sibling.path, sibling.key) for sibling in siblings}


def _begins_alike(head: bytes, volume: Volume) -> bool:
    if isinstance(volume.carrier, PlainFile):
        known = volume.carrier.read(0, HEAD_BYTES)
        size = min(len(head), len(known))
        if size and head[:size] == known[:size]:
            return True
    return volume.head.size > 0 and volume.head.matches(head[: volume.head.size])
