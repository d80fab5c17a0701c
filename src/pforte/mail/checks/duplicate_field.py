"""A field that may stand once and stands more often."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts

ID = "mail.duplicate-field"

SINGLE = (
    *(b"date", b"from", b"sender", b"reply-to", b"to", b"cc", b"bcc"),
    *(b"message-id", b"in-reply-to", b"references", b"subject"),
)
"""Fields that may stand once (RFC 5322 s3.6)."""


def judge(facts: Facts) -> Finding | None:
    """See the first field that stands twice; which one holds is for each reader to guess."""
    if facts.message is None:
        return None
    for name in SINGLE:
        fields = facts.message.all(name)
        if len(fields) > 1:
            return finding_of(
                ID,
                b"".join(field.raw[:120] for field in fields[:3]),
                "one such field",
                field=fields[0].name.decode("latin-1").strip(),
                times=len(fields),
            )
    return None


CHECK = Check(
    id=ID,
    stage=Stage.MESSAGE,
    standard="RFC 5322 s3.6",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        550,
        "5.6.0",
        Text(
            en="the header field {field} stands {times} times",
            de="das Kopffeld {field} steht {times}-mal da",
        ),
    ),
    summary=Text(
        en="A field that may stand once, such as From, Date or Subject, stands more often: programs differ in which one they show.",
        de="Ein Feld, das nur einmal stehen darf, wie From, Date oder Subject, steht öfter da: Programme zeigen verschiedene davon an.",
    ),
    remedy=Text(
        en="Set each of these fields once; look for a script, a list or a gateway that adds a second one.",
        de="Setzen Sie jedes dieser Felder einmal; suchen Sie nach einem Skript, einer Liste oder einem Gateway, das ein zweites hinzufügt.",
    ),
    judge=judge,
)
