"""Logs of login services as syslog, journald and Dovecot write them: one file may hold several services."""

import re
from dataclasses import dataclass, field, replace
from datetime import tzinfo

from pforte.visits.formats import dovecot, postfix, sshd
from pforte.visits.formats.envelope import Envelope, open_envelope, read_stamp
from pforte.visits.formats.format import Family
from pforte.visits.formats.refusal import Refusal, count_attempts
from pforte.visits.visit import LoginFailure

_REPEATED = re.compile(rb"message repeated (\d{1,9}) times: \[ ?(.*+)", re.DOTALL)
_MARKS = {"sshd": sshd.MARKS, "postfix": postfix.MARKS, "dovecot": dovecot.MARKS}


@dataclass(frozen=True, slots=True)
class SyslogFormat:
    """Lines of sshd, Postfix and Dovecot in any syslog envelope; the program's name says who reads a line.

    Attributes:
        name: ``syslog`` reads all, ``sshd``, ``postfix`` and ``dovecot`` one each.
        services: what it reads.
        now: reading time in POSIX seconds for lines that have no year, where ``parse`` is not told.
    """

    name: str
    services: frozenset[str]
    now: float = 0.0
    family: Family = "login"
    escaped: bool = False
    escape_marks: tuple[bytes, ...] = ()
    marks: tuple[bytes, ...] = field(init=False)

    def __post_init__(self) -> None:
        marks = (mark for service in sorted(self.services) for mark in _MARKS[service])
        object.__setattr__(self, "marks", tuple(dict.fromkeys(marks)))

    def read_at(self, now: float) -> "SyslogFormat":
        """Return the same format with another reading time."""
        return replace(self, now=now)

    def reads(self, program: bytes) -> bool:
        """Say whether the lines of a program are read."""
        return _service(program) in self.services

    def parse(self, line: bytes, default_zone: tzinfo, now: float | None = None) -> LoginFailure | None:
        """Read one line; None when it tells of no failure."""
        envelope = open_envelope(line)
        refusal = None if envelope is None else self._refusal(envelope)
        if envelope is None or refusal is None:
            return None
        at = read_stamp(envelope.stamp, default_zone, self.now if now is None else now)
        if at is None:
            return None
        return LoginFailure(
            refusal.client, at, refusal.service, refusal.user, refusal.what, refusal.attempts, refusal.act
        )

    def client(self, line: bytes) -> str | None:
        """Return the client's address of a line that tells of a failure."""
        envelope = open_envelope(line)
        refusal = None if envelope is None else self._refusal(envelope)
        return None if refusal is None else refusal.client

    def time_of(self, line: bytes, default_zone: tzinfo, now: float | None = None) -> float | None:
        """Return the event time in POSIX seconds."""
        envelope = open_envelope(line)
        if envelope is None:
            return None
        return read_stamp(envelope.stamp, default_zone, self.now if now is None else now)

    def recognises(self, line: bytes) -> bool:
        """Say whether the line is syslog of any program."""
        envelope = open_envelope(line)
        return envelope is not None and envelope.program != b""

    def status_marks(self, statuses: tuple[int, ...]) -> tuple[bytes, ...]:  # noqa: ARG002  the format has no statuses
        """Return nothing: these lines have no answer status."""
        return ()

    def _refusal(self, envelope: Envelope) -> Refusal | None:
        repeated = _REPEATED.fullmatch(envelope.message.rstrip().removesuffix(b"]"))
        if repeated is None:
            return self._read(envelope.program, envelope.message)
        refusal = self._read(envelope.program, repeated[2])
        times = count_attempts(repeated[1])
        return None if refusal is None else replace(refusal, attempts=min(times * refusal.attempts, 1000))

    def _read(self, program: bytes, message: bytes) -> Refusal | None:
        service = _service(program)
        if service not in self.services:
            return None
        if service == "sshd":
            return sshd.read_message(message)
        if service == "postfix":
            return postfix.read_message(message)
        return dovecot.read_message(program.rpartition(b"/")[2], message)


def _service(program: bytes) -> str:
    """Return the service that a program belongs to, or ""."""
    folder, _, last = program.rpartition(b"/")
    if last in sshd.PROGRAMS:
        return "sshd"
    if last in postfix.PROGRAMS and folder:
        return "postfix"
    return "dovecot" if last in dovecot.PROGRAMS else ""


SYSLOG = SyslogFormat("syslog", frozenset(_MARKS))
SSHD = SyslogFormat("sshd", frozenset(("sshd",)))
POSTFIX = SyslogFormat("postfix", frozenset(("postfix",)))
DOVECOT = SyslogFormat("dovecot", frozenset(("dovecot",)))
