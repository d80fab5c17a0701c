"""The gate itself: follows decisions and keeps the zones of another name server true."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from pforte.bans.ban import Ban, Decision
from pforte.gates.comparison import Comparison, compare
from pforte.gates.dnsbl.zones import Zone
from pforte.gates.dnsupdate.content import NOTHING, Content, Records
from pforte.net.addresses import Network

TEND_EVERY = timedelta(seconds=1)


class Server(Protocol):
    """What the gate needs of the name server."""

    def read(self, zone: str) -> dict[str, Records]:
        """Return the records of each name of ours."""
        ...

    def change(self, zone: str, changes: Mapping[str, Records], seconds: int) -> None:
        """Replace the records of names."""
        ...


class _Copy:
    """One zone: what it must hold, and what the server holds."""

    def __init__(self, name: str, content: Content) -> None:
        self.name, self.content = name, content
        self.held: dict[str, Records] = {}


class DnsUpdateGate:
    """Writes the bans in force into the zones of another name server.

    Args:
        server: the name server.
        zones: the zones that it has.
        seconds: how long records may be remembered.
        page: address of the page that explains a ban, without the reference, or "".
        exempt: networks that are never listed.
    """

    name = "dnsupdate"

    def __init__(
        self, server: Server, zones: Iterable[Zone], seconds: int, page: str, exempt: Iterable[Network] = ()
    ) -> None:
        self._server, self._seconds = server, seconds
        networks = tuple(exempt)
        self._copies = [_Copy(zone.name, Content(zone.kind, page, networks)) for zone in zones]

    def load(self, bans: Iterable[Ban], moment: datetime) -> None:
        """Read what the server holds, and change what differs."""
        known = list(bans)
        for copy in self._copies:
            copy.content.load(known, moment)
            copy.held = self._server.read(copy.name)
            self._renew(copy)

    def stand_open(self, moment: datetime) -> None:
        """Shut nobody out, until the next load."""
        self.load((), moment)

    def apply(self, decisions: Sequence[Decision], moment: datetime) -> None:
        """Change what was decided."""
        for copy in self._copies:
            self._change(copy, copy.content.apply(decisions, moment))

    def exempt(self, networks: Iterable[Network], moment: datetime) -> None:  # noqa: ARG002  nothing depends on the moment
        """Take over a new list of networks that are never listed."""
        exempt = tuple(networks)
        for copy in self._copies:
            if copy.content.exempt(exempt):
                self._renew(copy)

    def tend(self, moment: datetime) -> datetime:
        """Take away the bans that ended."""
        for copy in self._copies:
            self._change(copy, copy.content.expire(moment))
        return moment + TEND_EVERY

    def entries(self) -> int:
        """Return how many networks the fullest zone lists."""
        return max((len(copy.content) for copy in self._copies), default=0)

    def close(self) -> None:
        """Do nothing: what the server holds stays there."""

    def compare(self, bans: Iterable[Ban], moment: datetime) -> list[Comparison]:
        """Compare each zone with bans, name by name, and change nothing; :meth:`load` must follow before further use.

        Raises:
            GateError: the server cannot be asked.
        """
        known = list(bans)
        found = []
        for copy in self._copies:
            copy.content.load(known, moment)
            wanted = {name: records for name, records in copy.content.whole().items() if records != NOTHING}
            found.append(compare(f"zone {copy.name}", wanted, self._server.read(copy.name)))
        return found

    def _renew(self, copy: _Copy) -> None:
        """Compare everything with what the server holds."""
        wanted = copy.content.whole()
        gone = dict.fromkeys(copy.held.keys() - wanted.keys(), NOTHING)
        self._change(copy, gone | wanted)

    def _change(self, copy: _Copy, wanted: Mapping[str, Records]) -> None:
        changes = {
            name: records for name, records in wanted.items() if copy.held.get(name, NOTHING) != records
        }
        if not changes:
            return
        self._server.change(copy.name, changes, self._seconds)
        for name, records in changes.items():
            if records == NOTHING:
                copy.held.pop(name, None)
            else:
                copy.held[name] = records
