"""A client that talks before it is greeted, or sends commands together before it may."""

from pforte.bans.offence import Kind
from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.checks.oddities import first_of
from pforte.mail.facts import Facts
from pforte.mail.session import Oddity

ID = "mail.early-talk"


def judge(facts: Facts) -> Finding | None:
    """See an early talker."""
    moved = first_of(facts, Oddity.EARLY_TALK, Oddity.PIPELINING)
    if moved is None:
        return None
    return finding_of(ID, moved.observed, "one command, sent after the server has answered")


CHECK = Check(
    id=ID,
    stage=Stage.CONNECT,
    standard="RFC 5321 s3.1",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        554,
        "5.5.1",
        Text(
            en="you talked before it was your turn (RFC 5321 s3.1, RFC 2920)",
            de="Sie haben gesprochen, bevor Sie an der Reihe waren (RFC 5321 s3.1, RFC 2920)",
        ),
    ),
    summary=Text(
        en="The client sent commands before the server had greeted it or allowed it to send several together.",
        de="Der Client hat Befehle gesendet, bevor der Server ihn begrüßt oder mehrere auf einmal erlaubt hatte.",
    ),
    remedy=Text(
        en="A mail server waits for each answer. Programs that do not are mass mailers or malware: find the program on this address and stop it.",
        de="Ein Mailserver wartet jede Antwort ab. Programme, die das nicht tun, sind Massenversender oder Schadsoftware: suchen und beenden Sie das Programm auf dieser Adresse.",
    ),
    kind=Kind.SPAM,
    categories=(11,),
    at_once=True,
    judge=judge,
)
