"""What a log format is."""

from datetime import tzinfo
from typing import Literal, Protocol

from pforte.visits.visit import LoginFailure, Visit

Family = Literal["http", "login"]


class FormatError(ValueError):
    """A format that was named or written in the settings cannot be used; the message says which part and why."""


class UnknownFormat(FormatError):  # noqa: N818  the sentence "unknown format" is what the user reads
    """No format of that name, or none that reads these lines."""


class Format(Protocol):
    """Reads the lines of one kind of log.

    Lines come without their line end and at most 64 KiB long; every method takes time linear in the line and
    raises nothing, whatever the bytes are.
    """

    @property
    def name(self) -> str:
        """Name in settings and logs."""
        ...

    @property
    def family(self) -> Family:
        """``http`` gives visits, ``login`` gives login failures."""
        ...

    @property
    def escaped(self) -> bool:
        """Whether the writer escapes bytes, so that patterns may miss what a line really says."""
        ...

    @property
    def escape_marks(self) -> tuple[bytes, ...]:
        """Return patterns of the lines in which escapes hide bytes of the target, agent or referrer."""
        ...

    @property
    def marks(self) -> tuple[bytes, ...]:
        """Return patterns of the interesting lines of a login format; every line that gives something has one."""
        ...

    def parse(
        self, line: bytes, default_zone: tzinfo, now: float | None = None
    ) -> Visit | LoginFailure | None:
        """Read one line; None when it is not of this format or says nothing of interest.

        Args:
            line: the line as written.
            default_zone: zone of times that carry none.
            now: reading time in POSIX seconds, which gives times without a year theirs; without it the moment
                counts that the format was made with.
        """
        ...

    def client(self, line: bytes) -> str | None:
        """Return the client's address of a line cheaply: the one that ``parse`` would give."""
        ...

    def time_of(self, line: bytes, default_zone: tzinfo, now: float | None = None) -> float | None:
        """Return the event time of a line in POSIX seconds."""
        ...

    def recognises(self, line: bytes) -> bool:
        """Say whether the line has the shape of this format, even if it says nothing of interest."""
        ...

    def status_marks(self, statuses: tuple[int, ...]) -> tuple[bytes, ...]:
        """Return patterns (the syntax that Hyperscan and RE2 share) of lines with one of these answer statuses."""
        ...


def quote(text: bytes) -> bytes:
    r"""Write bytes as a pattern that matches just them, in every engine.

    >>> quote(b'" a')
    b'\\x22\\x20a'
    """
    return b"".join(
        bytes((byte,)) if chr(byte).isalnum() and byte < 0x80 else b"\\x%02x" % byte for byte in text
    )


def any_status(statuses: tuple[int, ...]) -> bytes:
    """Write answer statuses as one group of a pattern.

    >>> any_status((401, 404))
    b'(?:401|404)'
    """
    return b"(?:" + b"|".join(b"%03d" % status for status in statuses) + b")"
