"""A body of 8 bits that nobody announced."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts

ID = "mail.undeclared-8bit"

_STEP = 65_536


def judge(facts: Facts) -> Finding | None:
    """See octets beyond ASCII in the body without BODY=8BITMIME or BODY=BINARYMIME."""
    message, envelope = facts.message, facts.envelope
    if message is None or not envelope.parameters_known or message.raw.isascii():
        return None
    if any(each.upper() in ("BODY=8BITMIME", "BODY=BINARYMIME") for each in envelope.parameters):
        return None
    for at in range(message.body_at, len(message.raw), _STEP):
        octets = message.raw[at : at + _STEP]
        if not octets.isascii():
            first = next(index for index, octet in enumerate(octets) if octet > 127)
            return finding_of(ID, octets[max(0, first - 20) : first + 40], "the parameter BODY=8BITMIME")
    return None


CHECK = Check(
    id=ID,
    stage=Stage.MESSAGE,
    standard="RFC 6152 s3",
    standard_action=Action.MARK,
    strict_action=Action.MARK,
    reply=Reply(
        554,
        "5.6.1",
        Text(
            en="the body has 8-bit signs that were not announced with BODY=8BITMIME",
            de="der Text hat 8-Bit-Zeichen, die nicht mit BODY=8BITMIME angekündigt wurden",
        ),
    ),
    summary=Text(
        en="The body has octets beyond ASCII, and MAIL had no parameter BODY=8BITMIME.",
        de="Der Text hat Oktette außerhalb von ASCII, und MAIL hatte keinen Parameter BODY=8BITMIME.",
    ),
    remedy=Text(
        en="Use a mail server that announces 8BITMIME, or send the text as quoted-printable or base64.",
        de="Benutzen Sie einen Mailserver, der 8BITMIME ankündigt, oder senden Sie den Text als quoted-printable oder base64.",
    ),
    judge=judge,
)
