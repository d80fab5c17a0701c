"""A client without a name that points back to its address (forward-confirmed reverse DNS)."""

from pforte.dns.forward_confirmed import Outcome
from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts
from pforte.mail.identity.iprev import evaluate

ID = "mail.fcrdns"


def judge(facts: Facts) -> Finding | None:
    """See a missing or a false name, or that it could not be found out."""
    names = facts.names
    if names is None or names.status is Outcome.PASS:
        return None
    address = facts.session.address
    trouble = names.status is Outcome.TEMPERROR
    missing = names.status is Outcome.PERMERROR
    what = "does not exist" if missing else "does not resolve back to it"
    was = "gibt es nicht" if missing else "führt nicht zu ihr zurück"
    return finding_of(
        ID,
        evaluate(address, names).why,
        "a PTR record whose name has this address",
        temporary=trouble,
        address=address,
        what=what,
        was=was,
    )


CHECK = Check(
    id=ID,
    stage=Stage.CONNECT,
    standard="RFC 8601 s3",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        550,
        "5.7.25",
        Text(
            en="reverse DNS of {address} {what}",
            de="die Rückwärtsauflösung von {address} {was}",
        ),
    ),
    temporary=Reply(
        451,
        "4.7.25",
        Text(
            en="reverse DNS of {address} could not be looked up, try again later",
            de="die Rückwärtsauflösung von {address} ist gerade nicht möglich, versuchen Sie es später",
        ),
    ),
    summary=Text(
        en="The client's address has no name, or its name does not lead back to the address. The RFCs do not demand this; it is this operator's policy.",
        de="Die Adresse des Clients hat keinen Namen, oder der Name führt nicht zur Adresse zurück. Die RFCs verlangen das nicht; es ist die Regel dieses Betreibers.",
    ),
    remedy=Text(
        en="Let whoever gave you the address set a PTR record to your mail server's name, and give that name an A or AAAA record with this very address.",
        de="Lassen Sie den, der Ihnen die Adresse gegeben hat, einen PTR-Eintrag auf den Namen Ihres Mailservers setzen, und geben Sie diesem Namen einen A- oder AAAA-Eintrag mit genau dieser Adresse.",
    ),
    judge=judge,
)
