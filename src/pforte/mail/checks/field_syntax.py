"""A line of the header that is no field, or has control characters."""

import re

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts
from pforte.mail.fields.field import Field

ID = "mail.field-syntax"

_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)")
_NAME = re.compile(rb"[!-9;-~]+")


def judge(facts: Facts) -> Finding | None:
    """See the first line that breaks the grammar."""
    for field in facts.message.fields if facts.message else ():
        wrong = _wrong_with(field)
        if wrong:
            return finding_of(
                ID,
                field.raw,
                "lines such as Name: value, without control characters",
                wrong=wrong.en,
                falsch=wrong.de,
                line=field.raw[:40].split(b"\n")[0].decode("latin-1"),
            )
    return None


def _wrong_with(field: Field) -> Text | None:
    if not field.name:
        return Text(en="has no colon", de="hat keinen Doppelpunkt")
    # White space before the colon is obsolete, and must be accepted (RFC 5322 s4.5).
    if not _NAME.fullmatch(field.name.rstrip(b" \t")):
        return Text(
            en="has no good name before the colon", de="hat keinen gültigen Namen vor dem Doppelpunkt"
        )
    if _CONTROL.search(field.raw):
        return Text(en="has control characters", de="hat Steuerzeichen")
    return None


CHECK = Check(
    id=ID,
    stage=Stage.MESSAGE,
    standard="RFC 5322 s2.2",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        550,
        "5.6.0",
        Text(
            en="a header line {wrong}: {line}",
            de="eine Kopfzeile {falsch}: {line}",
        ),
    ),
    summary=Text(
        en="A line of the header has no colon, a name with signs that may not stand there, or control characters.",
        de="Eine Zeile des Kopfes hat keinen Doppelpunkt, einen Namen mit unerlaubten Zeichen oder Steuerzeichen.",
    ),
    remedy=Text(
        en="Write each field as Name: value; let continued lines begin with a space, and an empty line end the header.",
        de="Schreiben Sie jedes Feld als Name: Wert; Folgezeilen beginnen mit einem Leerzeichen, und eine leere Zeile beendet den Kopf.",
    ),
    judge=judge,
)
