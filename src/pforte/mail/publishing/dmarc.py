"""The DMARC record (RFC 9989 s4.7), and whether others take the reports it sends them (RFC 9990 s4)."""

from pforte.dns.names import ascii_name
from pforte.dns.resolver import Resolver
from pforte.mail.identity.dmarc.record import Mistake, Mode, Policy, Psd, Record, parse_record
from pforte.mail.identity.dmarc.tree_walk import TreeWalk, Walker, organizational_domain, policy_record
from pforte.mail.publishing.part import Entry, Finding, Part, State, texts_of
from pforte.mail.publishing.plan import Plan

FORMAT = "RFC 9989 s4.7"
_STRENGTH = tuple(Policy)


async def inspect_dmarc(resolver: Resolver, plan: Plan) -> Part:
    """Say whether there is one record, without mistakes, with the wanted policy and with reports that arrive."""
    walker = Walker(resolver)
    own = await walker.look_up(plan.domain)
    name = f"_dmarc.{plan.domain}"
    proposed = Entry(name, "TXT", f"v=DMARC1; p={plan.policy}; rua=mailto:{plan.report_address}")
    if own.trouble:
        why = f"the record could not be looked up: {own.trouble}"
        return Part((proposed,), (_finding(State.UNKNOWN, name, why),))
    if own.surplus:
        why = f"there are {own.surplus} records, and more than one count as none"
        return Part((proposed,), (_finding(State.WRONG, name, why, "Leave one of them.", "RFC 9989 s4.10"),))
    if own.record is None:
        return Part((proposed,), (await _inherited(walker, plan, name),))
    findings = _judge(plan, name, own.record)
    findings += [await _destination(resolver, walker, plan, uri) for uri in own.record.rua if _is_mail(uri)]
    good = all(
        finding.state not in (State.MISSING, State.WRONG) for finding in findings if finding.name == name
    )
    text = own.record.raw if good else _mended(plan, own.record)
    return Part((Entry(name, "TXT", text),), tuple(findings))


async def _inherited(walker: Walker, plan: Plan, name: str) -> Finding:
    walk = await walker.walk(plan.domain)
    remedy = "Publish the record as proposed; raise p to quarantine and reject when the reports show that all goes well."
    if walk.trouble:
        return _finding(State.UNKNOWN, name, f"there is no record, and above it nobody knows: {walk.trouble}")
    found = policy_record(walk)
    if found is not None:
        why = f"there is no record; that of {found.domain} counts"
        return _finding(
            State.ADVICE, name, why, "Publish one of its own where it should differ.", "RFC 9989 s4.10.1"
        )
    return _finding(State.MISSING, name, "there is no DMARC record", remedy, "RFC 9989 s8")


def _judge(plan: Plan, name: str, record: Record) -> list[Finding]:
    findings = [_mistake(name, mistake) for mistake in record.mistakes]
    if record.p is None or record.policy_spoiled:
        why = "it holds no valid policy, so receivers take it as p=none or not at all"
        findings.append(
            _finding(State.WRONG, name, why, "Set p to none, quarantine or reject.", "RFC 9989 s4.10.1")
        )
    elif _STRENGTH.index(record.p) < _STRENGTH.index(plan.policy):
        why = f"its policy is {record.p}, milder than the wanted {plan.policy}"
        findings.append(_finding(State.WRONG, name, why, f"Set p={plan.policy}."))
    elif record.p is Policy.NONE:
        why, remedy = (
            "p=none only watches",
            "Set p=quarantine, later p=reject, when the reports show that all goes well.",
        )
        findings.append(_finding(State.ADVICE, name, why, remedy, "RFC 9989 s5.1.7"))
    if not record.rua:
        why, remedy = (
            "it asks for no reports",
            "Add rua= with an address that reads them: pforte mail reports.",
        )
        findings.append(_finding(State.MISSING, name, why, remedy, "RFC 9989 s8"))
    if record.testing:
        findings.append(_finding(State.ADVICE, name, "t=y lowers the policy by one level", "Take t=y away."))
    if not any(finding.state in (State.MISSING, State.WRONG) for finding in findings):
        findings.insert(0, _finding(State.THERE, name, record.raw))
    return findings


def _mended(plan: Plan, record: Record) -> str:
    """Return a record that says all that this one says well, and what is wanted beside it; never less strict."""
    policy = max(record.p or Policy.NONE, plan.policy, key=_STRENGTH.index)
    tags = {
        "v": "DMARC1",
        "p": policy,
        "sp": record.sp,
        "np": record.np,
        "adkim": None if record.adkim is Mode.RELAXED else record.adkim,
        "aspf": None if record.aspf is Mode.RELAXED else record.aspf,
        "psd": None if record.psd is Psd.UNKNOWN else record.psd,
        "t": "y" if record.testing else None,
        "rua": ",".join(record.rua or (f"mailto:{plan.report_address}",)),
        "ruf": ",".join(record.ruf),
        "fo": None if record.fo == ("0",) else ":".join(record.fo),
    }
    return "; ".join(f"{name}={value}" for name, value in tags.items() if value)


def _mistake(name: str, mistake: Mistake) -> Finding:
    """Tell what receivers pass over; only what changes the meaning is wrong."""
    harmless = mistake.why.startswith(
        ("RFC 9989 has taken it away", "the standard does not know it", "two semicolons")
    )
    state = State.ADVICE if harmless else State.WRONG
    why = f"{mistake.tag}: {mistake.why}" if mistake.tag else mistake.why
    return _finding(state, name, why, "Take it away or write it as the standard has it.")


def _is_mail(uri: str) -> bool:
    return uri.lower().startswith("mailto:")


async def _destination(resolver: Resolver, walker: Walker, plan: Plan, uri: str) -> Finding:
    """Say whether an address for reports is in the same organisation, or has agreed to take them (RFC 9990 s4)."""
    address = uri.partition(":")[2].partition("?")[0]
    host = ascii_name(address.rpartition("@")[2])
    topic = f"_dmarc.{plan.domain}"
    if host is None:
        return _finding(
            State.WRONG,
            topic,
            f"{address} is at no domain",
            "Name an address that takes mail.",
            "RFC 9989 s4.6",
        )
    ours, theirs = await walker.walk(plan.domain), await walker.walk(host)
    if host == plan.domain or _one_organization(ours, theirs):
        return _finding(State.THERE, topic, f"reports go to {address}", "", "RFC 9990 s4")
    name = f"{plan.domain}._report._dmarc.{host}"
    texts = await texts_of(resolver, name, lambda text: parse_record(text) is not None)
    if texts.values:
        return _finding(State.THERE, name, f"{host} takes reports about {plan.domain}", "", "RFC 9990 s4")
    if texts.trouble or ours.trouble or theirs.trouble:
        return _finding(
            State.UNKNOWN,
            name,
            f"it could not be looked up: {texts.trouble or ours.trouble or theirs.trouble}",
        )
    remedy = f"Let {host} publish {Entry(name, 'TXT', 'v=DMARC1;')}"
    return _finding(
        State.MISSING, name, f"{host} has not agreed to take reports, so none are sent", remedy, "RFC 9990 s4"
    )


def _one_organization(ours: TreeWalk, theirs: TreeWalk) -> bool:
    if ours.trouble or theirs.trouble:
        return False
    return organizational_domain(ours) == organizational_domain(theirs)


def _finding(state: State, name: str, why: str, remedy: str = "", standard: str = FORMAT) -> Finding:
    return Finding(state=state, topic="DMARC", name=name, why=why, standard=standard, remedy=remedy)
