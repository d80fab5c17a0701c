"""How far each log of a source was read, across rotation, truncation and restarts.

A trail is a list of volumes in the order in which they are to be read. ``survey`` compares it with what is on disk:
it finds again what was moved, copied or compressed, and adds what is new. It reads no line itself.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog

from pforte.sources.block import Limits, SourceError
from pforte.sources.carriers import Carrier, Key
from pforte.sources.expansion import Expansion, expand, is_glob
from pforte.sources.search import Search, UnreadableError
from pforte.sources.siblings import Sibling
from pforte.sources.unpacking import SUFFIXES
from pforte.sources.volume import Volume, parse_volume

QUIET_SECONDS = 600.0
"""A rotated file that did not grow for this long is closed; late lines before that are read."""

GONE_SECONDS = 60.0
"""A file without a name that did not grow for this long is closed and forgotten."""

RETIRED_MAX = 4
"""Closed rotated files remembered for one path; of more, those written first are forgotten."""

_log = structlog.get_logger("pforte.sources")


@dataclass(frozen=True, slots=True)
class Following:
    """What a file source follows.

    Attributes:
        name: name of the source.
        pattern: path or glob.
        from_end: whether files that were there before the source first ran are entered at their end.
        limits: block and line sizes.
    """

    name: str
    pattern: str
    from_end: bool
    limits: Limits


class Trail:
    """The volumes of one source.

    Args:
        following: what is followed.
        stopped: True ends long searches.
    """

    def __init__(self, following: Following, stopped: Callable[[], bool]) -> None:
        self.volumes: list[Volume] = []
        self.folders: tuple[str, ...] = ()
        self.fresh = True
        self._following = following
        self._pattern = os.path.abspath(following.pattern)  # noqa: PTH100  links must stay as written
        self._next = 1
        self._since = 0
        self._search = Search(following.name, stopped)

    def position(self) -> str:
        """Render how far everything was read, for the register."""
        head = json.dumps({"pattern": self._pattern, "next": self._next, "since": self._since})
        return f'{head[:-1]}, "volumes": [{",".join(volume.render() for volume in self.volumes)}]}}'

    def restore(self, position: str) -> None:
        """Take up a position.

        Raises:
            SourceError: it is not one that a file source wrote.
        """
        try:
            state: dict[str, Any] = json.loads(position)
            self.volumes = [parse_volume(volume) for volume in state["volumes"]]
            self._next, self._since = int(state["next"]), int(state["since"])
            # What another pattern adds is new to us; it did not appear while we were away.
            self.fresh = state["pattern"] != self._pattern
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SourceError(
                f"source {self._following.name}: the position in the register cannot be read ({error!r}); "
                "give the source a new name to begin anew"
            ) from error

    def survey(self, now: float) -> None:
        """Bring the trail up to date with the disk.

        Args:
            now: monotonic seconds.
        """
        self._search.begin()
        found = expand(self._pattern)
        self.folders = found.folders
        if not found.files and not self.volumes:
            self._search.tell(self._pattern, _missing(self._pattern))
        if found.surplus:
            self._search.tell(self._pattern, f"{found.surplus} more files match than one source follows")
        if self.fresh:
            siblings = (sibling for path in found.files for sibling in self._search.siblings(path))
            self._since = 1 + max((sibling.mtime for sibling in siblings if sibling.rotated), default=-1)
        standing = self._standing(found)
        self._release_replaced()
        over = self._locate(standing)
        self._adopt(found, standing, over)
        for volume in over:
            self.forget(volume)
        for volume in self.volumes:
            volume.see_head()
            if volume.place in standing:
                volume.stand(standing[volume.place])
            else:
                volume.retire(now)
                self._look_at_age(volume, now)
        self._forget_surplus()
        self._sort()
        self.fresh = False

    def forget(self, volume: Volume) -> None:
        """Remove a volume whose reading is over."""
        if volume.carrier is not None:
            volume.mtime = volume.carrier.mtime
        volume.release()
        self._since = max(self._since, volume.mtime + 1)
        self.volumes.remove(volume)

    def close(self) -> None:
        """Close every file."""
        for volume in self.volumes:
            volume.release()

    def _standing(self, found: Expansion) -> dict[Key, str]:
        """Return the files under matching paths; one that has two names counts once."""
        standing: dict[Key, str] = {}
        for path in found.files:
            if path.endswith(SUFFIXES):
                if not is_glob(self._pattern):
                    self._search.tell(
                        path, "a compressed file cannot be followed; read it with `pforte scan`"
                    )
                continue
            try:
                seen = os.stat(path)  # noqa: PTH116  str all along
            except OSError:
                continue
            standing.setdefault((seen.st_dev, seen.st_ino), path)
        return standing

    def _release_replaced(self) -> None:
        """Let go of files that no longer hold what was read of them."""
        for volume in self.volumes:
            carrier = volume.carrier
            if carrier is not None and carrier.grows and not volume.is_held_by(carrier):
                volume.release()

    def _locate(self, standing: dict[Key, str]) -> list[Volume]:
        """Find the file of each volume that has none open; return the volumes that are over."""
        taken = {volume.place for volume in self.volumes if volume.carrier is not None}
        over: list[Volume] = []
        # What stood under its path when last seen goes first: a truncated file keeps its inode, its copy does not.
        # A closed file goes last: less is known of where it is than of what was open.
        lost = sorted((v for v in self.volumes if v.carrier is None), key=lambda v: (v.retired, v.asleep))
        for volume in lost:
            try:
                if volume.asleep:
                    carrier, kept = self._wake(volume, standing, taken)
                else:
                    carrier = self._search.find(volume, standing, taken)
                    kept = carrier is not None
            except UnreadableError:
                continue  # it keeps its place and is tried again
            if carrier is not None:
                volume.carry(carrier)
                taken.add(carrier.key)
            elif not kept and not self._search.is_in_motion(volume):
                self._tell_loss(volume)
                over.append(volume)
        return over

    def _wake(self, volume: Volume, standing: dict[Key, str], taken: set[Key]) -> tuple[Carrier | None, bool]:
        """Return the file of a sleeping volume if there may be more to read, and whether it is still there."""
        # The inode of a removed file is soon that of another, which has its own lines to be read.
        sibling = next((file for file in self._search.around(volume) if file.key == volume.place), None)
        if volume.place in taken:
            return None, False
        if volume.place in standing:
            carrier = self._search.open(standing[volume.place])
        elif sibling is None:
            return None, False
        elif sibling.mtime == volume.mtime and (sibling.packed or sibling.size == volume.offset):
            return None, True
        else:
            carrier = self._search.open(sibling.path, packed=sibling.packed)
        carrier = self._search.keep_if_held(volume, carrier)
        return carrier, carrier is not None

    def _tell_loss(self, volume: Volume) -> None:
        if volume.offset and not volume.asleep:
            _log.warning(
                "source.rest-is-gone",
                source=self._following.name,
                file=volume.path,
                offset=volume.offset,
                text="the file was truncated or removed; what stood behind the offset, if anything, was not read",
            )

    def _adopt(self, found: Expansion, standing: dict[Key, str], over: list[Volume]) -> None:
        """Add the files that are new: under matching paths, and rotated away between two looks."""
        held = {volume.place for volume in self.volumes if volume not in over}
        paths = dict.fromkeys(found.files) | dict.fromkeys(volume.path for volume in self.volumes)
        if not is_glob(self._pattern):
            paths[self._pattern] = None
        rotated = {path: self._rotated(path) for path in paths}
        stood = {standing[key] for key in held & standing.keys()}
        # A rotated file that the glob matches too may be a copy of one that it matches, which must come first.
        later = {sibling.key for siblings in rotated.values() for sibling in siblings}
        self._add_standing({key: path for key, path in standing.items() if key not in later}, held)
        latest = self._since
        for path, siblings in rotated.items():
            known = [volume for volume in self.volumes if volume.path == path]
            # While the file under the path is the one we read, nothing was rotated past us.
            moved = path not in stood or any(not volume.offset for volume in known)
            for sibling in siblings:
                if sibling.key in held or not (moved or sibling.key in standing):
                    latest = max(latest, sibling.mtime + 1)
                elif not self._search.is_known(sibling, known):
                    self._adopt_rotated(path, sibling, standing)
                    held.add(sibling.key)
                elif sibling.key in standing:
                    held.add(sibling.key)  # a copy that the glob matches is not a log of its own
        self._since = latest
        self._add_standing(standing, held)

    def _rotated(self, path: str) -> list[Sibling]:
        """Return the rotated files beside a path that were written since the last ones we know of."""
        siblings = self._search.siblings(path)
        return [sibling for sibling in siblings if sibling.rotated and sibling.mtime >= self._since]

    def _adopt_rotated(self, path: str, sibling: Sibling, standing: dict[Key, str]) -> None:
        carrier = self._search.open_any(sibling)
        if carrier is not None:
            _log.info("source.unseen-file", source=self._following.name, file=sibling.path)
            self._add(path, carrier).retired = sibling.key not in standing

    def _add_standing(self, standing: dict[Key, str], held: set[Key]) -> None:
        for key, path in standing.items():
            if key in held:
                continue
            held.add(key)
            try:
                carrier = self._search.open(path)
            except UnreadableError:
                continue
            if carrier is not None:
                volume = self._add(path, carrier)
                if self.fresh and self._following.from_end:
                    volume.enter_at_end(self._following.limits.line)

    def _add(self, path: str, carrier: Carrier) -> Volume:
        real = os.path.realpath(path)
        volume = Volume(path, carrier.key, self._next, real if real != path else "")
        self._next += 1
        volume.carry(carrier)
        self.volumes.append(volume)
        return volume

    def _look_at_age(self, volume: Volume, now: float) -> None:
        carrier = volume.carrier
        if carrier is None or not carrier.grows:
            return
        if carrier.mtime != volume.mtime:
            volume.mtime, volume.quiet_since = carrier.mtime, now
        volume.ending = now - volume.quiet_since >= (GONE_SECONDS if carrier.gone else QUIET_SECONDS)

    def _forget_surplus(self) -> None:
        sleepers: dict[str, list[Volume]] = {}
        for volume in self.volumes:
            if volume.asleep:
                sleepers.setdefault(volume.path, []).append(volume)
        for volumes in sleepers.values():
            volumes.sort(key=lambda volume: volume.mtime, reverse=True)
            for volume in volumes[RETIRED_MAX:]:
                self.forget(volume)

    def _sort(self) -> None:
        retired = [volume for volume in self.volumes if volume.retired]
        ages = {sibling.key: sibling.age for volume in retired for sibling in self._search.around(volume)}
        self.volumes.sort(
            key=lambda volume: (
                not volume.retired,
                ages.get(volume.place, (volume.mtime, 0)) if volume.retired else (0, 0),
            )
        )


def _missing(pattern: str) -> str:
    """Say why nothing is read, and what to do."""
    if os.path.isdir(pattern):  # noqa: PTH112  str all along
        return "is a folder; to read the files in it write /* behind it"
    what = "no file matches" if is_glob(pattern) else "there is no such file"
    return f"{what}, or this user may not look into its folder; it is read once it is there"
