"""Where others report how TLS went (RFC 8460 s3)."""

from pforte.dns.resolver import Resolver
from pforte.mail.identity.dmarc.record import is_report_uri
from pforte.mail.publishing.part import Entry, Finding, Part, State, fields_of, texts_of
from pforte.mail.publishing.plan import Plan

_VERSION = "v=TLSRPTv1"
_SCHEMES = ("mailto:", "https:")


async def inspect_tls_reports(resolver: Resolver, plan: Plan) -> Part:
    """Say whether there is one record with an address that reports can be sent to."""
    name = f"_smtp._tls.{plan.domain}"
    proposed = Entry(name, "TXT", f"{_VERSION}; rua=mailto:{plan.report_address}")
    texts = await texts_of(resolver, name, lambda text: text.startswith(f"{_VERSION};"))
    if texts.trouble:
        return Part(
            (proposed,), (_finding(State.UNKNOWN, name, f"it could not be looked up: {texts.trouble}"),)
        )
    if not texts.values:
        remedy = "Publish the record as proposed; pforte mail reports reads what arrives."
        return Part((proposed,), (_finding(State.MISSING, name, "there is no TLS reporting record", remedy),))
    if len(texts.values) > 1:
        why = "more than one record count as none"
        return Part((proposed,), (_finding(State.WRONG, name, why, "Leave one of them."),))
    given = dict(reversed(fields_of(texts.values[0]))).get("rua", "").split(",")
    bad = [uri.strip() for uri in given if not _is_good(uri.strip())]
    if bad:
        why = f'"{bad[0][:60]}" is no mailto: or https: address'
        return Part((proposed,), (_finding(State.WRONG, name, why, "Write rua=mailto:ADDRESS."),))
    return Part((Entry(name, "TXT", texts.values[0]),), (_finding(State.THERE, name, texts.values[0]),))


def _is_good(uri: str) -> bool:
    return uri.lower().startswith(_SCHEMES) and is_report_uri(uri)


def _finding(state: State, name: str, why: str, remedy: str = "") -> Finding:
    return Finding(
        state=state, topic="TLS reports", name=name, why=why, standard="RFC 8460 s3", remedy=remedy
    )
