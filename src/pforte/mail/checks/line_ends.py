"""Lines that end in anything but CRLF, or an end of data that is none: SMTP smuggling."""

from pforte.bans.offence import Kind
from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.checks.oddities import first_of
from pforte.mail.facts import Facts
from pforte.mail.session import Oddity

ID = "mail.line-ends"


def judge(facts: Facts) -> Finding | None:
    """See bare line ends and smuggling."""
    moved = first_of(facts, Oddity.SMUGGLING, Oddity.BARE_LINE_END)
    if moved is None:
        return None
    return finding_of(
        ID, moved.observed, "CR LF at the end of each line, and nowhere else", octets=_shown(moved.observed)
    )


def _shown(observed: bytes) -> str:
    """Return octets as a person can read them."""
    return observed[:24].decode("latin-1").encode("unicode_escape").decode("ascii")


CHECK = Check(
    id=ID,
    stage=Stage.CONNECT,
    standard="RFC 5321 s2.3.8",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        550,
        "5.5.2",
        Text(
            en="CR or LF stands alone or ends the data falsely: {octets}",
            de="CR oder LF steht allein oder beendet die Daten falsch: {octets}",
        ),
    ),
    summary=Text(
        en="A carriage return or line feed stood alone, or a false end of data was followed by more: one mail could be taken for two (SMTP smuggling).",
        de="Ein Wagenrücklauf oder Zeilenvorschub stand allein, oder einem falschen Datenende folgte mehr: Aus einer Mail könnten zwei werden (SMTP-Smuggling).",
    ),
    remedy=Text(
        en="Let your mail server end every line with CR LF and update it; scripts that speak SMTP themselves must do the same.",
        de="Lassen Sie Ihren Mailserver jede Zeile mit CR LF beenden und aktualisieren Sie ihn; für eigene Skripte, die SMTP sprechen, gilt das auch.",
    ),
    kind=Kind.ATTACK,
    categories=(11, 15),
    at_once=True,
    judge=judge,
)
