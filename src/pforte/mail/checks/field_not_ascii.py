"""Signs beyond ASCII in the header that nobody announced, or that are no UTF-8."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts
from pforte.mail.fields.field import Field

ID = "mail.field-not-ascii"


def judge(facts: Facts) -> Finding | None:
    """See the first field with octets beyond ASCII that SMTPUTF8 does not allow."""
    message, envelope = facts.message, facts.envelope
    if message is None or message.raw[: message.body_at].isascii():
        return None
    allowed = envelope.may_be_international
    for field in message.fields:
        if field.raw.isascii() or (allowed and _is_utf8(field)):
            continue
        return finding_of(
            ID,
            field.raw,
            "ASCII with encoded words, or UTF-8 with the parameter SMTPUTF8",
            field=field.name.decode("latin-1") or "?",
        )
    return None


def _is_utf8(field: Field) -> bool:
    try:
        field.raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


CHECK = Check(
    id=ID,
    stage=Stage.MESSAGE,
    standard="RFC 6532 s3.2",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        550,
        "5.6.0",
        Text(
            en="the header field {field} has raw 8-bit signs that SMTPUTF8 does not cover",
            de="das Kopffeld {field} hat rohe 8-Bit-Zeichen, die SMTPUTF8 nicht deckt",
        ),
    ),
    summary=Text(
        en="A header field has octets beyond ASCII without SMTPUTF8, or such that are no UTF-8.",
        de="Ein Kopffeld hat ohne SMTPUTF8 Oktette außerhalb von ASCII oder solche, die kein UTF-8 sind.",
    ),
    remedy=Text(
        en="Write such text as encoded words (RFC 2047), as every mail library does, or send with SMTPUTF8.",
        de="Schreiben Sie solchen Text als Encoded Words (RFC 2047), wie es jede Mailbibliothek tut, oder senden Sie mit SMTPUTF8.",
    ),
    judge=judge,
)
