"""A Message-ID that is none."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts
from pforte.mail.fields.message_id import read_message_id
from pforte.mail.fields.tokens import MalformedError

ID = "mail.message-id"


def judge(facts: Facts) -> Finding | None:
    """See a Message-ID that breaks its grammar, obsolete forms allowed."""
    field = facts.message.first(b"message-id") if facts.message else None
    if field is None:
        return None
    try:
        read_message_id(field.text)
    except MalformedError as error:
        return finding_of(
            ID,
            field.raw,
            "one identifier such as <id@host.example>",
            wrong=error.words.en,
            falsch=error.words.de,
        )
    return None


CHECK = Check(
    id=ID,
    stage=Stage.MESSAGE,
    standard="RFC 5322 s3.6.4",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        550,
        "5.6.0",
        Text(
            en="the Message-ID {wrong}",
            de="die Message-ID {falsch}",
        ),
    ),
    summary=Text(
        en="The Message-ID field is not one identifier in angle brackets with an @ in it.",
        de="Das Feld Message-ID ist nicht eine Kennung in spitzen Klammern mit einem @ darin.",
    ),
    remedy=Text(
        en="Let your mail server or library make the Message-ID, as in <20261124.1@mail.example.org>.",
        de="Lassen Sie Ihren Mailserver oder Ihre Bibliothek die Message-ID erzeugen, wie in <20261124.1@mail.example.org>.",
    ),
    judge=judge,
)
