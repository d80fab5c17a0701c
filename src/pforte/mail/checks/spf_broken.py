"""An SPF record that nobody can understand."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts
from pforte.mail.identity.spf import Result

ID = "mail.spf-broken"


def judge(facts: Facts) -> Finding | None:
    """See SPF's permerror."""
    found = facts.spf
    if found is None or found.result is not Result.PERMERROR:
        return None
    return finding_of(ID, found.why, "an SPF record by RFC 7208", domain=found.domain)


CHECK = Check(
    id=ID,
    stage=Stage.MAIL,
    standard="RFC 7208 s2.6.7",
    standard_action=Action.MARK,
    strict_action=Action.MARK,
    reply=Reply(
        550,
        "5.7.24",
        Text(
            en="the SPF record of {domain} is broken",
            de="der SPF-Eintrag von {domain} ist fehlerhaft",
        ),
    ),
    summary=Text(
        en="The SPF record of the sender's domain breaks the standard, so it proves nothing.",
        de="Der SPF-Eintrag der Absenderdomain verletzt den Standard und beweist deshalb nichts.",
    ),
    remedy=Text(
        en="Correct the record: one record only, at most 10 look-ups, no unknown terms.",
        de="Berichtigen Sie den Eintrag: nur einer, höchstens 10 Abfragen, keine unbekannten Ausdrücke.",
    ),
    judge=judge,
)
