"""Whether a domain lets a client send for it: the function check_host (RFC 7208 s4)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from ipaddress import IPv4Address

from pforte.dns.names import ascii_name
from pforte.dns.resolver import Resolver, Status
from pforte.dns.together import ask_within
from pforte.mail.identity.spf.macro import MacroError, MacroString, parse_macros
from pforte.mail.identity.spf.questions import UNKNOWN, Halt, Limits, Questions, are_near
from pforte.mail.identity.spf.record import (
    Kind,
    Mechanism,
    Modifier,
    Record,
    RecordError,
    is_record,
    parse_record,
)
from pforte.mail.identity.spf.result import Evaluation, Identity, Result, Step
from pforte.net.addresses import Address, fold
from pforte.printable import printable

DEFAULT_LIMITS = Limits()
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_SHOWN = 100
_POSTMASTER = "postmaster"


@dataclass(frozen=True, slots=True)
class Client:
    """Who wants to send.

    Attributes:
        address: its address; v4-mapped is taken as IPv4 (RFC 7208 s5).
        helo: what it called itself.
    """

    address: Address
    helo: str


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who checks; told to the owner of a domain in its own explanation only (macros ``r`` and ``t``).

    Attributes:
        host: name of the mail server.
        now: when it checks; without it no explanation with a time is made.
    """

    host: str = UNKNOWN
    now: datetime | None = None


NOBODY = Receiver()


async def check_mail_from(
    resolver: Resolver,
    client: Client,
    sender: str,
    *,
    receiver: Receiver = NOBODY,
    limits: Limits = DEFAULT_LIMITS,
) -> Evaluation:
    """Check the envelope's sender; the null sender stands for the postmaster of the HELO name (RFC 7208 s2.4).

    Args:
        resolver: answers what stands in the DNS.
        client: who wants to send.
        sender: the mailbox of MAIL FROM without angle brackets, or "".
        receiver: who checks.
        limits: how much the check may cost.
    """
    if not sender:
        return await check_helo(resolver, client, receiver=receiver, limits=limits)
    domain = sender.rpartition("@")[2]
    return await check_host(resolver, client, domain, sender, receiver=receiver, limits=limits)


async def check_helo(
    resolver: Resolver, client: Client, *, receiver: Receiver = NOBODY, limits: Limits = DEFAULT_LIMITS
) -> Evaluation:
    """Check what the client called itself (RFC 7208 s2.3); a name that is no domain of several labels gives NONE."""
    sender = f"{_POSTMASTER}@{client.helo}"
    found = await check_host(resolver, client, client.helo, sender, receiver=receiver, limits=limits)
    return replace(found, identity=Identity.HELO)


async def check_host(
    resolver: Resolver,
    client: Client,
    domain: str,
    sender: str,
    *,
    receiver: Receiver = NOBODY,
    limits: Limits = DEFAULT_LIMITS,
) -> Evaluation:
    """Say whether a domain lets a client send for a mailbox.

    Args:
        resolver: answers what stands in the DNS.
        client: who wants to send.
        domain: whose record is asked; labels outside ASCII are converted (RFC 7208 s4.3).
        sender: the mailbox; without a local part it stands for the postmaster.
        receiver: who checks.
        limits: how much the check may cost.
    """
    check = _Check(resolver, client, sender, receiver, limits)
    decision = await ask_within(limits.seconds, check.decide(domain))
    if decision is None:  # RFC 7208 s4.6.4: a check that takes too long is temperror
        decision = _Decision(Result.TEMPERROR, f"the answer was not found within {limits.seconds:g} s")
    explanation = ""
    if decision.explanation is not None and decision.result is Result.FAIL:
        explanation = (
            await ask_within(limits.seconds / 4, check.explain(decision, decision.explanation)) or ""
        )
    questions = check.questions
    return Evaluation(
        result=decision.result,
        domain=ascii_name(domain) or domain,
        sender=check.sender,
        identity=Identity.MAIL_FROM,
        why=decision.why,
        mechanism=decision.path[0] if decision.path else "",
        record=decision.record,
        record_domain=decision.domain,
        explanation=explanation,
        steps=tuple(check.steps),
        lookups=questions.terms,
        voids=questions.voids,
    )


