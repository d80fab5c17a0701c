"""MTA-STS: other servers must reach ours encrypted (RFC 8461): a TXT record, and a file on a web server."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pforte.dns.resolver import Resolver, Status
from pforte.mail.publishing.mail_hosts import Hosts
from pforte.mail.publishing.part import Entry, Finding, Part, State, fields_of, texts_of
from pforte.mail.publishing.plan import Mode, Plan

RECORD = "RFC 8461 s3.1"
FILE = "RFC 8461 s3.2"
LONGEST_MAX_AGE = 31_557_600
_VERSION = "v=STSv1"
_ID = re.compile(r"[A-Za-z0-9]{1,32}")
_ID_CHARACTERS = 20
_SHORT_MAX_AGE = 86_400


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """An MTA-STS policy (RFC 8461 s3.2); ``faults`` says what is wrong with the file."""

    mode: str
    max_age: int
    patterns: tuple[str, ...]
    faults: tuple[str, ...] = ()


def render_policy(plan: Plan, hosts: Sequence[str]) -> str:
    """Return the policy file that should be published; its lines end with CRLF."""
    lines = [
        "version: STSv1",
        f"mode: {plan.mode}",
        *(f"mx: {host}" for host in hosts),
        f"max_age: {plan.max_age}",
    ]
    return "".join(f"{line}\r\n" for line in lines)


def parse_policy(text: str) -> PolicyFile:
    """Read a policy file; of a field that may stand once the first counts."""
    lines = [line for line in text.replace("\r\n", "\n").split("\n") if line.strip()]
    faults = [f'"{line[:60]}" is no field' for line in lines if ":" not in line]
    pairs = [line.partition(":") for line in lines if ":" in line]
    fields = [(name.strip(), value.strip()) for name, _, value in pairs]
    first = dict(reversed(fields))
    if first.get("version") != "STSv1":
        faults.append("its version is not STSv1")
    mode = first.get("mode", "")
    if mode not in list(Mode):
        faults.append("its mode is none of enforce, testing and none")
    raw_age = first.get("max_age", "")
    max_age = int(raw_age) if raw_age.isascii() and raw_age.isdecimal() and len(raw_age) <= 10 else -1
    if not 0 <= max_age <= LONGEST_MAX_AGE:
        faults.append(f"its max_age is no number of seconds up to {LONGEST_MAX_AGE}")
    patterns = tuple(value.lower().removesuffix(".") for name, value in fields if name == "mx")
    if not patterns and mode != Mode.NONE:
        faults.append("it names no mx")
    return PolicyFile(mode, max_age, patterns, tuple(faults))


def allows(patterns: Sequence[str], host: str) -> bool:
    """Say whether a policy allows an MX host; a wildcard stands for the first label only (RFC 8461 s4.1).

    >>> allows(["*.example.org"], "mx.example.org"), allows(["*.example.org"], "a.mx.example.org")
    (True, False)
    """
    return host in patterns or f"*.{host.partition('.')[2]}" in patterns


async def inspect_sts(resolver: Resolver, plan: Plan, hosts: Hosts) -> Part:
    """Say whether the record, the web server's name and, where it is given, the file are in order."""
    policy = render_policy(plan, hosts.names)
    name = f"_mta-sts.{plan.domain}"
    # An id of the policy's own content changes exactly when the policy does.
    identity = hashlib.sha256(policy.encode()).hexdigest()[:_ID_CHARACTERS]
    entry = Entry(name, "TXT", f"{_VERSION}; id={identity}")
    texts = await texts_of(resolver, name, lambda text: text.startswith(f"{_VERSION};"))
    record = _judge_record(name, texts.values, texts.trouble)
    if record.state is State.THERE:
        entry = Entry(name, "TXT", texts.values[0])
    return Part((entry,), (record, await _look_at_web(resolver, plan), *_judge_file(plan, hosts)))


def _judge_record(name: str, values: Sequence[str], trouble: str) -> Finding:
    if trouble:
        return _finding(State.UNKNOWN, name, f"the record could not be looked up: {trouble}", RECORD)
    if not values:
        remedy = "Publish the record, and the file before it."
        return _finding(State.MISSING, name, "there is no MTA-STS record", RECORD, remedy)
    if len(values) > 1:
        return _finding(State.WRONG, name, "more than one record count as none", RECORD, "Leave one of them.")
    if not _ID.fullmatch(dict(fields_of(values[0])).get("id", "")):
        remedy = "Give it an id of 1 to 32 letters and digits, a new one whenever the file changes."
        return _finding(State.WRONG, name, "it has no valid id", RECORD, remedy)
    return _finding(State.THERE, name, values[0], RECORD)


async def _look_at_web(resolver: Resolver, plan: Plan) -> Finding:
    web = f"mta-sts.{plan.domain}"
    answer = await resolver.addresses(web)
    if answer.values:
        return _finding(
            State.THERE, web, "the web server for the policy file has an address", "RFC 8461 s3.3"
        )
    if answer.status is Status.TROUBLE:
        return _finding(State.UNKNOWN, web, f"it could not be looked up: {answer.trouble}", "RFC 8461 s3.3")
    remedy = f"Let {web} point to a web server that has a valid certificate for that name and the file."
    return _finding(
        State.MISSING, web, "the web server for the policy file has no address", "RFC 8461 s3.3", remedy
    )


def _judge_file(plan: Plan, hosts: Hosts) -> list[Finding]:
    address = policy_address(plan.domain)
    if plan.policy_file is None:
        remedy = f"Fetch {address} and give it: --sts-file FILE."
        return [
            _finding(State.ADVICE, address, "the file was not given, so it was not looked at", FILE, remedy)
        ]
    present = parse_policy(plan.policy_file)
    findings = [
        _finding(State.WRONG, address, fault, FILE, "Publish the file as proposed.")
        for fault in present.faults
    ]
    strangers = [host for host in hosts.names if not allows(present.patterns, host)]
    if strangers and present.patterns:
        why = f"it does not allow {', '.join(strangers)}, which mail is then kept from"
        findings.append(
            _finding(State.WRONG, address, why, "RFC 8461 s4.1", "Add an mx line for each server.")
        )
    if not present.faults and present.mode != plan.mode:
        remedy = f"Set mode: {plan.mode} and change the id of the record."
        findings.append(_finding(State.WRONG, address, f"its mode is {present.mode}", "RFC 8461 s5", remedy))
    if not present.faults and present.max_age < _SHORT_MAX_AGE:
        why, remedy = "senders keep it for less than a day", "Set max_age to a week or more."
        findings.append(_finding(State.ADVICE, address, why, FILE, remedy))
    if not any(finding.state is State.WRONG for finding in findings):
        findings.insert(
            0, _finding(State.THERE, address, f"mode {present.mode} for {', '.join(present.patterns)}", FILE)
        )
    return findings


def policy_address(domain: str) -> str:
    """Return where the file must be (RFC 8461 s3.3)."""
    return f"https://mta-sts.{domain}/.well-known/mta-sts.txt"


def _finding(state: State, name: str, why: str, standard: str, remedy: str = "") -> Finding:
    return Finding(state=state, topic="MTA-STS", name=name, why=why, standard=standard, remedy=remedy)
