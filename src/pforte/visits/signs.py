"""The second look: whom a request concerns once its disguises are undone.

A line in which anything is encoded holds marks of many checks. Its decoded text is passed once more, for the signs
of all checks at the same time, which costs less than asking one check in vain.
"""

from pforte.visits.decoding import decode, decode_target
from pforte.visits.duties import Duty
from pforte.visits.engine import Engine, build


class SignPass:
    """One pass for the signs of all checks on duty.

    Args:
        duties: the checks on duty; the bit of a duty is its place among them.
        engine: engine of the pass.
    """

    def __init__(self, duties: tuple[Duty, ...], engine: Engine) -> None:
        self._scan = build(tuple(duty.check.signs for duty in duties), engine)

    def concerned(self, target: bytes, agent: bytes, referrer: bytes) -> int:
        """Return the duties whose signs stand in a request, as bits.

        Path, query, agent and referrer are decoded and stand in one line each; a line feed in them is a space.
        """
        decoded = decode_target(target)
        text = decoded.path + b"?" + decoded.query if decoded.query else decoded.path
        if b"\n" in text:
            text = text.replace(b"\n", b" ")
        for header in (agent, referrer):
            if header:
                text += b"\n" + decode(header, plus=True).replace(b"\n", b" ")
        return self._scan.groups(text)
