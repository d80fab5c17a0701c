"""A message of more fields, parts or levels than anybody reads."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts

ID = "mail.oversized-structure"


def judge(facts: Facts) -> Finding | None:
    """See what is so much that the rest was not looked at."""
    excess = facts.message.excess if facts.message else None
    if excess is None:
        return None
    return finding_of(ID, excess.en, "a message that can be looked at whole", what=excess.en, was=excess.de)


CHECK = Check(
    id=ID,
    stage=Stage.MESSAGE,
    standard="RFC 5321 s4.5.3.1.9",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        552,
        "5.3.4",
        Text(
            en="the message has {what}",
            de="die Nachricht hat {was}",
        ),
    ),
    summary=Text(
        en="The header or the MIME structure of the message is larger than anything that people or lists send; the rest was not looked at.",
        de="Der Kopf oder die MIME-Struktur der Nachricht ist größer als alles, was Menschen oder Listen senden; der Rest wurde nicht angesehen.",
    ),
    remedy=Text(
        en="Send fewer attachments in one message, or put them into an archive; remove header fields that nobody needs.",
        de="Senden Sie weniger Anhänge in einer Nachricht oder packen Sie sie in ein Archiv; entfernen Sie Kopffelder, die niemand braucht.",
    ),
    judge=judge,
)
