"""A message that goes in circles."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts

ID = "mail.loop"
MOST_RECEIVED = 100
"""Servers that a message may have passed."""


def judge(facts: Facts) -> Finding | None:
    """See more Received fields than any way of a message has."""
    received = facts.message.all(b"received") if facts.message else ()
    if len(received) <= MOST_RECEIVED:
        return None
    return finding_of(ID, received[0].raw, f"at most {MOST_RECEIVED} Received fields", count=len(received))


CHECK = Check(
    id=ID,
    stage=Stage.MESSAGE,
    standard="RFC 5321 s6.3",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        554,
        "5.4.6",
        Text(
            en="the message goes in circles: it has {count} Received fields",
            de="die Nachricht läuft im Kreis: Sie hat {count} Felder Received",
        ),
    ),
    summary=Text(
        en="The message has more than 100 Received fields: it goes round between servers.",
        de="Die Nachricht hat mehr als 100 Felder Received: Sie läuft zwischen Servern im Kreis.",
    ),
    remedy=Text(
        en="Look for two forwardings that point at each other, and end one of them.",
        de="Suchen Sie zwei Weiterleitungen, die aufeinander zeigen, und beenden Sie eine davon.",
    ),
    judge=judge,
)
