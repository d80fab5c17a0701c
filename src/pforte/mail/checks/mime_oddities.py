"""Mistakes in MIME that can be lived with."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts
from pforte.mail.structure import Fault

ID = "mail.mime-oddities"

_WORDS = {
    Fault.NO_TYPE: Text(en="a Content-Type that cannot be read", de="ein unlesbarer Content-Type"),
    Fault.ENCODING: Text(
        en="an unknown Content-Transfer-Encoding", de="ein unbekanntes Content-Transfer-Encoding"
    ),
    Fault.ENCODED_CONTAINER: Text(
        en="a multipart or message that is encoded as a whole",
        de="ein multipart oder eine Nachricht, als Ganzes kodiert",
    ),
    Fault.BOUNDARY: Text(
        en="a boundary that is too long or has forbidden signs",
        de="ein Trennzeichen (boundary), das zu lang ist oder verbotene Zeichen hat",
    ),
    Fault.NOT_CLOSED: Text(en="a multipart without an end", de="ein multipart ohne Ende"),
    Fault.CHARSET: Text(en="an unknown character set", de="ein unbekannter Zeichensatz"),
}


def judge(facts: Facts) -> Finding | None:
    """See the first mistake that changes nothing in what the parts are."""
    for wrong in facts.message.structure.wrongs if facts.message else ():
        if not wrong.fault.unreadable:
            words = _WORDS[wrong.fault]
            return finding_of(
                ID, wrong.proof, "MIME as RFC 2045 and RFC 2046 have it", what=words.en, was=words.de
            )
    return None


CHECK = Check(
    id=ID,
    stage=Stage.MESSAGE,
    standard="RFC 2049 s2",
    standard_action=Action.MARK,
    strict_action=Action.MARK,
    reply=Reply(
        550,
        "5.6.1",
        Text(
            en="the MIME structure has a mistake: {what}",
            de="die MIME-Struktur hat einen Fehler: {was}",
        ),
    ),
    summary=Text(
        en="The MIME structure can be read but breaks its rules: an unknown encoding or character set, a part that does not end, or the like.",
        de="Die MIME-Struktur ist lesbar, verletzt aber ihre Regeln: eine unbekannte Kodierung, ein unbekannter Zeichensatz, ein Teil ohne Ende oder Ähnliches.",
    ),
    remedy=Text(
        en="Let a mail library build the message, and look at what a gateway or list changes in it.",
        de="Lassen Sie eine Mailbibliothek die Nachricht bauen und sehen Sie nach, was ein Gateway oder eine Liste daran ändert.",
    ),
    judge=judge,
)
