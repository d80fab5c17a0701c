"""A bounce for more than one recipient."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts

ID = "mail.null-sender-recipients"


def judge(facts: Facts) -> Finding | None:
    """See the null sender with several recipients."""
    envelope = facts.envelope
    if envelope.sender != "" or len(envelope.recipients) <= 1:
        return None
    return finding_of(
        ID,
        f"MAIL FROM:<> for {len(envelope.recipients)} recipients",
        "one recipient: whoever sent the mail that could not be delivered",
    )


CHECK = Check(
    id=ID,
    stage=Stage.RECIPIENT,
    standard="RFC 5321 s4.5.5",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        550,
        "5.5.3",
        Text(
            en="a bounce (MAIL FROM:<>) has one recipient",
            de="eine Rückmeldung (MAIL FROM:<>) hat einen Empfänger",
        ),
    ),
    summary=Text(
        en="The null sender, which stands for bounces, was used for several recipients.",
        de="Der leere Absender, der für Rückmeldungen steht, wurde für mehrere Empfänger benutzt.",
    ),
    remedy=Text(
        en="Send news with a real sender; a bounce goes to the one who sent the original.",
        de="Senden Sie Nachrichten mit einem echten Absender; eine Rückmeldung geht an den einen, der das Original gesendet hat.",
    ),
    judge=judge,
)
