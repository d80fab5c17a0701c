"""An author's domain that disowns the mail and asks to refuse it."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts
from pforte.mail.identity.dmarc import Policy, Result

ID = "mail.dmarc"


def judge(facts: Facts) -> Finding | None:
    """See DMARC's fail under a policy of reject, or trouble, unless a believed sealer speaks for the mail."""
    found = facts.dmarc
    if found is None or facts.trusted_sealer:
        return None
    trouble = found.result is Result.TEMPERROR
    if not trouble and (found.result is not Result.FAIL or found.disposition is not Policy.REJECT):
        return None
    return finding_of(
        ID,
        found.why,
        "SPF or DKIM that passes for the author's domain or one of its organisation",
        temporary=trouble or facts.may_be_proven,
        domain=found.author_domain,
        policy=found.policy_domain or found.author_domain,
    )


CHECK = Check(
    id=ID,
    stage=Stage.MESSAGE,
    standard="RFC 9989 s5.4",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        550,
        "5.7.26",
        Text(
            en="{domain} does not stand behind this mail, and {policy} asks to refuse it (DMARC)",
            de="{domain} steht nicht hinter dieser Mail, und {policy} bittet, sie abzulehnen (DMARC)",
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
        en="Neither SPF nor DKIM proves that the mail comes from the author's domain, and that domain asks (DMARC p=reject) to refuse such mail. RFC 9989 s7.4 says that this alone should not decide; that it does is this operator's policy, and mailing lists that are believed (ARC) are spared.",
        de="Weder SPF noch DKIM beweist, dass die Mail von der Domain des Autors kommt, und diese Domain bittet (DMARC p=reject), solche Mail abzulehnen. RFC 9989 s7.4 sagt, dass das allein nicht entscheiden soll; dass es das tut, ist die Regel dieses Betreibers, und Mailinglisten, denen geglaubt wird (ARC), sind ausgenommen.",
    ),
    remedy=Text(
        en="Sign with DKIM by the author's domain, or send with an envelope of that domain through a server that its SPF record names. Mailing lists: do not change subject and body, or write the list's address into From.",
        de="Signieren Sie mit DKIM der Domain des Autors, oder senden Sie mit einem Umschlag dieser Domain über einen Server, den ihr SPF-Eintrag nennt. Mailinglisten: ändern Sie Betreff und Text nicht, oder setzen Sie die Adresse der Liste in From.",
    ),
    judge=judge,
)
