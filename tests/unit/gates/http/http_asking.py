"""A porter whose checks know one attack, and a way to ask it."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

from pforte.bans.ban import Ban
from pforte.bans.offence import Offence
from pforte.gates.http.porter import Detection, Porter
from pforte.gates.http.visitors import Visitors
from pforte.gates.table.gate import TableGate
from pforte.net.addresses import parse_network
from pforte.settings.gates import OnFailure
from pforte.visits.checks import CHECKS
from pforte.visits.door import Door
from pforte.visits.plan import Plan

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = tuple(check for check in CHECKS if check.id == "visit.secret-file")


def ban_of(network: str, reason: str = "visit.xss", reference: str = "PF-7K3M-Q2XD") -> Ban:
    return Ban(
        network=parse_network(network),
        rung=1,
        starts=NOON,
        ends=NOON + timedelta(hours=1),
        reference=reference,
        reason=reason,
    )


@dataclass
class House:
    """A porter with what it needs.

    Attributes:
        table: the bans.
        porter: asks it.
        caught: what was handed on to the register.
    """

    table: TableGate
    porter: Porter
    visitors: Visitors
    caught: list[Offence] = field(default_factory=list)

    def ask(self, target: str, peer: str = "127.0.0.1", method: bytes = b"GET", **fields: str) -> bytes:
        headers = {name.replace("_", "-").encode(): value.encode("latin-1") for name, value in fields.items()}
        return self.porter.answer(self.visitors.asker(peer), method, target.encode(), headers)

    def log_in(self, remote: str, peer: str = "127.0.0.1") -> tuple[int, str]:
        """Ask about a log-in from an address; return status and message."""
        body = json.dumps({"login": "jane", "remote": remote}).encode()
        answer = self.porter.answer_log_in(self.visitors.asker(peer), body)
        said = json.loads(answer.partition(b"\r\n\r\n")[2])
        return said["status"], said["msg"]

    def nginx(self, visitor: str, target: str = "/", **fields: str) -> bytes:
        return self.ask("/nginx", x_forwarded_for=visitor, x_original_uri=target, **fields)


def house(
    *bans: Ban,
    loaded: bool = True,
    detect: bool = True,
    enforces: bool = True,
    on_failure: OnFailure = "open",
) -> House:
    table = TableGate([ip_network("127.0.0.0/8"), ip_network("198.51.100.0/24")])
    if loaded:
        table.load(bans, NOON)
    visitors = Visitors([ip_network("127.0.0.0/8")], "x-forwarded-for")
    caught: list[Offence] = []
    detection = Detection(Door(Plan(checks=SECRET), "gate.http"), caught.append, enforces) if detect else None
    return House(
        table,
        Porter(table, visitors, detection, on_failure, NOON.timestamp(), "abuse@example.net"),
        visitors,
        caught,
    )


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def fields_of(answer: bytes) -> dict[str, str]:
    """Return the header fields of an answer; each stands once."""
    head, _, body = answer.partition(b"\r\n\r\n")
    pairs = [line.decode().split(": ", 1) for line in head.split(b"\r\n")[1:]]
    fields = {name.lower(): value for name, value in pairs}
    assert len(fields) == len(pairs)
    if "content-length" in fields:
        assert int(fields["content-length"]) == len(body)
    return fields
