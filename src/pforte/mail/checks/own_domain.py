"""A sender of our own domain from outside that nothing proves."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts
from pforte.mail.identity.spf import Result

ID = "mail.own-domain"


def judge(facts: Facts) -> Finding | None:
    """See our own domain in the envelope without a pass of SPF."""
    domain = facts.envelope.sender_domain
    if domain not in facts.house.domains or facts.session.user or not facts.session.client_known:
        return None
    if facts.spf is not None and facts.spf.result is Result.PASS:
        return None
    trouble = facts.spf is not None and facts.spf.result is Result.TEMPERROR
    return finding_of(
        ID,
        facts.envelope.sender or "",
        "mail of ours from our own servers, or with authentication",
        temporary=trouble,
        domain=domain,
    )


CHECK = Check(
    id=ID,
    stage=Stage.MAIL,
    standard="House rules s4.3",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        550,
        "5.7.1",
        Text(
            en="{domain} is ours, and you are not one of its servers",
            de="{domain} gehört uns, und Sie sind keiner ihrer Server",
        ),
    ),
    temporary=Reply(
        451,
        "4.7.24",
        Text(
            en="whether you may send for {domain} could not be found out, try again later",
            de="ob Sie für {domain} senden dürfen, ist gerade nicht feststellbar, versuchen Sie es später",
        ),
    ),
    summary=Text(
        en="The mail claims to come from one of the operator's own domains, but neither a log-in nor SPF proves it.",
        de="Die Mail gibt vor, von einer eigenen Domain des Betreibers zu kommen, aber weder eine Anmeldung noch SPF beweist es.",
    ),
    remedy=Text(
        en="Send through the submission port with your log-in, or with an address of your own domain. Services that send for us must be in our SPF record.",
        de="Senden Sie über den Port für Einlieferung mit Ihrer Anmeldung, oder mit einer Adresse Ihrer eigenen Domain. Dienste, die für uns senden, müssen in unserem SPF-Eintrag stehen.",
    ),
    judge=judge,
)
