"""A greeting that is no host name and no address, or that is ours."""

from pforte.dns.names import canonical_name
from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.checks.host_names import is_address_literal, is_host_name
from pforte.mail.facts import Facts

ID = "mail.helo"


def judge(facts: Facts) -> Finding | None:
    """See a greeting that breaks RFC 5321 s4.1.1.1."""
    helo = facts.session.helo
    if not helo:
        return None
    name = canonical_name(helo)
    if name in {canonical_name(facts.house.host), *facts.house.names, *facts.house.domains}:
        wrong, falsch = "is our own name", "ist unser eigener Name"
    elif is_address_literal(helo) or (is_host_name(name) and "." in name):
        return None
    else:
        wrong, falsch = (
            "is no full host name and no [address]",
            "ist kein voller Hostname und keine [Adresse]",
        )
    return finding_of(
        ID,
        helo,
        "the full name of the host, or its address in brackets",
        helo=helo,
        wrong=wrong,
        falsch=falsch,
    )


CHECK = Check(
    id=ID,
    stage=Stage.HELO,
    standard="RFC 5321 s4.1.1.1",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        501,
        "5.5.4",
        Text(
            en="the greeting {helo} {wrong}",
            de="die Begrüßung {helo} {falsch}",
        ),
    ),
    summary=Text(
        en="The client called itself by a word that is no full host name, or by our own name.",
        de="Der Client hat sich mit einem Wort gemeldet, das kein voller Hostname ist, oder mit unserem eigenen Namen.",
    ),
    remedy=Text(
        en="Set the full name of the mail server as its HELO name: Postfix smtp_helo_name, Exim primary_hostname, Exchange the FQDN of the send connector.",
        de="Stellen Sie den vollen Namen des Mailservers als HELO-Namen ein: Postfix smtp_helo_name, Exim primary_hostname, Exchange den FQDN des Sendeconnectors.",
    ),
    judge=judge,
)
