"""A network that connects too often, or too many times at once."""

from pforte.bans.offence import Kind
from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage
from pforte.mail.checks.over import judge_over
from pforte.mail.facts import Facts

ID = "mail.connection-rate"


def judge(facts: Facts) -> Finding | None:
    """See exceeded limits of connections."""
    return judge_over(ID, facts, "connections", "at-once")


CHECK = Check(
    id=ID,
    stage=Stage.CONNECT,
    standard="House rules s4.2",
    standard_action=Action.DEFER,
    strict_action=Action.DEFER,
    reply=Reply(
        421,
        "4.7.28",
        Text(
            en="too many connections: {counted}",
            de="zu viele Verbindungen: {counted}",
        ),
    ),
    summary=Text(
        en="A network connected more often, or more times at once, than one sender needs.",
        de="Ein Netz hat sich öfter oder gleichzeitig öfter verbunden, als ein Absender es braucht.",
    ),
    remedy=Text(
        en="Send several mails in one connection and fewer connections at once; the mails stay in your queue meanwhile.",
        de="Senden Sie mehrere Mails in einer Verbindung und weniger Verbindungen gleichzeitig; die Mails bleiben solange in Ihrer Warteschlange.",
    ),
    kind=Kind.SPAM,
    categories=(11,),
    at_once=True,
    judge=judge,
)
