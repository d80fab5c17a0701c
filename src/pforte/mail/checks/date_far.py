"""A date far in the future or the past."""

from datetime import timedelta

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts
from pforte.mail.fields.date import read_date
from pforte.mail.fields.tokens import MalformedError

ID = "mail.date-far"
AHEAD = timedelta(days=7)
BEHIND = timedelta(days=30)
"""A mail may lie in queues for days, and in a moderator's inbox for weeks."""


def judge(facts: Facts) -> Finding | None:
    """See a date that no clock and no queue explains."""
    field = facts.message.first(b"date") if facts.message else None
    if field is None:
        return None
    try:
        age = facts.now - read_date(field.text)
    except MalformedError:
        return None  # mail.date sees it
    if -AHEAD <= age <= BEHIND:
        return None
    days = abs(age).days
    return finding_of(
        ID,
        field.raw,
        f"at most {BEHIND.days} days old and {AHEAD.days} days ahead",
        where=f"{days} days {'in the past' if age > BEHIND else 'ahead'}",
        wo=f"{days} Tage {'zurück' if age > BEHIND else 'voraus'}",
    )


CHECK = Check(
    id=ID,
    stage=Stage.MESSAGE,
    standard="RFC 5322 s3.6.1",
    standard_action=Action.MARK,
    strict_action=Action.MARK,
    reply=Reply(
        550,
        "5.6.0",
        Text(
            en="the date of the message lies {where}",
            de="das Datum der Nachricht liegt {wo}",
        ),
    ),
    summary=Text(
        en="The Date field lies more than 7 days ahead or more than 30 days in the past.",
        de="Das Feld Date liegt mehr als 7 Tage voraus oder mehr als 30 Tage zurück.",
    ),
    remedy=Text(
        en="Set the clock of the sending computer; send old messages again as new ones or as attachments.",
        de="Stellen Sie die Uhr des sendenden Rechners; senden Sie alte Nachrichten neu oder als Anhang.",
    ),
    judge=judge,
)
