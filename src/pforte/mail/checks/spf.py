"""A sender whose domain says that this client may not send for it."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts
from pforte.mail.identity.spf import Result

ID = "mail.spf"


def judge(facts: Facts) -> Finding | None:
    """See SPF's fail or trouble, unless the author's own signature or a believed sealer speaks for the mail.

    While one of these could not be checked, the fail is put off.
    """
    found = facts.spf
    if found is None or found.result not in (Result.FAIL, Result.TEMPERROR):
        return None
    if facts.proven_author or facts.trusted_sealer:
        return None
    return finding_of(
        ID,
        found.why,
        "a client that the domain's SPF record names, or a DKIM signature of the author's domain",
        temporary=found.result is Result.TEMPERROR or facts.may_be_proven,
        domain=found.domain,
        address=facts.session.address,
    )


CHECK = Check(
    id=ID,
    stage=Stage.MESSAGE,
    standard="RFC 7208 s8.4",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        550,
        "5.7.23",
        Text(
            en="{address} may not send for {domain} (SPF)",
            de="{address} darf nicht für {domain} senden (SPF)",
        ),
    ),
    temporary=Reply(
        451,
        "4.7.24",
        Text(
            en="whether {address} may send for {domain} could not be found out, try again later",
            de="ob {address} für {domain} senden darf, ist gerade nicht feststellbar, versuchen Sie es später",
        ),
    ),
    summary=Text(
        en="The domain of the envelope's sender publishes who may send for it (SPF, with -all), this client is not among them, and no signature of the author's domain proves the mail.",
        de="Die Domain des Umschlagabsenders veröffentlicht, wer für sie senden darf (SPF, mit -all), dieser Client gehört nicht dazu, und keine Signatur der Domain des Autors beweist die Mail.",
    ),
    remedy=Text(
        en="Add the client's address to the SPF record of the domain, or send through a server that it names. Forwarders: rewrite the sender (SRS) or keep the message unchanged, so that its DKIM signature holds.",
        de="Nehmen Sie die Adresse des Clients in den SPF-Eintrag der Domain auf, oder senden Sie über einen Server, den er nennt. Weiterleitungen: schreiben Sie den Absender um (SRS) oder lassen Sie die Nachricht unverändert, damit ihre DKIM-Signatur hält.",
    ),
    judge=judge,
)
