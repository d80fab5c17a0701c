"""The name server that takes our updates: what its zone holds is read by AXFR, and changed by signed updates."""

import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import dns.rdtypes.IN.A
import dns.tsig
import dns.update
import dns.xfr
import dns.zone

from pforte.gates.dnsbl.owner import Place, read_owner
from pforte.gates.dnsupdate.content import NOTHING, Records
from pforte.gates.gate import GateError

NAMES_IN_ONE = 100
"""Names that one update changes: the longest of them stay below the 64 kB of a message."""

_LONGEST_READING = 300.0
"""Seconds that reading a zone may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How the server is reached.

    Attributes:
        address: its IP address.
        port: its port, TCP.
        key: name of the TSIG key.
        algorithm: algorithm of the key, such as ``hmac-sha256``.
        secret: the key itself.
        timeout: seconds that one message may take.
    """

    address: str
    port: int
    key: str
    algorithm: str
    secret: bytes
    timeout: float


def read_secret(path: Path) -> bytes:
    """Read a key from a file that holds it in base64, as ``keymgr`` and ``tsig-keygen`` print it.

    Raises:
        GateError: there is no such file, or it holds something else.
    """
    try:
        return binascii.a2b_base64(path.read_text(encoding="ascii").strip(), strict_mode=True)
    except OSError as error:
        raise GateError(
            f"gate.dnsupdate.secret: {path} cannot be read ({error.strerror}); put the key there"
        ) from error
    except ValueError as error:
        raise GateError(
            f"gate.dnsupdate.secret: {path} must hold the key in base64 and nothing else ({error})"
        ) from error


class Primary:
    """Reads and changes zones.

    Args:
        access: how the server is reached.
    """

    def __init__(self, access: Access) -> None:
        self._access = access
        self._keyring = dns.tsig.Key(access.key, access.secret, access.algorithm)

    def read(self, zone: str) -> dict[str, Records]:
        """Return the records of each name that is an address or a part of one, without the zone's name.

        Raises:
            GateError: the zone cannot be read.
        """
        found = dns.zone.Zone(dns.name.from_text(zone))
        query, _ = dns.xfr.make_query(found, keyring=self._keyring, use_edns=None)
        with _Trouble(self._access, zone, "read"):
            dns.query.inbound_xfr(
                self._access.address,
                found,
                query,
                port=self._access.port,
                timeout=self._access.timeout,
                lifetime=_LONGEST_READING,
            )
        return {name.to_text(): _records_of(node) for name, node in found.nodes.items() if _is_ours(name)}

    def change(self, zone: str, changes: Mapping[str, Records], seconds: int) -> None:
        """Replace the records of names; :data:`~pforte.gates.dnsupdate.content.NOTHING` takes a name away.

        Args:
            zone: name of the zone.
            changes: the records of each name, which is given without the zone's.
            seconds: how long they may be remembered.

        Raises:
            GateError: the server did not take an update; those before it are taken.
        """
        waiting = iter(changes.items())
        while part := list(islice(waiting, NAMES_IN_ONE)):
            update = dns.update.UpdateMessage(zone, keyring=self._keyring)
            for name, records in part:  # RFC 2136 s2.5: all records of the name go, then its new ones come
                update.delete(name)
                _add(update, name, records, seconds)
            with _Trouble(self._access, zone, "changed"):
                answer = dns.query.tcp(
                    update, self._access.address, self._access.timeout, port=self._access.port
                )
                if answer.rcode() != dns.rcode.NOERROR:
                    raise OSError(dns.rcode.to_text(answer.rcode()))


class _Trouble:
    """Turns what can go wrong between two name servers into a :class:`GateError` that says what to do."""

    def __init__(self, access: Access, zone: str, done: str) -> None:
        self._access, self._zone, self._done = access, zone, done

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, dns.exception.DNSException | OSError | EOFError):
            where = f"{self._access.address} port {self._access.port}"
            raise GateError(
                f"gate.dnsupdate: the zone {self._zone} at {where} cannot be {self._done} "
                f"({str(error) or type(error).__name__}); see that the server runs, has the zone, and lets the key "
                f"{self._access.key} transfer and update it"
            ) from error


def _add(update: dns.update.UpdateMessage, name: str, records: Records, seconds: int) -> None:
    for code in records.codes:
        address = ".".join(map(str, code))
        update.add(name, seconds, dns.rdtypes.IN.A.A(dns.rdataclass.IN, dns.rdatatype.A, address))  # type: ignore[no-untyped-call]
    for text in records.texts:
        update.add(name, seconds, dns.rdtypes.ANY.TXT.TXT(dns.rdataclass.IN, dns.rdatatype.TXT, (text,)))


def _is_ours(name: dns.name.Name) -> bool:
    """Say whether a name is one that we write: the zone's own name and other names in it are the operator's."""
    labels = name.labels[1:] if name.labels[:1] == (b"*",) else name.labels
    return read_owner(labels).place in {Place.ADDRESS, Place.WITHIN}


def _records_of(node: dns.node.Node) -> Records:
    codes = node.get_rdataset(dns.rdataclass.IN, dns.rdatatype.A)
    texts = node.get_rdataset(dns.rdataclass.IN, dns.rdatatype.TXT)
    if codes is None and texts is None:
        return NOTHING
    return Records(
        frozenset(bytes(map(int, record.address.split("."))) for record in codes or ()),
        frozenset(b"".join(record.strings) for record in texts or ()),
    )
