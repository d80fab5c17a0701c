"""A sender address with signs beyond ASCII without SMTPUTF8."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts
from pforte.mail.path import wrong_with

ID = "mail.sender-not-ascii"


def judge(facts: Facts) -> Finding | None:
    """See an international address that was not announced."""
    sender = facts.envelope.sender
    if not sender:
        return None
    wrong = wrong_with(sender, international=facts.envelope.may_be_international)
    if wrong is None or not wrong.not_ascii:
        return None
    return finding_of(ID, sender, "ASCII, or the parameter SMTPUTF8")


CHECK = Check(
    id=ID,
    stage=Stage.MAIL,
    standard="RFC 6531 s3.4",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        553,
        "5.6.7",
        Text(
            en="the sender's address is not ASCII and SMTPUTF8 was not asked for",
            de="die Absenderadresse ist nicht ASCII und SMTPUTF8 wurde nicht verlangt",
        ),
    ),
    summary=Text(
        en="The address in MAIL FROM has signs beyond ASCII, and the client did not ask for SMTPUTF8.",
        de="Die Adresse in MAIL FROM hat Zeichen außerhalb von ASCII, und der Client hat SMTPUTF8 nicht verlangt.",
    ),
    remedy=Text(
        en="Use a mail server that speaks SMTPUTF8, or an address in ASCII.",
        de="Benutzen Sie einen Mailserver, der SMTPUTF8 spricht, oder eine Adresse in ASCII.",
    ),
    judge=judge,
)
