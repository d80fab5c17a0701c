"""Mail for which no domain answers at all."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts
from pforte.mail.identity.dkim.signature import Result as Dkim
from pforte.mail.identity.spf import Result as Spf

ID = "mail.unauthenticated"


def judge(facts: Facts) -> Finding | None:
    """See a mail without any pass of SPF or DKIM; where one could not be asked, nothing is said."""
    if facts.spf is None or facts.dkim is None or facts.trusted_sealer:
        return None
    results = [checked.verdict.result for checked in facts.dkim.signatures]
    if facts.spf.result in (Spf.PASS, Spf.TEMPERROR) or facts.signers or Dkim.TEMPERROR in results:
        return None
    if facts.may_be_proven:
        return None
    signed = ", ".join(f"{checked.domain}: {checked.verdict.why}" for checked in facts.dkim.signatures)
    return finding_of(
        ID,
        f"SPF: {facts.spf.why}; DKIM: {signed or 'no signature'}",
        "SPF that passes, or a DKIM signature that holds",
    )


CHECK = Check(
    id=ID,
    stage=Stage.MESSAGE,
    standard="RFC 7372 s3.4",
    standard_action=Action.MARK,
    strict_action=Action.REJECT,
    reply=Reply(
        550,
        "5.7.26",
        Text(
            en="no domain answers for this mail: neither SPF nor DKIM passes",
            de="keine Domain steht für diese Mail ein: weder SPF noch DKIM besteht",
        ),
    ),
    summary=Text(
        en="Neither SPF nor any DKIM signature passes, so nobody answers for the mail.",
        de="Weder SPF noch eine DKIM-Signatur besteht, also steht niemand für die Mail ein.",
    ),
    remedy=Text(
        en="Publish an SPF record that names your servers, and sign with DKIM.",
        de="Veröffentlichen Sie einen SPF-Eintrag, der Ihre Server nennt, und signieren Sie mit DKIM.",
    ),
    judge=judge,
)
