"""The SPF record: who may send with the domain in the envelope (RFC 7208).

It is read to its end with an address that is nobody's, so everything that it includes is asked as a receiver would.
"""

from ipaddress import IPv4Address

from pforte.dns.resolver import Resolver
from pforte.mail.identity.spf import Client, Evaluation, Result, check_host
from pforte.mail.publishing.part import Entry, Finding, Part, State, texts_of
from pforte.mail.publishing.plan import Plan

NOBODY = IPv4Address("192.0.0.8")
"""The IPv4 dummy address (RFC 7600 s4.8), which no server can have."""
_QUALIFIERS = "+-~?"
_REFUSALS = ("-all", "~all")


async def inspect_spf(resolver: Resolver, plan: Plan) -> Part:
    """Say whether there is one record that ends in a refusal and has the wanted senders."""
    texts = await texts_of(resolver, plan.domain, _is_spf)
    proposed = " ".join(["v=spf1", "mx", *plan.senders, "-all"])
    if texts.trouble:
        why = f"the record could not be looked up: {texts.trouble}"
        return Part((Entry(plan.domain, "TXT", proposed),), (_finding(State.UNKNOWN, plan, why),))
    if not texts.values:
        remedy = f"Publish who sends mail for {plan.domain}, as proposed."
        return Part(
            (Entry(plan.domain, "TXT", proposed),),
            (_finding(State.MISSING, plan, "there is no SPF record", remedy, "RFC 7208 s3"),),
        )
    if len(texts.values) > 1:
        why = f"there are {len(texts.values)} SPF records, and one only may be"
        remedy = "Put them together into one record."
        return Part(
            tuple(Entry(plan.domain, "TXT", value) for value in texts.values[:1]),
            (_finding(State.WRONG, plan, why, remedy, "RFC 7208 s3.2"),),
        )
    part = _judge(plan, texts.values[0])
    if any(finding.state is State.WRONG for finding in part.findings):
        return part
    client = Client(address=NOBODY, helo=plan.domain)
    whole = await check_host(resolver, client, plan.domain, f"postmaster@{plan.domain}")
    return _judge_whole(plan, part, whole)


def _judge_whole(plan: Plan, part: Part, whole: Evaluation) -> Part:
    """Add what came of the whole record, with all that it includes; what is wrong there is not there."""
    if whole.result is Result.TEMPERROR:
        return Part(
            part.entries, (*part.findings, _finding(State.UNKNOWN, plan, whole.why, "", "RFC 7208 s2.6.6"))
        )
    if whole.result is Result.PERMERROR:
        remedy = "Mend the term, or the record that it includes; until then it protects nobody."
        wrong = _finding(State.WRONG, plan, whole.why, remedy, "RFC 7208 s2.6.7")
    elif whole.result is Result.PASS:
        why = f"it lets everybody send, even {NOBODY}, which is nobody's: {whole.why}"
        wrong = _finding(State.WRONG, plan, why, "Take the term away that is too wide.", "RFC 7208 s5.1")
    else:
        return part
    return Part(part.entries, (wrong, *(each for each in part.findings if each.state is not State.THERE)))


def _is_spf(text: str) -> bool:
    return text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")


def _judge(plan: Plan, text: str) -> Part:
    terms = text.split()[1:]
    bare = [term.lower().lstrip(_QUALIFIERS) for term in terms]
    lacking = [term for term in plan.senders if term.lower() not in bare]
    end = terms[bare.index("all")].lower() if "all" in bare else ""
    redirected = any(term.startswith("redirect=") for term in bare)
    findings = []
    if lacking:
        why = f"it does not have {' '.join(lacking)}"
        findings.append(
            _finding(State.MISSING, plan, why, "Add what is lacking in front of all.", "RFC 7208 s4.6")
        )
    if end in ("all", "+all"):
        why, remedy = "+all lets everybody send", "End it with -all."
        findings.append(_finding(State.WRONG, plan, why, remedy, "RFC 7208 s5.1"))
    elif end == "?all" or not (end or redirected):
        why, remedy = "it says nothing of all other senders", "End it with -all, or ~all."
        findings.append(_finding(State.WRONG, plan, why, remedy, "RFC 7208 s5.1"))
    if any(term.partition(":")[0] == "ptr" for term in bare):
        why, remedy = "ptr is slow and unreliable", "Name the addresses instead."
        findings.append(_finding(State.ADVICE, plan, why, remedy, "RFC 7208 s5.5"))
    if not any(finding.state in (State.MISSING, State.WRONG) for finding in findings):
        findings.insert(0, _finding(State.THERE, plan, text))
    return Part((Entry(plan.domain, "TXT", _mended(text, lacking)),), tuple(findings))


def _mended(text: str, lacking: list[str]) -> str:
    """Return a record with what it lacks, and with a refusal at its end unless it has one or goes on elsewhere."""
    terms = text.split()
    ends = [term for term in terms if term.lower() in _REFUSALS or term.lower().startswith("redirect=")]
    rest = [term for term in terms if term not in ends and term.lower().lstrip(_QUALIFIERS) != "all"]
    return " ".join([*rest, *lacking, *(ends or ["-all"])])


def _finding(state: State, plan: Plan, why: str, remedy: str = "", standard: str = "RFC 7208 s3") -> Finding:
    return Finding(state=state, topic="SPF", name=plan.domain, why=why, standard=standard, remedy=remedy)
