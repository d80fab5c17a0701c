"""A network that sends too much, or to too many recipients that do not exist."""

from pforte.bans.offence import Kind
from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage
from pforte.mail.checks.over import judge_over
from pforte.mail.facts import Facts

ID = "mail.mail-rate"


def judge(facts: Facts) -> Finding | None:
    """See exceeded limits of mails and failed recipients."""
    return judge_over(ID, facts, "messages", "failed-recipients")


CHECK = Check(
    id=ID,
    stage=Stage.RECIPIENT,
    standard="House rules s4.2",
    standard_action=Action.DEFER,
    strict_action=Action.DEFER,
    reply=Reply(
        421,
        "4.7.28",
        Text(
            en="too much mail: {counted}",
            de="zu viel Mail: {counted}",
        ),
    ),
    summary=Text(
        en="A network sent more mail than is usual, or to many recipients that do not exist.",
        de="Ein Netz hat mehr Mail als üblich gesendet, oder an viele Empfänger, die es nicht gibt.",
    ),
    remedy=Text(
        en="Remove addresses that do not exist from your lists and spread bulk mail over time.",
        de="Entfernen Sie Adressen, die es nicht gibt, aus Ihren Listen und verteilen Sie Massenmail über die Zeit.",
    ),
    kind=Kind.SPAM,
    categories=(11,),
    judge=judge,
)
