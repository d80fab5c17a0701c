"""A From field that does not name exactly one author."""

from pforte.dns.names import canonical_name
from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts
from pforte.mail.fields.mailboxes import Mailboxes
from pforte.mail.message import Message

ID = "mail.from-not-one-mailbox"


def judge(facts: Facts) -> Finding | None:
    """See a From field that is missing, cannot be read, or names nobody, several domains, or several without a Sender."""
    message = facts.message
    wrong = _wrong_with(message) if message else None
    if message is None or wrong is None:
        return None
    field = message.first(b"from")
    return finding_of(
        ID,
        field.raw if field else b"no From",
        "From: Name <name@example.org>",
        wrong=wrong.en,
        falsch=wrong.de,
    )


def _wrong_with(message: Message) -> Text | None:
    author = message.mailboxes(b"from")
    if author is None:
        return Text(en="is missing", de="fehlt")
    if author.wrong:
        return author.wrong
    if not author.boxes:
        return Text(en="names no address", de="nennt keine Adresse")
    return None if len(author.boxes) == 1 else _wrong_with_several(message, author)


def _wrong_with_several(message: Message, author: Mailboxes) -> Text | None:
    domains = {canonical_name(box.domain) for box in author.boxes}
    if len(domains) > 1:  # RFC 9989 s5.3.1: such a mail has no author domain, so it would escape every policy
        return Text(
            en=f"names authors of {len(domains)} domains, and none of them can answer for all (DMARC)",
            de=f"nennt Autoren von {len(domains)} Domains, und keine kann für alle einstehen (DMARC)",
        )
    sender = message.mailboxes(b"sender")
    if sender is not None and len(sender.boxes) == 1:
        return None
    return Text(
        en=f"names {len(author.boxes)} addresses and no Sender says which of them sent it",
        de=f"nennt {len(author.boxes)} Adressen, und kein Sender sagt, welche gesendet hat",
    )


CHECK = Check(
    id=ID,
    stage=Stage.MESSAGE,
    standard="RFC 5322 s3.6.2",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        550,
        "5.6.0",
        Text(
            en="the field From {wrong}",
            de="das Feld From {falsch}",
        ),
    ),
    summary=Text(
        en="The From field is missing, cannot be read, or does not name exactly one mailbox (several of one domain need a Sender field, and several domains are refused): nobody can tell who wrote the message, and DMARC cannot judge it.",
        de="Das Feld From fehlt, ist nicht lesbar oder nennt nicht genau ein Postfach (mehrere einer Domain brauchen ein Feld Sender, mehrere Domains werden abgelehnt): Niemand kann sagen, wer die Nachricht geschrieben hat, und DMARC kann sie nicht beurteilen.",
    ),
    remedy=Text(
        en="Write one address, as in From: Anna Meyer <anna@example.org>; a name with signs such as , ( ) : @ needs quotes.",
        de="Schreiben Sie eine Adresse, wie in From: Anna Meyer <anna@example.org>; ein Name mit Zeichen wie , ( ) : @ braucht Anführungszeichen.",
    ),
    judge=judge,
)
