"""Access logs that travel inside syslog, as nginx's ``access_log syslog:server=...`` and Apache's piped logger do."""

from dataclasses import dataclass
from datetime import tzinfo

from pforte.visits.formats.envelope import open_envelope
from pforte.visits.formats.format import Family, Format
from pforte.visits.visit import LoginFailure, Visit

PREFIX = "syslog:"


@dataclass(frozen=True, slots=True)
class EnvelopedFormat:
    """A format whose lines stand inside a syslog envelope; times and addresses are those of the inner line."""

    inner: Format

    @property
    def name(self) -> str:
        """``syslog:`` and the inner name."""
        return PREFIX + self.inner.name

    @property
    def family(self) -> Family:
        """The inner family."""
        return self.inner.family

    @property
    def escaped(self) -> bool:
        """Whether the inner writer escapes."""
        return self.inner.escaped

    @property
    def escape_marks(self) -> tuple[bytes, ...]:
        """The inner patterns."""
        return self.inner.escape_marks

    @property
    def marks(self) -> tuple[bytes, ...]:
        """The inner patterns."""
        return self.inner.marks

    def parse(
        self, line: bytes, default_zone: tzinfo, now: float | None = None
    ) -> Visit | LoginFailure | None:
        """Read one line; None when it is not of this format."""
        envelope = open_envelope(line)
        return None if envelope is None else self.inner.parse(envelope.message, default_zone, now)

    def client(self, line: bytes) -> str | None:
        """Return the client's address."""
        envelope = open_envelope(line)
        return None if envelope is None else self.inner.client(envelope.message)

    def time_of(self, line: bytes, default_zone: tzinfo, now: float | None = None) -> float | None:
        """Return the event time in POSIX seconds."""
        envelope = open_envelope(line)
        return None if envelope is None else self.inner.time_of(envelope.message, default_zone, now)

    def recognises(self, line: bytes) -> bool:
        """Say whether an envelope holds a line of the inner format."""
        envelope = open_envelope(line)
        return envelope is not None and self.inner.recognises(envelope.message)

    def status_marks(self, statuses: tuple[int, ...]) -> tuple[bytes, ...]:
        """Return the inner patterns."""
        return self.inner.status_marks(statuses)
