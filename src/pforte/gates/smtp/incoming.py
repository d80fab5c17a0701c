"""What a client sends, cut into command lines: by CR LF only, each of bounded length."""

from pforte.gates.smtp.oddities import find_odd, proof_of
from pforte.mail.session import Moved, Oddity

LONGEST_COMMAND = 512
"""Octets of a command line with its CR LF (RFC 5321 s4.5.3.1.4)."""
LONGEST_MAIL = LONGEST_COMMAND + 26 + 17 + 10
"""Octets of MAIL: SIZE (RFC 1870 s3), 8BITMIME (RFC 6152 s2) and SMTPUTF8 (RFC 6531 s3.1) add to it."""
_PROOF = 80


class Incoming:
    """Octets that have arrived and were not read yet."""

    def __init__(self) -> None:
        self.octets = bytearray()
        self._is_told = False
        self._skips = False

    def line(self) -> bytes | Moved | None:
        """Return the next command line without its end, or an oddity in it, or None where more must arrive.

        An oddity is told once in a line. Whoever reads on all the same gets a line that a bare LF has ended; one that
        is too long is skipped.
        """
        if self._skips and not self._skip():
            return None
        octets = self.octets
        limit = LONGEST_MAIL if octets[:4].upper() == b"MAIL" else LONGEST_COMMAND
        end = octets.find(b"\n", 0, limit) + 1
        if not self._is_told:
            at = find_odd(octets, 0, end or min(len(octets), limit))
            if at >= 0:
                self._is_told = True
                oddity = Oddity.BARE_LINE_END if octets[at] else Oddity.NUL
                return Moved(oddity, proof_of(octets, at))
        if end:
            line = bytes(octets[:end]).rstrip(b"\r\n")
            del octets[:end]
            self._is_told = False
            return line
        if len(octets) < limit:
            return None
        self._skips = True
        return Moved(Oddity.LONG_COMMAND, bytes(octets[:_PROOF]))

    def _skip(self) -> bool:
        """Skip the rest of a line; say whether its end was there."""
        end = self.octets.find(b"\n") + 1
        del self.octets[: end or len(self.octets)]
        self._skips, self._is_told = not end, False
        return bool(end)
