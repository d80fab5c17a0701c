"""BIMI: the logo that some mail programs show beside mail that passed DMARC. No RFC; an Internet-Draft."""

from pforte.dns.resolver import Resolver
from pforte.mail.identity.dmarc.record import Policy
from pforte.mail.identity.dmarc.tree_walk import Walker, policy_record
from pforte.mail.publishing.part import Entry, Finding, Part, State, fields_of, texts_of
from pforte.mail.publishing.plan import Plan

STANDARD = "draft-brand-indicators-for-message-identification s4.2"
_VERSION = "v=BIMI1"


async def inspect_bimi(resolver: Resolver, plan: Plan) -> Part:
    """Say whether the wanted logo is published, and DMARC strict enough for it; nothing where no logo is wanted."""
    if not plan.logo:
        return Part()
    name = f"default._bimi.{plan.domain}"
    evidence = f" a={plan.evidence};" if plan.evidence else ""
    proposed = Entry(name, "TXT", f"{_VERSION}; l={plan.logo};{evidence}")
    texts = await texts_of(resolver, name, lambda text: text.startswith(_VERSION))
    findings = [_judge(plan, name, texts.values, texts.trouble)]
    if not plan.logo.startswith("https://") or not plan.logo.lower().endswith(".svg"):
        why, remedy = "the logo is no https address of an SVG file", "Publish it as SVG Tiny PS over HTTPS."
        findings.append(_finding(State.WRONG, name, why, remedy))
    findings += await _policy(resolver, plan)
    return Part((proposed,), tuple(findings))


def _judge(plan: Plan, name: str, values: tuple[str, ...], trouble: str) -> Finding:
    if trouble:
        return _finding(State.UNKNOWN, name, f"it could not be looked up: {trouble}")
    if not values:
        return _finding(State.MISSING, name, "there is no BIMI record", "Publish the record as proposed.")
    fields = dict(fields_of(values[0]))
    if len(values) > 1 or fields.get("l") != plan.logo or fields.get("a", "") != plan.evidence:
        return _finding(
            State.WRONG, name, "the record names something else", "Publish the record as proposed."
        )
    return _finding(State.THERE, name, values[0])


async def _policy(resolver: Resolver, plan: Plan) -> list[Finding]:
    """Programs show the logo only where DMARC asks for quarantine or more, for names below the domain too."""
    walk = await Walker(resolver).walk(plan.domain)
    found = None if walk.trouble else policy_record(walk)
    record = found.record if found else None
    if walk.trouble or (record and Policy.NONE not in (record.p or Policy.NONE, record.sp or record.p)):
        return []
    why, remedy = "DMARC does not ask for quarantine or reject", "Raise p, and sp where it is given, first."
    return [_finding(State.WRONG, f"_dmarc.{plan.domain}", why, remedy)]


def _finding(state: State, name: str, why: str, remedy: str = "") -> Finding:
    return Finding(state=state, topic="BIMI", name=name, why=why, standard=STANDARD, remedy=remedy)
