"""Knowing when to look at files again: inotify, and a timer where there is none."""

import asyncio
import errno
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import structlog
from asyncinotify import Inotify, Mask, Watch

from pforte.sources.carriers import Key

LOOK_SECONDS = 2.0
"""How often everything is looked at although inotify said nothing: network file systems do not tell."""

POLL_SECONDS = 0.25
"""How often everything is looked at where there is no inotify."""

_FILE = Mask.MODIFY | Mask.ATTRIB | Mask.MOVE_SELF | Mask.DELETE_SELF
_FOLDER = (
    Mask.CREATE
    | Mask.DELETE
    | Mask.MOVED_FROM
    | Mask.MOVED_TO
    | Mask.MOVE_SELF
    | Mask.DELETE_SELF
    | Mask.ONLYDIR
)
_EVENTS_MAX = 20_000

_log = structlog.get_logger("pforte.sources")


@dataclass(frozen=True, slots=True)
class Changes:
    """What may have changed.

    Attributes:
        files: device and inode of files with new bytes.
        names: whether files came, went or changed their names, so that everything is to be looked at.
    """

    files: frozenset[Key]
    names: bool


EVERYTHING = Changes(frozenset(), names=True)


class Watcher(Protocol):
    """Tells when files may have changed."""

    def follow(self, folders: Iterable[str], files: Mapping[Key, int]) -> bool:
        """Watch exactly these folders and open files (descriptors) from now on.

        Returns:
            Whether something is watched that was not, so that a change may have been missed just before.
        """
        ...

    async def wait(self, seconds: float) -> Changes:
        """Wait for a change, ``seconds`` at most, and return all that are known."""
        ...

    def wake(self) -> None:
        """End a ``wait`` at once; must be called in the thread of the event loop."""
        ...

    def close(self) -> None:
        """Let go of descriptors."""
        ...


class Timer:
    """Looks at everything again and again."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()

    def follow(self, folders: Iterable[str], files: Mapping[Key, int]) -> bool:  # noqa: ARG002  the protocol's
        """Watch nothing in particular."""
        return False

    async def wait(self, seconds: float) -> Changes:
        """Wait ``POLL_SECONDS``, or less, and say that everything may have changed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(min(seconds, POLL_SECONDS)):
                await self._woken.wait()
        return EVERYTHING

    def wake(self) -> None:
        """End a ``wait`` at once."""
        self._woken.set()

    def close(self) -> None:
        """Do nothing."""


class InotifyWatcher:
    """Watches through inotify: each open file by its inode, and each folder that may gain or lose a name.

    Raises:
        OSError: the machine has no inotify, or no instance is left.
    """

    def __init__(self) -> None:
        self._inotify = Inotify(sync_timeout=0, cache_size=64)
        self._folders: dict[str, Watch] = {}
        self._files: dict[Key, Watch] = {}
        self._keys: dict[int, Key] = {}
        self._woken = asyncio.Event()
        self._open = True

    def follow(self, folders: Iterable[str], files: Mapping[Key, int]) -> bool:
        """Watch exactly these.

        Raises:
            OSError: the limit of watches is reached.
        """
        wanted = set(folders)
        new = False
        for folder in wanted - self._folders.keys():
            try:
                self._folders[folder] = self._inotify.add_watch(folder, _FOLDER)
                new = True
            except OSError as error:
                if error.errno == errno.ENOSPC:
                    raise  # the limit, see inotify(7); anything else is a folder that went away or is not ours
        for folder in self._folders.keys() - wanted:
            self._drop(self._folders.pop(folder))
        for key in files.keys() - self._files.keys():
            # The name may lead to another file by now, the descriptor cannot.
            watch = self._inotify.add_watch(f"/proc/self/fd/{files[key]}", _FILE)
            self._files[key], self._keys[watch.wd] = watch, key
            new = True
        for key in self._files.keys() - files.keys():
            watch = self._files.pop(key)
            self._keys.pop(watch.wd, None)
            self._drop(watch)
        return new

    async def wait(self, seconds: float) -> Changes:
        """Wait for an event."""
        changes = self._take()
        if changes is not None:
            return changes
        loop = asyncio.get_running_loop()
        # The reader stands only while we wait: a readable descriptor nobody reads would keep the loop spinning.
        loop.add_reader(self._inotify.fd, self._woken.set)
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return EVERYTHING
        finally:
            if self._open:
                loop.remove_reader(self._inotify.fd)
        self._woken.clear()
        return self._take() or Changes(frozenset(), names=False)

    def wake(self) -> None:
        """End a ``wait`` at once."""
        self._woken.set()

    def close(self) -> None:
        """Close the inotify instance."""
        if self._open:
            self._open = False
            self._inotify.close()

    def _take(self) -> Changes | None:
        if not self._open:
            return None
        files: set[Key] = set()
        names, taken = False, 0
        while taken < _EVENTS_MAX and (event := self._inotify.sync_get()) is not None:
            taken += 1
            mask = event.mask
            watch = event.watch
            key = self._keys.get(watch.wd) if watch is not None else None
            if key is not None:
                files.add(key)
            if Mask.IGNORED in mask and watch is not None:
                self._unlist(watch)
            if key is None or mask != Mask.MODIFY:
                names = True
        return Changes(frozenset(files), names) if taken else None

    def _unlist(self, watch: Watch) -> None:
        # The kernel took the watch back: the file or folder is gone.
        key = self._keys.pop(watch.wd, None)
        if key is not None:
            self._files.pop(key, None)
        for folder in [folder for folder, other in self._folders.items() if other is watch]:
            del self._folders[folder]

    def _drop(self, watch: Watch) -> None:
        with suppress(OSError):  # the kernel took it back already
            self._inotify.rm_watch(watch)


def open_watcher(name: str) -> Watcher:
    """Return a watcher that works here; says so when it is only a timer.

    Args:
        name: name of the source, for the log.
    """
    try:
        if not os.path.isdir("/proc/self/fd"):  # noqa: PTH112  not a path of the user
            raise FileNotFoundError(errno.ENOENT, "/proc is not mounted")
        return InotifyWatcher()
    except OSError as error:
        tell_timer(name, error)
        return Timer()


def tell_timer(name: str, error: OSError) -> None:
    """Log that a source falls back to the timer, and what would help."""
    _log.warning(
        "source.no-inotify",
        source=name,
        text=f"files are looked at every {POLL_SECONDS} s ({error.strerror}); "
        "raise fs.inotify.max_user_watches and fs.inotify.max_user_instances to be told at once",
    )
