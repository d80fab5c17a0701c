"""A message without a Message-ID."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts

ID = "mail.message-id-missing"


def judge(facts: Facts) -> Finding | None:
    """See that there is no Message-ID."""
    if facts.message is None or facts.message.first(b"message-id"):
        return None
    return finding_of(ID, b"no Message-ID", "a field such as Message-ID: <id@host.example>")


CHECK = Check(
    id=ID,
    stage=Stage.MESSAGE,
    standard="RFC 5322 s3.6.4",
    standard_action=Action.MARK,
    strict_action=Action.REJECT,
    reply=Reply(
        550,
        "5.6.0",
        Text(
            en="the message has no Message-ID",
            de="die Nachricht hat keine Message-ID",
        ),
    ),
    summary=Text(
        en="The message has no Message-ID field. RFC 5322 says that it should have one.",
        de="Die Nachricht hat kein Feld Message-ID. Nach RFC 5322 sollte sie eines haben.",
    ),
    remedy=Text(
        en="Let your mail server add it (Postfix: always_add_missing_headers = yes), or your script.",
        de="Lassen Sie Ihren Mailserver sie hinzufügen (Postfix: always_add_missing_headers = yes) oder Ihr Skript.",
    ),
    judge=judge,
)
