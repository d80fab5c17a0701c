"""A sender whose domain says that it takes no mail."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts

ID = "mail.sender-null-mx"


def judge(facts: Facts) -> Finding | None:
    """See a null MX."""
    domain = facts.sender_domain
    if domain is None or not domain.null_mx:
        return None
    return finding_of(ID, f"{domain.name} MX 0 .", "a domain that takes mail", domain=domain.name)


CHECK = Check(
    id=ID,
    stage=Stage.MAIL,
    standard="RFC 7505 s4.2",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        550,
        "5.7.27",
        Text(
            en="the sender's domain {domain} says that it takes no mail (null MX)",
            de="die Domain des Absenders {domain} sagt, dass sie keine Mail annimmt (Null-MX)",
        ),
    ),
    summary=Text(
        en="The domain of the sender has a null MX record: it takes no mail, so mail from it cannot be answered.",
        de="Die Domain des Absenders hat einen Null-MX-Eintrag: Sie nimmt keine Mail an, also kann Mail von ihr nicht beantwortet werden.",
    ),
    remedy=Text(
        en="Remove the null MX, or send with a domain that takes mail.",
        de="Entfernen Sie den Null-MX oder senden Sie mit einer Domain, die Mail annimmt.",
    ),
    judge=judge,
)
