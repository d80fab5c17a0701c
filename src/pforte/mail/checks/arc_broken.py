"""A chain of those who passed the mail on that does not hold."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts
from pforte.mail.identity.arc.validation import Result

ID = "mail.arc-broken"


def judge(facts: Facts) -> Finding | None:
    """See a chain that fails."""
    found = facts.arc
    if found is None or found.result is not Result.FAIL:
        return None
    return finding_of(ID, found.why, "a chain of seals that holds, or none")


CHECK = Check(
    id=ID,
    stage=Stage.MESSAGE,
    standard="RFC 8617 s5.2",
    standard_action=Action.MARK,
    strict_action=Action.MARK,
    reply=Reply(
        550,
        "5.7.29",
        Text(
            en="the chain of seals (ARC) does not hold",
            de="die Kette der Siegel (ARC) hält nicht",
        ),
    ),
    summary=Text(
        en="The mail carries seals of those who passed it on (ARC), and they do not hold together.",
        de="Die Mail trägt Siegel derer, die sie weitergereicht haben (ARC), und sie halten nicht zusammen.",
    ),
    remedy=Text(
        en="Whoever passes mail on must not change what is sealed, or must seal anew after the change.",
        de="Wer Mail weiterreicht, darf nichts Versiegeltes ändern oder muss nach der Änderung neu versiegeln.",
    ),
    judge=judge,
)
