"""Addresses in the header that break their grammar although one can guess what is meant."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts
from pforte.mail.fields.mailboxes import FIELDS
from pforte.mail.message import Message

ID = "mail.address-syntax"


def judge(facts: Facts) -> Finding | None:
    """See the first list of addresses with a flaw, and a Sender that is not one mailbox."""
    message = facts.message
    if message is None:
        return None
    for name in FIELDS:
        wrong, field = _wrong_with(message, name), message.first(name)
        if wrong and field:
            return finding_of(
                ID,
                field.raw,
                "Name <name@example.org>, with quotes around a name of special signs",
                field=field.name.decode("latin-1").strip(),
                wrong=wrong.en,
                falsch=wrong.de,
            )
    return None


def _wrong_with(message: Message, name: bytes) -> Text | None:
    listed = message.mailboxes(name)
    if listed is None or (name == b"from" and listed.wrong):
        return None  # mail.from-not-one-mailbox sees it
    if name == b"sender" and not listed.flaw and len(listed.boxes) != 1:
        return Text(en="is not one address", de="ist nicht eine Adresse")
    return listed.flaw


CHECK = Check(
    id=ID,
    stage=Stage.MESSAGE,
    standard="RFC 5322 s3.4",
    standard_action=Action.MARK,
    strict_action=Action.REJECT,
    reply=Reply(
        550,
        "5.6.0",
        Text(
            en="the field {field} {wrong}",
            de="das Feld {field} {falsch}",
        ),
    ),
    summary=Text(
        en="An address field such as To, Cc, Reply-To or Sender breaks the grammar of addresses.",
        de="Ein Adressfeld wie To, Cc, Reply-To oder Sender verletzt die Grammatik für Adressen.",
    ),
    remedy=Text(
        en="Write Name <name@example.org>, separate addresses by commas, and put names with signs such as , ( ) : @ into quotes.",
        de="Schreiben Sie Name <name@example.org>, trennen Sie Adressen durch Kommas und setzen Sie Namen mit Zeichen wie , ( ) : @ in Anführungszeichen.",
    ),
    judge=judge,
)
