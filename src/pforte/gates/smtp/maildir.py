"""Delivery into a folder in the form of Maildir: written, on the disk, and only then seen and acknowledged."""

import os
import secrets
import socket
from contextlib import suppress
from datetime import timedelta
from functools import partial
from itertools import count, cycle
from pathlib import Path

import structlog

from pforte.clock import Clock
from pforte.gates.gate import GateError
from pforte.gates.smtp.handover import Letter
from pforte.mail.reception import Answer
from pforte.worker import Worker

ABANDONED = timedelta(hours=36)
"""Age at which a file in ``tmp`` was left behind by a process that died."""
WRITERS = 4
"""Threads that write; each waits for the disk."""
_FULL = Answer(452, "4.3.1", ("the disk takes no mail now; try again later",))
_log = structlog.get_logger("pforte.gates")


class Maildir:
    """A folder for mails.

    Args:
        folder: where it is, or is made.
        clock: tells the present moment.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder, self._clock = folder, clock
        self._count = count()
        self._workers = cycle([Worker(f"maildir {number}") for number in range(WRITERS)])
        # The name of the machine may hold a slash or a colon; readers of a Maildir take both for something else.
        self._host = socket.gethostname().replace("/", "\\057").replace(":", "\\072")

    def open(self) -> None:
        """Make the folders, and take out what was written halfway and left.

        Raises:
            GateError: they cannot be made or read.
        """
        try:
            for name in ("tmp", "new", "cur"):
                (self._folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
            for path in (self._folder, self._folder.parent):
                _keep_entries(path)
            before = (self._clock.now() - ABANDONED).timestamp()
            for path in (self._folder / "tmp").iterdir():
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime < before:
                        path.unlink()
        except OSError as error:
            raise GateError(
                f"gate.smtp.folder: {self._folder} takes no mail: {error.strerror or error}"
            ) from error

    def carrier(self) -> "MaildirCarrier":
        """Return what delivers the mails of one session."""
        return MaildirCarrier(self)

    async def deliver(self, octets: bytes) -> None:
        """Keep a message without holding up anybody.

        Raises:
            OSError: nobody knows whether it is kept.
        """
        await next(self._workers).run(partial(self.keep, octets))

    def keep(self, octets: bytes) -> None:
        """Keep a message; it is on the disk when this returns.

        Raises:
            OSError: nobody knows whether it is kept.
        """
        now = self._clock.now()
        name = (
            f"{int(now.timestamp())}.M{now.microsecond}P{os.getpid()}Q{next(self._count)}"
            f"R{secrets.token_hex(4)}.{self._host}"
        )
        written, shown = self._folder / "tmp" / name, self._folder / "new" / name
        try:
            with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(octets)
                file.flush()
                os.fsync(file.fileno())
            written.rename(shown)
        except OSError:
            written.unlink(missing_ok=True)
            raise
        _keep_entries(shown.parent)


class MaildirCarrier:
    """Delivers the mails of one session.

    Args:
        maildir: where they go.
    """

    def __init__(self, maildir: Maildir) -> None:
        self._maildir = maildir

    async def address(self, letter: Letter, recipient: str) -> None:
        """Take everybody: the folder is for all recipients."""

    async def deliver(self, letter: Letter, raw: bytes) -> Answer:
        """Keep a message, with its envelope (RFC 5321 s4.4) and the line ends of files."""
        sender = letter.path.address
        envelope = [f"Return-Path: <{sender}>", *(f"Delivered-To: {each}" for each in letter.recipients)]
        head = "".join(f"{line}\n" for line in envelope).encode("utf-8", "surrogateescape")
        octets = head + raw.replace(b"\r\n", b"\n")
        try:
            await self._maildir.deliver(octets)
        except OSError as error:
            _log.error("gate.not-kept", gate="smtp", queue=letter.queue, text=str(error))
            return _FULL
        return Answer(250, "2.0.0", (f"kept as {letter.queue}",))

    async def forget(self) -> None:
        """Forget nothing: nothing was begun."""

    def close(self) -> None:
        """Leave the folder to others."""


def _keep_entries(folder: Path) -> None:
    """Let the names in a folder reach the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