@dataclass(frozen=True, slots=True)
class _Decision:
    """What a record says.

    Attributes:
        result: the result.
        why: the reason, as a clause.
        path: the term that decided, and behind an include the terms there that made it match.
        domain: where the record stands, or "".
        record: its text, or "".
        explanation: where its owner explains it.
    """

    result: Result
    why: str
    path: tuple[str, ...] = ()
    domain: str = ""
    record: str = ""
    explanation: Modifier | None = None


class _Check:
    """One check: what does not change in it, and the records read so far."""

    def __init__(
        self, resolver: Resolver, client: Client, sender: str, receiver: Receiver, limits: Limits
    ) -> None:
        self._address = fold(client.address)
        self.questions = Questions(resolver, self._address, limits)
        self.steps: list[Step] = []
        local, _, domain = sender.rpartition("@")
        domain = ascii_name(domain) or domain
        self.sender = sender if local else f"{_POSTMASTER}@{domain}"  # RFC 7208 s4.3
        local = _unquoted(local) or _POSTMASTER
        self._longest_explanation = limits.explanation
        self._values = {
            "s": f"{local}@{domain}",
            "l": local,
            "o": domain,
            "i": _pointed(self._address),
            "v": "in-addr" if isinstance(self._address, IPv4Address) else "ip6",
            "h": client.helo,
            "c": str(self._address),
            "r": receiver.host,
        }
        if receiver.now is not None:
            self._values["t"] = str(int(receiver.now.timestamp()))

    async def decide(self, domain: str) -> _Decision:
        """Return what the domain's record says, or how the check ended before."""
        try:
            return await self._judge(domain)
        except Halt as halt:
            path = (halt.mechanism,) if halt.mechanism else ()
            return _Decision(halt.result, halt.why, path, halt.domain, halt.record)

    async def explain(self, decision: _Decision, explanation: Modifier) -> str:
        """Return the owner's words to somebody refused, or "" (RFC 7208 s6.2); no mistake in them changes anything."""
        target = explanation.target
        name = target.expand_name(await self._values_for(target, decision.domain))
        answer = await self.questions.texts(name) if name is not None else None
        if answer is None or answer.status is not Status.FOUND or len(answer.values) != 1:
            return ""
        try:
            text = parse_macros(answer.values[0], explanation=True)
        except MacroError:
            return ""
        values = await self._values_for(text, decision.domain)
        if not text.letters <= values.keys():
            return ""
        words = text.expand(values)
        # RFC 7208 s6.2: ASCII only; line ends in it would begin an SMTP reply or a header field of their own.
        sound = words.isascii() and words.isprintable()
        return words[: self._longest_explanation] if sound else ""

    async def _judge(self, domain: str, by: str = "", depth: int = 0) -> _Decision:
        """Read and follow the record of a domain (RFC 7208 s4.3 to s4.5)."""
        name = ascii_name(domain)
        if name is None or "." not in name or "\\" in name or name.startswith("["):
            return _Decision(Result.NONE, f'"{printable(domain)[:_SHOWN]}" is no domain of several labels')
        answer = await self.questions.texts(name)
        if answer.status is Status.TROUBLE:
            why = f"the SPF record of {name} could not be looked up ({answer.trouble})"
            raise Halt(Result.TEMPERROR, why, by, name)
        texts = [text for text in answer.values if is_record(text)]
        if not texts:
            return _Decision(Result.NONE, f"{name} has no SPF record")
        if len(texts) > 1:  # RFC 7208 s4.5
            raise Halt(Result.PERMERROR, f"{name} has {len(texts)} SPF records", by, name)
        return await self._follow(name, texts[0], by, depth)

    async def _follow(self, domain: str, raw: str, by: str, depth: int) -> _Decision:
        at = len(self.steps)
        step = Step(domain=domain, record=raw, by=by, depth=depth, result=Result.TEMPERROR)
        self.steps.append(step)
        try:
            record = parse_record(raw)
            decision = await self._walk(domain, record, depth)
        except RecordError as error:
            halt = Halt(Result.PERMERROR, f'"{error.term}" cannot be read: {error.reason}', error.term)
            self._end(at, halt)
            raise halt from error
        except Halt as halt:
            self._end(at, halt)
            raise
        own = decision.path[0] if decision.path and decision.domain == domain else ""
        self.steps[at] = replace(step, result=decision.result, mechanism=own)
        return decision

    def _end(self, at: int, halt: Halt) -> None:
        step = self.steps[at]
        halt.place(step.domain, step.record)
        self.steps[at] = replace(step, result=halt.result, mechanism=halt.mechanism)

    async def _walk(self, domain: str, record: Record, depth: int) -> _Decision:
        """Try the mechanisms in their order, then the redirect (RFC 7208 s4.6.2, s4.6.3)."""
        for mechanism in record.mechanisms:
            path = await self._match(mechanism, domain, depth)
            if path:
                return self._decide(domain, record, mechanism.result, path)
        if record.redirect is None:
            return self._decide(domain, record, Result.NEUTRAL, ())  # RFC 7208 s4.7
        return await self._redirect(domain, record.redirect, depth)

    def _decide(self, domain: str, record: Record, result: Result, path: tuple[str, ...]) -> _Decision:
        terms = " > ".join(f'"{term[:_SHOWN]}"' for term in path) or "no term of it matches"
        why = f"the SPF record of {domain} {_SAYS[result].format(self._address)} ({terms})"
        return _Decision(result, why, path, domain, record.raw, record.explanation)

    async def _redirect(self, domain: str, redirect: Modifier, depth: int) -> _Decision:
        """Take another domain's record in the place of this one (RFC 7208 s6.1)."""
        self.questions.count_term(redirect.text)
        target = await self._name(redirect.target, domain, redirect.text)
        decision = await self._judge(target or "", redirect.text, depth)
        if decision.result is Result.NONE:
            raise Halt(Result.PERMERROR, f'"{redirect.text}" leads nowhere: {decision.why}', redirect.text)
        return decision

    async def _match(self, mechanism: Mechanism, domain: str, depth: int) -> tuple[str, ...]:
        """Return the terms that match, first this one; none if it does not."""
        text, kind = mechanism.text, mechanism.kind
        if kind is Kind.ALL:
            return (text,)
        if mechanism.address is not None:
            return (text,) if are_near(mechanism.address, self._address, self._bits(mechanism)) else ()
        self.questions.count_term(text)
        name = await self._name(mechanism.target, domain, text)
        if kind is Kind.INCLUDE:
            return await self._include(name or "", text, depth)
        if name is None:
            return ()
        return (text,) if await self._asks(mechanism, name) else ()

    async def _asks(self, mechanism: Mechanism, name: str) -> bool:
        questions, text, bits = self.questions, mechanism.text, self._bits(mechanism)
        if mechanism.kind is Kind.A:
            return await questions.holds(name, bits, text)
        if mechanism.kind is Kind.MX:
            return await questions.exchanger_holds(name, bits, text)
        if mechanism.kind is Kind.PTR:
            return await questions.is_named_below(name, text)
        return await questions.has_address(name, text)

    def _bits(self, mechanism: Mechanism) -> int:
        return mechanism.prefix4 if isinstance(self._address, IPv4Address) else mechanism.prefix6

    async def _include(self, name: str, text: str, depth: int) -> tuple[str, ...]:
        """Ask whether another record would let the client pass (RFC 7208 s5.2)."""
        decision = await self._judge(name, text, depth + 1)
        if decision.result is Result.NONE:
            raise Halt(Result.PERMERROR, f'"{text}" leads nowhere: {decision.why}', text)
        return (text, *decision.path) if decision.result is Result.PASS else ()

    async def _name(self, target: MacroString | None, domain: str, term: str) -> str | None:
        if target is None:
            return domain
        if "p" in target.letters:
            self.questions.count_term(term)  # RFC 7208 s4.6.4 counts the macro like the mechanism
        return target.expand_name(await self._values_for(target, domain))

    async def _values_for(self, text: MacroString, domain: str) -> Mapping[str, str]:
        values = {**self._values, "d": domain}
        if "p" in text.letters:
            values["p"] = await self.questions.validated_name(domain)
        return values


_SAYS = {
    Result.PASS: "lets {} send",
    Result.FAIL: "does not let {} send",
    Result.SOFTFAIL: "says that {} probably may not send",
    Result.NEUTRAL: "leaves open whether {} may send",
}


def _pointed(address: Address) -> str:
    """Write an address with points between its parts (macro ``i``, RFC 7208 s7.3)."""
    if isinstance(address, IPv4Address):
        return str(address)
    return ".".join(address.exploded.replace(":", "").upper())


def _unquoted(local: str) -> str:
    """Return a local part without its quotes, which are no part of the name (RFC 5321 s4.1.2)."""
    if len(local) > 1 and local.startswith('"') and local.endswith('"'):
        return _QUOTED_PAIR.sub(r"\1", local[1:-1])
    return local
