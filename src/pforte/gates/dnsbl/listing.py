"""What a listed address's records say: an address of 127.0.0.0/8 as the code, and a text for people."""

from collections.abc import Mapping, Sequence

from pforte.bans.ban import Reach
from pforte.bans.offence import Kind
from pforte.clock import render_time
from pforte.gates.refusal import kind_of, refusal_of
from pforte.gates.table.packed import Held

CODES: Mapping[Kind | None, bytes] = {
    None: bytes((127, 0, 0, 2)),
    Kind.SPAM: bytes((127, 0, 0, 3)),
    Kind.ATTACK: bytes((127, 0, 0, 4)),
    Kind.STANDARDS: bytes((127, 0, 0, 6)),
}
"""The A record of each kind; None is a ban by hand, or the test entry (RFC 5782 s2.1).

127.0.0.5 is left for log-ins and 127.0.0.7 for rules of mail. Nothing in 127.255.255.0/24 may ever stand here: readers
take that for an error of the list (the convention of Spamhaus).
"""

TEST_ENTRY = 0x7F00_0002
"""The address that is always listed; of 127.0.0.0/8 no other ever is (RFC 5782 s5)."""
TEST_TEXT = b"Test entry: this address is always listed (RFC 5782 s5)."
TEST_BAN = Held(ends=1 << 40, rung=1, reach=Reach.EVERYWHERE, reason="", reference="")
"""Stands for the ban that the test entry is not under."""

_PRINTABLE = bytes(byte if 0x20 <= byte < 0x7F else ord("?") for byte in range(256))

LONGEST_TEXT = 255
"""Bytes of one string of a TXT record (RFC 1035 s3.3); some mail servers read no second one."""


def told_of(bans: Sequence[Held], kind: Kind | None) -> Sequence[Held]:
    """Return the bans that a zone tells of: the first of each kind.

    Args:
        bans: the bans over an address, the longest-lasting first.
        kind: the kind that the zone lists, or None where it lists all.
    """
    if len(bans) == 1 and kind is None:
        return bans
    first: dict[Kind | None, Held] = {}
    for held in bans:
        first.setdefault(kind_of(held.reason), held)
    if kind is None:
        return list(first.values())
    return [first[kind]] if kind in first else []


def code_of(held: Held) -> bytes:
    """Return the data of a ban's A record."""
    return CODES[kind_of(held.reason)]


def words_of(held: Held, page: str) -> bytes:
    """Say in words why an address is listed, until when, and where to ask; one line of ASCII, as long as fits.

    Args:
        held: the ban.
        page: what stands before the reference in the address of the page that explains it, or "".
    """
    if held is TEST_BAN:
        return TEST_TEXT
    refusal = refusal_of(held)
    ends = f" Shut out until {render_time(refusal.ends)}, reference {held.reference}."
    where = f" {page}{held.reference}" if page else ""
    rest = _plain(ends + where)[:LONGEST_TEXT]
    reason = _plain(refusal.summary.en)
    room = LONGEST_TEXT - len(rest)
    if len(reason) > room:
        reason = reason[: max(room - 3, 0)] + b"..."[:room]
    return reason + rest


def _plain(text: str) -> bytes:
    """Return a text without anything that a mail server would have to quote."""
    return text.encode("ascii", "replace").translate(_PRINTABLE)
