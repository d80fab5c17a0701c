"""Encoded words that nobody can decode."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts
from pforte.mail.fields.encoded_words import Flaw, decode_words
from pforte.mail.fields.mailboxes import FIELDS

ID = "mail.encoded-words"

_SHOWN = (b"subject", *FIELDS)
"""Fields that mail programs show."""
_WORDS = {
    Flaw.ENCODING: Text(
        en="an encoding that is neither B nor Q", de="eine Kodierung, die weder B noch Q ist"
    ),
    Flaw.CHARSET: Text(en="an unknown character set", de="einen unbekannten Zeichensatz"),
    Flaw.CONTENT: Text(
        en="content that cannot be decoded", de="einen Inhalt, der sich nicht dekodieren lässt"
    ),
}


def judge(facts: Facts) -> Finding | None:
    """See the first encoded word of the fields that are shown which nobody can decode."""
    if facts.message is None:
        return None
    for name in _SHOWN:
        field = facts.message.first(name)
        decoded = decode_words(field.text) if field else None
        if decoded and decoded.flaw:
            return finding_of(
                ID,
                decoded.flawed.encode("utf-8", "surrogateescape"),
                "encoded words such as =?utf-8?q?Gr=C3=BC=C3=9Fe?=",
                field=name.decode().title(),
                what=_WORDS[decoded.flaw].en,
                was=_WORDS[decoded.flaw].de,
            )
    return None


CHECK = Check(
    id=ID,
    stage=Stage.MESSAGE,
    standard="RFC 2047 s5",
    standard_action=Action.MARK,
    strict_action=Action.MARK,
    reply=Reply(
        550,
        "5.6.0",
        Text(
            en="an encoded word in the field {field} has {what}",
            de="ein Encoded Word im Feld {field} hat {was}",
        ),
    ),
    summary=Text(
        en="An encoded word in Subject or an address field has an unknown character set or encoding, or content that cannot be decoded.",
        de="Ein Encoded Word im Betreff oder in einem Adressfeld hat einen unbekannten Zeichensatz, eine unbekannte Kodierung oder einen Inhalt, der sich nicht dekodieren lässt.",
    ),
    remedy=Text(
        en="Let a mail library encode the field, with UTF-8.",
        de="Lassen Sie eine Mailbibliothek das Feld kodieren, mit UTF-8.",
    ),
    judge=judge,
)
