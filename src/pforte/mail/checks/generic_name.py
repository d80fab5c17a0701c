"""A client whose only names a provider made of its address: most such are dial-ups and hacked machines."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts
from pforte.mail.identity.iprev import spelled_address

ID = "mail.generic-name"


def judge(facts: Facts) -> Finding | None:
    """See names that all spell the address."""
    names = () if facts.names is None else facts.names.names
    address = facts.session.address
    if not names or not all(spelled_address(name, address) for name in names):
        return None
    return finding_of(
        ID, " ".join(names), "a name that its owner chose, such as mail.example.org", name=names[0]
    )


CHECK = Check(
    id=ID,
    stage=Stage.CONNECT,
    standard="House rules s4.4",
    standard_action=Action.MARK,
    strict_action=Action.REJECT,
    reply=Reply(
        550,
        "5.7.25",
        Text(
            en="the name {name} only spells the address; a mail server has a name of its own",
            de="der Name {name} schreibt nur die Adresse aus; ein Mailserver hat einen eigenen Namen",
        ),
    ),
    summary=Text(
        en="All names of the client's address were made of the address by a provider, as those of dial-ups are.",
        de="Alle Namen der Adresse des Clients hat ein Provider aus der Adresse gemacht, wie die von Einwahlanschlüssen.",
    ),
    remedy=Text(
        en="Let whoever gave you the address set a PTR record to a name that you chose, or send through the mail server"
        " of your provider.",
        de="Lassen Sie den, der Ihnen die Adresse gegeben hat, einen PTR-Eintrag auf einen von Ihnen gewählten Namen"
        " setzen, oder senden Sie über den Mailserver Ihres Providers.",
    ),
    judge=judge,
)
