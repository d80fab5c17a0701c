"""An author's domain that disowns the mail and asks to set it aside."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts
from pforte.mail.identity.dmarc import Policy, Result

ID = "mail.dmarc-quarantine"


def judge(facts: Facts) -> Finding | None:
    """See DMARC's fail under a policy of quarantine."""
    found = facts.dmarc
    if found is None or found.result is not Result.FAIL or found.disposition is not Policy.QUARANTINE:
        return None
    if facts.trusted_sealer:
        return None
    return finding_of(
        ID,
        found.why,
        "SPF or DKIM that passes for the author's domain or one of its organisation",
        temporary=facts.may_be_proven,
        domain=found.author_domain,
    )


CHECK = Check(
    id=ID,
    stage=Stage.MESSAGE,
    standard="RFC 9989 s5.4",
    standard_action=Action.MARK,
    strict_action=Action.MARK,
    reply=Reply(
        550,
        "5.7.26",
        Text(
            en="{domain} does not stand behind this mail and asks to set it aside (DMARC)",
            de="{domain} steht nicht hinter dieser Mail und bittet, sie beiseite zu legen (DMARC)",
        ),
    ),
    temporary=Reply(
        451,
        "4.7.26",
        Text(
            en="whether {domain} stands behind this mail could not be found out, try again later",
            de="ob {domain} hinter dieser Mail steht, ist gerade nicht feststellbar, versuchen Sie es später",
        ),
    ),
    summary=Text(
        en="Neither SPF nor DKIM proves that the mail comes from the author's domain, and that domain asks (DMARC p=quarantine) to set such mail aside.",
        de="Weder SPF noch DKIM beweist, dass die Mail von der Domain des Autors kommt, und diese Domain bittet (DMARC p=quarantine), solche Mail beiseite zu legen.",
    ),
    remedy=Text(
        en="Sign with DKIM by the author's domain, or send through a server that its SPF record names.",
        de="Signieren Sie mit DKIM der Domain des Autors, oder senden Sie über einen Server, den ihr SPF-Eintrag nennt.",
    ),
    judge=judge,
)
