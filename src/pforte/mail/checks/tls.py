"""Mail without encryption."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts

ID = "mail.tls"


def judge(facts: Facts) -> Finding | None:
    """See a session without TLS, where whoever asks can know of it."""
    session = facts.session
    if session.tls is not None or not session.tls_known:
        return None
    return finding_of(ID, b"MAIL before STARTTLS", "STARTTLS before MAIL")


CHECK = Check(
    id=ID,
    stage=Stage.MAIL,
    standard="RFC 3207 s4",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        530,
        "5.7.0",
        Text(
            en="Must issue a STARTTLS command first",
            de="Zuerst muss STARTTLS kommen",
        ),
    ),
    summary=Text(
        en="The mail was to be given without encryption. RFC 3207 s4 says that a public server must not demand it; it is this operator's policy.",
        de="Die Mail sollte ohne Verschlüsselung übergeben werden. RFC 3207 s4 sagt, dass ein öffentlicher Server das nicht verlangen darf; es ist die Regel dieses Betreibers.",
    ),
    remedy=Text(
        en="Switch on opportunistic TLS for outgoing mail: Postfix smtp_tls_security_level = may, Exim and Exchange use it by default.",
        de="Schalten Sie TLS für ausgehende Mail ein: Postfix smtp_tls_security_level = may; Exim und Exchange benutzen es von selbst.",
    ),
    at_once=True,
    judge=judge,
)
