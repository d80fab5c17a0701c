"""An author whose domain cannot be one."""

from pforte.dns.names import ascii_name
from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.checks.host_names import is_host_name
from pforte.mail.facts import Facts

ID = "mail.from-domain"


def judge(facts: Facts) -> Finding | None:
    """See an author's domain that is no full name in the DNS."""
    listed = facts.message.mailboxes(b"from") if facts.message else None
    for box in listed.boxes if listed else ():
        if not _is_full_name(box.domain):
            return finding_of(
                ID,
                box.domain,
                "a domain such as example.org",
                domain=box.domain,
            )
    return None


def _is_full_name(domain: str) -> bool:
    name = ascii_name(domain)
    return name is not None and "." in name and is_host_name(name)


CHECK = Check(
    id=ID,
    stage=Stage.MESSAGE,
    standard="RFC 5322 s3.4.1",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        550,
        "5.6.0",
        Text(
            en="the domain of the author is no full host name: {domain}",
            de="die Domain des Autors ist kein vollständiger Hostname: {domain}",
        ),
    ),
    summary=Text(
        en="Behind the @ of the From field stands no full name of a domain: no point, an address in brackets, or signs that no name has. It could not be judged by DMARC or answered.",
        de="Hinter dem @ im Feld From steht kein vollständiger Domainname: kein Punkt, eine Adresse in Klammern oder Zeichen, die kein Name hat. DMARC könnte es nicht beurteilen, und niemand könnte antworten.",
    ),
    remedy=Text(
        en="Send with an address in a domain that exists, as in anna@example.org; set the domain of your mail server (myorigin in Postfix).",
        de="Senden Sie mit einer Adresse in einer Domain, die es gibt, wie anna@example.org; setzen Sie die Domain Ihres Mailservers (myorigin bei Postfix).",
    ),
    judge=judge,
)
