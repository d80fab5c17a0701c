"""A resolver that answers from zone files: for tests, and for commands that work without a network."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import dns.name

from pforte.dns.questions import (
    Name,
    RdataType,
    answer_of,
    ask_addresses,
    ask_names,
    ask_records,
    parse_name,
)
from pforte.dns.resolver import Address, Answer, Status, Version
from pforte.dns.zone_text import Record, ZoneFileError, read_records

MOST_ALIASES = 8
"""CNAME records that are followed for one question; a longer chain is TROUBLE."""


class ZoneFileResolver:
    """Answers what a recursive resolver would that knows exactly these records.

    Names of any number of zones may stand together. CNAME and wildcards (RFC 4592) are followed; zone cuts
    and DNAME are not.

    Args:
        text: records in the form of RFC 1035 s5, with ``$ORIGIN`` and ``$TTL``; ``$INCLUDE`` is refused.
        troubles: names whose every question ends in TROUBLE, and the sentence it is told with.
        file: what to call the text in errors.

    Raises:
        ZoneFileError: the text is no zone file.
    """

    def __init__(self, text: str, *, troubles: Mapping[str, str] | None = None, file: str = "zone") -> None:
        self._records: dict[tuple[Name, RdataType], list[Record]] = {}
        self._names: set[Name] = {dns.name.root}
        self._troubles = {parse_name(name): said for name, said in (troubles or {}).items()}
        for record in read_records(text, file):
            name = record.owner
            self._records.setdefault((name, record.rdata.rdtype), []).append(record)
            while name not in self._names:  # RFC 4592 s2.2.2: the names above exist too
                self._names.add(name)
                name = name.parent()

    @classmethod
    def read(cls, files: Iterable[Path]) -> "ZoneFileResolver":
        """Make a resolver of zone files.

        Raises:
            ZoneFileError: a file cannot be read or is no zone file.
        """
        united = cls("")
        for file in files:
            try:
                one = cls(file.read_text(encoding="utf-8"), file=str(file))
            except OSError as error:
                raise ZoneFileError(f"{file}: cannot be read: {error.strerror}") from error
            except UnicodeDecodeError as error:
                raise ZoneFileError(f"{file}: cannot be read: {error}") from error
            for question, records in one._records.items():
                united._records.setdefault(question, []).extend(records)
            united._names.update(one._names)
        return united

    async def addresses(self, name: str, version: Version | None = None) -> Answer[Address]:
        """Return the addresses of a host, as :class:`pforte.dns.resolver.Resolver` says."""
        return await ask_addresses(self._look_up, name, version)

    async def names(self, address: Address) -> Answer[str]:
        """Return the names of an address, as :class:`pforte.dns.resolver.Resolver` says."""
        return await ask_names(self._look_up, address)

    async def records(self, name: str, kind: str) -> Answer[str]:
        """Return the records of one type, as :class:`pforte.dns.resolver.Resolver` says."""
        return await ask_records(self._look_up, name, kind)

    async def _look_up(self, name: Name, kind: RdataType) -> Answer[str]:
        ttls: list[int] = []
        for _ in range(MOST_ALIASES + 1):
            if name in self._troubles:
                return Answer(status=Status.TROUBLE, trouble=self._troubles[name])
            owner = name if name in self._names else self._wildcard(name)
            found = self._records.get((owner, kind))
            if found is not None:
                ttls.extend(record.ttl for record in found)
                return answer_of((record.rdata for record in found), min(ttls))
            aliases = self._records.get((owner, RdataType.CNAME))
            if aliases is None:
                ttl = min([*ttls, self._negative_ttl(name)])
                nonexistent = not ttls and owner not in self._names
                return Answer(status=Status.NONE, ttl=ttl, nonexistent=nonexistent)
            ttls.append(aliases[0].ttl)
            target: Name = aliases[0].rdata.target  # type: ignore[attr-defined]  # of this class
            name = target.canonicalize()
        return Answer(status=Status.TROUBLE, trouble=f"more than {MOST_ALIASES} aliases follow one another")

    def _wildcard(self, name: Name) -> Name:
        """Return the wildcard below the closest name that exists (RFC 4592 s3.3.1), whether it exists or not."""
        while name not in self._names:
            name = name.parent()
        return dns.name.Name((b"*", *name.labels))

    def _negative_ttl(self, name: Name) -> int:
        """Return how long it holds that there is nothing (RFC 2308 s5); 0 where no SOA says."""
        while name != dns.name.root:
            found = self._records.get((name, RdataType.SOA))
            if found is not None:
                minimum: int = found[0].rdata.minimum  # type: ignore[attr-defined]  # of this class
                return min(found[0].ttl, minimum)
            name = name.parent()
        return 0
