"""The inbound mail policy as a page, written from the declarations of its checks: ``pforte checks mail-policy``."""

from collections.abc import Iterable, Iterator

from pforte.mail.checks.declaration import Check, Reply

_HEAD = """\
# Inbound mail policy · Regeln für eingehende Mail

<!-- Written by `pforte checks mail-policy`. Change the files in src/pforte/mail/checks/ instead. -->

What mail must be to be taken in. Every refusal names the check and leads to a page with what was seen, what was expected
and how to mend it. What a finding does (`off`, `watch`, `mark`, `defer`, `reject`) is the operator's setting
`[check."SLUG"]` `mode` ([settings](settings.md)); without it the preset `mail.preset` decides. Temporary trouble, such as a
DNS server that does not answer, is never a verdict: the mail is put off and comes again.

Two demands go beyond the RFCs and are this operator's own: encryption (`mail.tls`; RFC 3207 s4 says that a public server
must not demand it) and names that point back (`mail.fcrdns`). Mail for postmaster and abuse (RFC 2142) is refused only for
what is told at once, whoever the mail is for: a ban, too many connections, missing encryption, broken SMTP.
"""


def render_policy(checks: Iterable[Check]) -> str:
    """Render the page in Markdown."""
    known = tuple(checks)
    sections = (line for check in known for line in _section(check))
    return "\n".join([_HEAD, *_table(known), *sections]) + "\n"


def _table(checks: tuple[Check, ...]) -> Iterator[str]:
    yield from ("| check | reply | standard | strict | offence | rests on |", "|---|---|---|---|---|---|")
    for check in checks:
        name = f"[`{check.id}`](#{check.id.replace('.', '')})"
        kind = check.kind.value if check.kind else ""
        replies = " / ".join(_codes(reply) for reply in (check.reply, check.temporary) if reply)
        cells = (name, replies, check.standard_action, check.strict_action, kind, check.standard)
        yield f"| {' | '.join(cells)} |"


def _codes(reply: Reply) -> str:
    return f"{reply.code} {reply.enhanced}"


def _section(check: Check) -> Iterator[str]:
    yield from ("", f"## {check.id}", "", check.summary.en, "", f"*Remedy.* {check.remedy.en}")
    yield from ("", f"*Deutsch.* {check.summary.de}", "", f"*Abhilfe.* {check.remedy.de}")
    if check.kind:
        categories = ", ".join(map(str, check.categories))
        yield from (
            "",
            f"Counts as {check.kind.value} for the ladder; reported to AbuseIPDB as {categories}.",
        )
