"""A greeting whose name has another address. It is never refused (RFC 5321 s4.1.4)."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts

ID = "mail.helo-mismatch"


def judge(facts: Facts) -> Finding | None:
    """See a name that does not have the client's address."""
    if facts.helo_matches is not False:
        return None
    return finding_of(
        ID,
        facts.session.helo,
        "a name that has the client's address",
        helo=facts.session.helo,
        address=facts.session.address,
    )


CHECK = Check(
    id=ID,
    stage=Stage.MAIL,
    standard="RFC 5321 s4.1.4",
    standard_action=Action.MARK,
    strict_action=Action.MARK,
    reply=Reply(
        550,
        "5.7.25",
        Text(
            en="{helo} does not have the address {address}",
            de="{helo} hat nicht die Adresse {address}",
        ),
    ),
    summary=Text(
        en="The name that the client called itself by has another address. The standard forbids to refuse mail for that; it is only marked.",
        de="Der Name, mit dem sich der Client gemeldet hat, hat eine andere Adresse. Der Standard verbietet, Mail deswegen abzulehnen; es wird nur vermerkt.",
    ),
    remedy=Text(
        en="Let the HELO name of the mail server have an A or AAAA record with the address from which it sends.",
        de="Geben Sie dem HELO-Namen des Mailservers einen A- oder AAAA-Eintrag mit der Adresse, von der er sendet.",
    ),
    judge=judge,
)
