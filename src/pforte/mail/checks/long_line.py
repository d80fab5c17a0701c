"""A line of the message that is too long."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts

ID = "mail.long-line"
LONGEST = 998
"""Octets of a line without its end."""


def judge(facts: Facts) -> Finding | None:
    """See a line over the limit."""
    if facts.message is None:
        return None
    begins = find_long_line(facts.message.raw)
    if begins < 0:
        return None
    return finding_of(ID, facts.message.raw[begins : begins + 80], f"lines of at most {LONGEST} octets")


def find_long_line(raw: bytes) -> int:
    """Return where the first line begins that is too long, or -1."""
    at = 0
    while len(raw) - at > LONGEST:
        # The last line end within reach: all lines before it are short enough, so most of them are jumped over.
        line_end = raw.rfind(b"\n", at, at + LONGEST + 2)
        if line_end < 0:
            return at
        if line_end == at + LONGEST + 1 and raw[line_end - 1] != 13 and raw.find(b"\n", at, line_end) < 0:
            return at
        at = line_end + 1
    return -1


CHECK = Check(
    id=ID,
    stage=Stage.MESSAGE,
    standard="RFC 5322 s2.1.1",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        554,
        "5.6.0",
        Text(
            en="a line has more than 998 octets",
            de="eine Zeile hat mehr als 998 Oktette",
        ),
    ),
    summary=Text(
        en="A line of the header or body has more than 998 octets without its line end.",
        de="Eine Zeile in Kopf oder Text hat ohne Zeilenende mehr als 998 Oktette.",
    ),
    remedy=Text(
        en="Fold long header fields, and send text with long lines as quoted-printable or base64; every mail library does so by itself.",
        de="Falten Sie lange Kopffelder und senden Sie Text mit langen Zeilen als quoted-printable oder base64; jede Mailbibliothek macht das von selbst.",
    ),
    judge=judge,
)
