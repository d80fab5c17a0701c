"""The servers that take mail for a domain (MX, RFC 5321 s5.1), and whether their addresses have names."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from pforte.dns.forward_confirmed import Outcome, confirm
from pforte.dns.resolver import Address, Resolver, Status
from pforte.mail.publishing.part import Entry, Finding, Part, State
from pforte.mail.publishing.plan import Plan

MX = "RFC 5321 s5.1"
_TOPIC = "MX"
_MOST_HOSTS = 10
_MOST_ADDRESSES = 10


@dataclass(frozen=True, slots=True)
class Hosts:
    """The mail servers of a domain.

    Attributes:
        records: its MX records as they are, as a zone file has them.
        names: the servers that should take its mail, without points at their ends.
        trouble: why the records are not known, or "".
    """

    records: tuple[str, ...]
    names: tuple[str, ...]
    trouble: str = ""


async def find_hosts(resolver: Resolver, plan: Plan) -> Hosts:
    """Find the mail servers: those of the plan, else those of the DNS, else ``mail.`` of the domain."""
    answer = await resolver.records(plan.domain, "MX")
    trouble = answer.trouble if answer.status is Status.TROUBLE else ""
    present = tuple(dict.fromkeys(filter(None, map(_host_of, answer.values))))
    names = plan.hosts or present or (f"mail.{plan.domain}",)
    return Hosts(answer.values, names[:_MOST_HOSTS], trouble)


def _host_of(record: str) -> str:
    return record.partition(" ")[2].removesuffix(".").lower()


async def inspect_hosts(resolver: Resolver, plan: Plan, hosts: Hosts) -> Part:
    """Say whether the MX records name the servers, and the servers' addresses have names that point back."""
    present = {_host_of(record) for record in hosts.records}
    lacking = [host for host in hosts.names if host not in present]
    entries = [Entry(plan.domain, "MX", record) for record in hosts.records if _host_of(record)]
    entries += [Entry(plan.domain, "MX", f"10 {host}.") for host in lacking]
    findings = [_judge_records(plan, hosts, lacking)]
    for host in hosts.names:
        findings += [finding async for finding in _look_at(resolver, host)]
    return Part(tuple(entries), tuple(findings))


def _judge_records(plan: Plan, hosts: Hosts, lacking: list[str]) -> Finding:
    add = f"Publish an MX record for each server that takes mail for {plan.domain}."
    if hosts.trouble:
        return _finding(State.UNKNOWN, plan.domain, f"the MX records could not be looked up: {hosts.trouble}")
    if not hosts.records:
        return _finding(State.MISSING, plan.domain, "there is no MX record", add)
    if "" in map(_host_of, hosts.records):
        why = "a null MX says that the domain takes no mail"
        return _finding(
            State.WRONG,
            plan.domain,
            why,
            "Take the null MX away, or say nothing else of mail.",
            "RFC 7505 s3",
        )
    if lacking:
        return _finding(State.MISSING, plan.domain, f"no MX record names {', '.join(lacking)}", add)
    return _finding(State.THERE, plan.domain, f"mail goes to {', '.join(hosts.names)}")


async def _look_at(resolver: Resolver, host: str) -> AsyncIterator[Finding]:
    alias = await resolver.records(host, "CNAME")
    if alias.status is Status.FOUND:
        remedy = f"Give {host} its own A and AAAA records, or name {alias.values[0]} in the MX record."
        yield _finding(State.WRONG, host, f"it is an alias of {alias.values[0]}", remedy, "RFC 2181 s10.3")
        return
    answer = await resolver.addresses(host)
    if answer.status is Status.TROUBLE:
        yield _finding(State.UNKNOWN, host, f"its addresses could not be looked up: {answer.trouble}")
    elif not answer.values:
        yield _finding(State.MISSING, host, "it has no address", f"Publish an A or AAAA record for {host}.")
    for address in answer.values[:_MOST_ADDRESSES]:
        yield await _look_at_names(resolver, host, address)


async def _look_at_names(resolver: Resolver, host: str, address: Address) -> Finding:
    confirmation = await confirm(resolver, address)
    if confirmation.status is Outcome.PASS:
        return _reverse(State.THERE, host, f"{address} is called {confirmation.names[0]}, which points back")
    if confirmation.status is Outcome.TEMPERROR:
        return _reverse(State.UNKNOWN, host, f"the names of {address} could not be looked up")
    seen = (
        "has no name"
        if confirmation.status is Outcome.PERMERROR
        else "has only names that do not point back to it"
    )
    remedy = (
        f"Let whoever gave you {address} set its reverse name to {host}; many servers refuse mail without it."
    )
    return _reverse(State.WRONG, host, f"{address} {seen}", remedy)


def _reverse(state: State, host: str, why: str, remedy: str = "") -> Finding:
    return Finding(
        state=state, topic="reverse DNS", name=host, why=why, standard="RFC 1912 s2.1", remedy=remedy
    )


def _finding(state: State, name: str, why: str, remedy: str = "", standard: str = MX) -> Finding:
    return Finding(state=state, topic=_TOPIC, name=name, why=why, standard=standard, remedy=remedy)
