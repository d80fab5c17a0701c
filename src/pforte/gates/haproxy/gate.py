"""The gate itself: follows decisions, and makes sure that the map of the running HAProxy does."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from pforte.bans.ban import Ban, Decision
from pforte.gates.comparison import Comparison, compare
from pforte.gates.files.replacement import replace_file, settle
from pforte.gates.gate import GateError
from pforte.gates.haproxy.dialect import (
    Overview,
    parse_entries,
    parse_overview,
    parse_version,
    refused,
    render_additions,
    render_removals,
    render_replacements,
    require_path,
)
from pforte.gates.haproxy.runtime import Runtime
from pforte.gates.haproxy.wanted import Changes, Wanted
from pforte.net.addresses import Network

LOOK_EVERY = timedelta(seconds=1)
"""How often it is looked whether HAProxy was started anew."""

WRITE_EVERY = timedelta(seconds=5)
"""How often the file is written at most; an HAProxy that starts with an older one is loaded within a second."""

_log = structlog.get_logger("pforte.gates")


class HaproxyGate:
    """Keeps a map of banned networks in a running HAProxy; its values are references.

    Args:
        path: the map's file, as HAProxy's configuration names it.
        runtime: how to talk to HAProxy.
        exempt: networks that are let through; they are cut out of wider bans.
        reconcile: how often the whole map is compared with what was decided.

    Raises:
        GateError: the path cannot name a map.
    """

    name = "haproxy"

    def __init__(
        self,
        path: Path,
        runtime: Runtime,
        exempt: Iterable[Network] = (),
        reconcile: timedelta = timedelta(minutes=5),
    ) -> None:
        self.path = path
        self._map = require_path(str(path))
        self._runtime = runtime
        self._reconcile = reconcile
        self._wanted = Wanted(exempt)
        self._seen: Overview | None = None
        self._verified: datetime | None = None
        self._written: datetime | None = None
        self._changed = False

    def load(self, bans: Iterable[Ban], moment: datetime) -> None:
        """Put exactly these bans into the file, and in the place of what the map holds, in one step."""
        self._wanted.load(bans, moment)
        # First the file: an HAProxy that does not run begins with it.
        self._write(moment)
        self._load(moment)

    def stand_open(self, moment: datetime) -> None:
        """Shut nobody out, until the next load."""
        self.load((), moment)

    def apply(self, decisions: Sequence[Decision], moment: datetime) -> None:
        """Do what was decided."""
        self._change(self._wanted.apply(decisions, moment), moment)

    def exempt(self, networks: Iterable[Network], moment: datetime) -> None:
        """Take over a new list of networks that are let through."""
        if self._wanted.exempt(networks):
            self._write(moment)
            self._load(moment)

    def tend(self, moment: datetime) -> datetime:
        """Take out what ended, and notice an HAProxy that was started anew or a map that somebody else changed."""
        self._change(self._wanted.expire(moment), moment)
        if self._overview() != self._seen:
            _log.warning("gate.repaired", gate=self.name, text="the map is not as it was left; loaded anew")
            self._load(moment)
        elif _is_due(self._verified, self._reconcile, moment):
            self._verify(moment)
        if self._changed and _is_due(self._written, WRITE_EVERY, moment):
            self._write(moment)
        return moment + LOOK_EVERY

    def entries(self) -> int:
        """Return how many networks are shut out."""
        return self._wanted.networks()

    def close(self) -> None:
        """Write what is still to be written to the file; the map stays as it is."""
        if self._changed and self._written is not None:
            self._write(self._written)

    def compare(self, bans: Iterable[Ban], moment: datetime) -> Comparison:
        """Compare the running map with bans, entry by entry, and change nothing.

        The gate then stands at these bans, so :meth:`load` must follow before it is used on.

        Raises:
            GateError: HAProxy cannot be asked.
        """
        self._wanted.load(bans, moment)
        return self._compare()

    def _compare(self) -> Comparison:
        self._overview()
        found, strange = parse_entries(self._runtime.ask(f"show map {self._map}"))
        compared = compare(self._map, self._wanted.entries, found)
        return replace(compared, surplus=(*compared.surplus, *strange))

    def _verify(self, moment: datetime) -> None:
        found = self._compare()
        self._verified = moment
        if not found.agrees():
            _log.warning(
                "gate.repaired",
                gate=self.name,
                missing=len(found.missing),
                surplus=len(found.surplus),
                wrong=len(found.wrong),
            )
            self._load(moment)

    def _load(self, moment: datetime) -> None:
        """Fill a new version of the map and put it in the place of the one in use, which holds on until then."""
        self._overview()  # names a map that is not there better than the next answer would
        version = parse_version(self._runtime.ask(f"prepare map {self._map}"))
        self._run(render_additions(self._map, self._wanted.entries, version))
        self._run([f"commit map @{version} {self._map}"])
        self._seen = self._overview()
        self._verified = moment

    def _change(self, changes: Changes, moment: datetime) -> None:
        if not changes.anything():
            return
        self._changed = True
        if self._overview() != self._seen:
            self._load(moment)
            return
        self._run(render_removals(self._map, changes.removed))
        self._run(render_replacements(self._map, changes.replaced))
        self._run(render_additions(self._map, changes.added))
        self._seen = self._overview()

    def _run(self, commands: Iterable[str]) -> None:
        for command in commands:
            answer = self._runtime.ask(command)
            if answer.strip():
                raise GateError(refused(answer))

    def _overview(self) -> Overview:
        return parse_overview(self._runtime.ask("show map"), self._map)

    def _write(self, moment: datetime) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self.path, self._lines())
            settle(self.path.parent)
        except OSError as error:
            raise GateError(
                f"gate.haproxy: {error.filename or self.path} cannot be written ({error.strerror}); "
                "make its folder writable for this user, or set gate.haproxy.map"
            ) from error
        self._written, self._changed = moment, False

    def _lines(self) -> Iterator[str]:
        yield "# Bans in force, written by pforte; changes to this file are lost.\n"
        for network, reference in self._wanted.entries.items():
            yield f"{network} {reference}\n"


def _is_due(last: datetime | None, every: timedelta, moment: datetime) -> bool:
    # A clock that was put back must not put anything off.
    return last is None or not last <= moment < last + every
