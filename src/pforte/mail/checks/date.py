"""A message without a date that can be read."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts
from pforte.mail.fields.date import read_date
from pforte.mail.fields.tokens import MalformedError

ID = "mail.date"


def judge(facts: Facts) -> Finding | None:
    """See a Date field that is missing or is no date."""
    if facts.message is None:
        return None
    field = facts.message.first(b"date")
    if field is None:
        return _finding(b"no Date", Text(en="is missing", de="fehlt"))
    try:
        read_date(field.text)
    except MalformedError as error:
        return _finding(field.raw, error.words)
    return None


def _finding(observed: bytes, wrong: Text) -> Finding:
    return finding_of(
        ID, observed, "a date such as Tue, 24 Nov 2026 12:00:00 +0000", wrong=wrong.en, falsch=wrong.de
    )


CHECK = Check(
    id=ID,
    stage=Stage.MESSAGE,
    standard="RFC 5322 s3.6.1",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        550,
        "5.6.0",
        Text(
            en="the field Date {wrong}",
            de="das Feld Date {falsch}",
        ),
    ),
    summary=Text(
        en="The Date field is missing or holds no date with a time. A missing zone or a wrong weekday is no reason.",
        de="Das Feld Date fehlt oder enthält kein Datum mit Uhrzeit. Eine fehlende Zone oder ein falscher Wochentag ist kein Grund.",
    ),
    remedy=Text(
        en="Let your mail program or library write the field, as in Date: Tue, 24 Nov 2026 12:00:00 +0000, with English names.",
        de="Lassen Sie Ihr Mailprogramm oder Ihre Bibliothek das Feld schreiben, wie in Date: Tue, 24 Nov 2026 12:00:00 +0000, mit englischen Namen.",
    ),
    judge=judge,
)
