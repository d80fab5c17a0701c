"""Connections to log-in services that never speak their protocol: port scanners and broken tools."""

from datetime import timedelta

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Check, Finding, Threshold
from pforte.visits.checks.proof import proof
from pforte.visits.visit import LoginFailure

ID = "visit.login-protocol"


def judge_login(failure: LoginFailure) -> Finding | None:
    """Count a connection without the service's dialogue, or with a broken one."""
    if failure.what != "protocol":
        return None
    return proof(
        ID, failure.service.encode("ascii", "replace"), "the dialogue of the service that was called"
    )


CHECK = Check(
    id=ID,
    standard="RFC 4253 s4.2",
    default=Mode.WATCH,
    kind=Kind.ATTACK,
    categories=(14, 15),
    summary=Text(
        en="Connections to SSH or mail were opened again and again without speaking the protocol.",
        de="Verbindungen zu SSH oder Mail wurden immer wieder geöffnet, ohne das Protokoll zu sprechen.",
    ),
    remedy=Text(
        en="A port scanner does this, or a monitor that only opens the port. Let a monitor speak the protocol, or"
        " ask us to exempt its address; stop a scanner.",
        de="Das tut ein Port-Scanner, oder ein Monitor, der nur den Port öffnet. Lassen Sie den Monitor das Protokoll"
        " sprechen oder bitten Sie uns, seine Adresse auszunehmen; einen Scanner halten Sie an.",
    ),
    threshold=Threshold(10, timedelta(hours=1)),
    judge_login=judge_login,
)
