"""Encoded words inside an address."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts
from pforte.mail.fields.encoded_words import has_encoded_word
from pforte.mail.fields.mailboxes import FIELDS

ID = "mail.encoded-address"


def judge(facts: Facts) -> Finding | None:
    """See the first address with an encoded word in it: programs differ in what they make of it."""
    if facts.message is None:
        return None
    for name in FIELDS:
        listed = facts.message.mailboxes(name)
        for box in listed.boxes if listed else ():
            if has_encoded_word(box.address):
                return finding_of(
                    ID,
                    box.address,
                    "encoded words in names only",
                    field=name.decode().title(),
                    address=box.address,
                )
    return None


CHECK = Check(
    id=ID,
    stage=Stage.MESSAGE,
    standard="RFC 2047 s5",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        550,
        "5.6.0",
        Text(
            en="an address in the field {field} has an encoded word in it: {address}",
            de="eine Adresse im Feld {field} enthält ein Encoded Word: {address}",
        ),
    ),
    summary=Text(
        en="An address in the header holds an encoded word. It may stand in names, never in the address itself.",
        de="Eine Adresse im Kopf enthält ein Encoded Word. Es darf in Namen stehen, nie in der Adresse selbst.",
    ),
    remedy=Text(
        en="Encode only the name, as in =?utf-8?q?J=C3=B6rg?= <joerg@example.org>; addresses beyond ASCII need SMTPUTF8.",
        de="Kodieren Sie nur den Namen, wie in =?utf-8?q?J=C3=B6rg?= <joerg@example.org>; Adressen außerhalb von ASCII brauchen SMTPUTF8.",
    ),
    judge=judge,
)
