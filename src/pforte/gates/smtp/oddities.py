"""Octets that no line of mail may hold: a CR or LF that stands alone, and NUL (RFC 5321 s2.3.8, s4.1.1.4)."""

import re

from pforte.mail.session import Moved, Oddity

_ODD = re.compile(rb"\x00|\r(?!\n)|(?<!\r)\n")
_CR, _LF, _DOT = b"\r\n."
_BEFORE = 12
"""Octets before an odd one that are kept as proof."""

Octets = bytes | bytearray


def find_odd(octets: Octets, begin: int, end: int) -> int:
    """Return where the first odd octet stands, or -1; ``begin`` is not between a CR and its LF.

    A CR at the very end may still get its LF, and is left out.
    """
    if end > begin and octets[end - 1] == _CR:
        end -= 1
    if _is_even(octets, begin, end):
        return -1
    found = _ODD.search(octets, begin, end)
    return found.start() if found else -1


def _is_even(octets: Octets, begin: int, end: int) -> bool:
    """Say whether each CR is followed by LF and each LF is behind a CR: counting is ten times as fast as looking."""
    pairs = octets.count(b"\r\n", begin, end)
    return (
        pairs == octets.count(b"\n", begin, end)
        and pairs == octets.count(b"\r", begin, end)
        and octets.find(b"\x00", begin, end) < 0
    )


def oddity_at(octets: Octets, at: int) -> Moved | None:
    """Return what an odd octet of a text means, with its proof; None where what follows must be known first.

    A false end of data is a point between two line ends of which one is broken: some server takes it for the end, and
    what follows for the next command.
    """
    if octets[at] == 0:
        return Moved(Oddity.NUL, proof_of(octets, at))
    if at >= 2 and octets[at - 1] == _DOT and octets[at - 2] in (_CR, _LF):
        return Moved(Oddity.SMUGGLING, proof_of(octets, at))
    following = octets[at + 1 : at + 3]
    if not following or following == b".":
        return None
    if following[0] == _DOT and following[1] in (_CR, _LF):
        return Moved(Oddity.SMUGGLING, proof_of(octets, at, 2))
    return Moved(Oddity.BARE_LINE_END, proof_of(octets, at, 1))


def proof_of(octets: Octets, at: int, behind: int = 0) -> bytes:
    """Return an odd octet with some before it, and so many behind it."""
    return bytes(octets[max(0, at - _BEFORE) : at + 1 + behind])


def mend(text: bytes) -> bytes:
    r"""Return a text with CR LF at the end of each line and nowhere else, and without NUL.

    For a text that was odd and is taken all the same, because the policy only watches: no server behind us may see
    an end in it that we have not seen.

    >>> mend(b"one\n.\ntwo\r.\r\n\0.\r\n")
    b'one\r\n.\r\ntwo .\r\n.\r\n'
    """
    text = text.replace(b"\x00", b"")
    return re.sub(rb"(?<!\r)\n", b"\r\n", re.sub(rb"\r(?!\n)", b" ", text))
