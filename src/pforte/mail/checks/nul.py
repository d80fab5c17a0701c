"""An octet 0 in commands or text."""

from pforte.bans.offence import Kind
from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.checks.oddities import first_of
from pforte.mail.facts import Facts
from pforte.mail.session import Oddity

ID = "mail.nul"


def judge(facts: Facts) -> Finding | None:
    """See a NUL."""
    moved = first_of(facts, Oddity.NUL)
    if moved is None:
        return None
    return finding_of(ID, moved.observed, "text without NUL")


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
            en="a NUL stands in commands or text",
            de="in Befehlen oder Text steht ein NUL",
        ),
    ),
    summary=Text(
        en="An octet 0 stood in a command or in the text.",
        de="In einem Befehl oder im Text stand ein Oktett 0.",
    ),
    remedy=Text(
        en="Encode binary content (base64); a NUL may stand nowhere in mail.",
        de="Kodieren Sie binäre Inhalte (base64); in Mail darf nirgends ein NUL stehen.",
    ),
    kind=Kind.ATTACK,
    categories=(11, 15),
    at_once=True,
    judge=judge,
)
