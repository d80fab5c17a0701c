"""A MIME structure that two readers may read differently."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts
from pforte.mail.structure import Fault

ID = "mail.mime-structure"

_WORDS = {
    Fault.NO_BOUNDARY: Text(
        en="a multipart without a boundary", de="ein multipart ohne Trennzeichen (boundary)"
    ),
    Fault.NO_PART: Text(
        en="a multipart whose boundary stands nowhere",
        de="ein multipart, dessen Trennzeichen (boundary) nirgends steht",
    ),
    Fault.TWO_MEANINGS: Text(
        en="a type, an encoding or a boundary that is given twice, and differently",
        de="ein Typ, eine Kodierung oder ein Trennzeichen (boundary), zweimal und verschieden angegeben",
    ),
}


def judge(facts: Facts) -> Finding | None:
    """See what makes the parts a matter of guessing."""
    for wrong in facts.message.structure.wrongs if facts.message else ():
        if wrong.fault.unreadable:
            words = _WORDS[wrong.fault]
            return finding_of(ID, wrong.proof, "parts that can be told apart", what=words.en, was=words.de)
    return None


CHECK = Check(
    id=ID,
    stage=Stage.MESSAGE,
    standard="RFC 2046 s5.1.1",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        550,
        "5.6.1",
        Text(
            en="the parts of the message cannot be read: {what}",
            de="die Teile der Nachricht sind nicht lesbar: {was}",
        ),
    ),
    summary=Text(
        en="The MIME structure cannot be read: a multipart without a boundary or without parts, or a type, encoding or boundary that is given twice, and differently.",
        de="Die MIME-Struktur ist nicht lesbar: ein multipart ohne Trennzeichen oder ohne Teile, oder ein Typ, eine Kodierung oder ein Trennzeichen, zweimal und verschieden angegeben.",
    ),
    remedy=Text(
        en="Let a mail library build the message; each multipart needs one boundary parameter, and that boundary before each part.",
        de="Lassen Sie eine Mailbibliothek die Nachricht bauen; jedes multipart braucht einen Parameter boundary und dieses Trennzeichen vor jedem Teil.",
    ),
    judge=judge,
)
