"""A sender address that breaks the grammar of SMTP."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts
from pforte.mail.path import wrong_with

ID = "mail.sender-syntax"


def judge(facts: Facts) -> Finding | None:
    """See a reverse path that is no mailbox."""
    sender = facts.envelope.sender
    if not sender:
        return None
    wrong = wrong_with(sender, international=facts.envelope.may_be_international)
    if wrong is None or wrong.not_ascii:
        return None
    return finding_of(
        ID,
        sender,
        "an address such as name@example.org",
        wrong=wrong.en,
        falsch=wrong.de,
    )


CHECK = Check(
    id=ID,
    stage=Stage.MAIL,
    standard="RFC 5321 s4.1.2",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        501,
        "5.1.7",
        Text(
            en="the sender's address {wrong}",
            de="die Absenderadresse {falsch}",
        ),
    ),
    summary=Text(
        en="The address in MAIL FROM is no mailbox.",
        de="Die Adresse in MAIL FROM ist kein Postfach.",
    ),
    remedy=Text(
        en="Send with a real address that can receive answers.",
        de="Senden Sie mit einer echten Adresse, die Antworten empfangen kann.",
    ),
    judge=judge,
)
