"""A sender whose domain takes no mail at all, so that nobody could answer."""

from pforte.dns.resolver import Status
from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts

ID = "mail.sender-domain"


def judge(facts: Facts) -> Finding | None:
    """See a domain without MX and address, or that it could not be found out."""
    domain = facts.sender_domain
    if domain is None or domain.null_mx or domain.takes_mail is Status.FOUND:
        return None
    trouble = domain.takes_mail is Status.TROUBLE
    observed = f"{domain.name}: {domain.trouble or 'no MX, A or AAAA record'}"
    return finding_of(
        ID, observed, "a domain with an MX, A or AAAA record", temporary=trouble, domain=domain.name
    )


CHECK = Check(
    id=ID,
    stage=Stage.MAIL,
    standard="RFC 5321 s5.1",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        550,
        "5.1.8",
        Text(
            en="the sender's domain {domain} has no MX, A or AAAA record",
            de="die Domain des Absenders {domain} hat keinen MX-, A- oder AAAA-Eintrag",
        ),
    ),
    temporary=Reply(
        451,
        "4.4.3",
        Text(
            en="the sender's domain {domain} could not be looked up, try again later",
            de="die Domain des Absenders {domain} ist gerade nicht auflösbar, versuchen Sie es später",
        ),
    ),
    summary=Text(
        en="The domain of the sender does not exist or takes no mail, so no answer can reach the sender.",
        de="Die Domain des Absenders gibt es nicht oder sie nimmt keine Mail an, so dass keine Antwort ankommen kann.",
    ),
    remedy=Text(
        en="Send with a domain that has an MX record; machines that send reports often use their own host name, which nobody knows.",
        de="Senden Sie mit einer Domain, die einen MX-Eintrag hat; Maschinen, die Berichte senden, benutzen oft ihren eigenen Hostnamen, den niemand kennt.",
    ),
    judge=judge,
)
