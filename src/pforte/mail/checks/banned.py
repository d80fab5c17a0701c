"""A client whose network is shut out by the visit regulation."""

from pforte.clock import render_time
from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts

ID = "mail.banned"


def judge(facts: Facts) -> Finding | None:
    """See the ban that is in force."""
    shut = facts.shut
    if shut is None:
        return None
    return finding_of(
        ID,
        f"{facts.session.address} is shut out by {shut.reference}",
        "a network that is not shut out",
        address=facts.session.address,
        ends=render_time(shut.ends),
        reason=f" ({shut.reason})" if shut.reason else "",
    )


CHECK = Check(
    id=ID,
    stage=Stage.CONNECT,
    standard="House rules s4.1",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        554,
        "5.7.1",
        Text(
            en="{address} is shut out until {ends}{reason}",
            de="{address} ist bis {ends} ausgesperrt{reason}",
        ),
    ),
    summary=Text(
        en="The client's network is shut out by the visit regulation.",
        de="Das Netz des Absenders ist nach der Besuchsordnung ausgesperrt.",
    ),
    remedy=Text(
        en="The page of the reference says what was seen and how long the ban lasts; stop the cause, then ask for a lift there.",
        de="Die Seite der Referenz sagt, was gesehen wurde und wie lange die Sperre dauert; beheben Sie die Ursache und bitten Sie dort um Aufhebung.",
    ),
    at_once=True,
    regulation=True,
    judge=judge,
)
