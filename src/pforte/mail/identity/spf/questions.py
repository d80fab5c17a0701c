"""The questions of one SPF check, with what they may cost (RFC 7208 s4.6.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address

from pforte.dns.resolver import Answer, Resolver, Status, Version
from pforte.dns.together import ask_together
from pforte.mail.identity.spf.result import Result
from pforte.net.addresses import Address
from pforte.printable import printable

MOST_EXCHANGERS = 10
"""Mail exchangers of one ``mx`` (RFC 7208 s4.6.4)."""

MOST_POINTERS = 10
"""Names of the client's address that are looked at (RFC 7208 s4.6.4)."""

UNKNOWN = "unknown"
"""Stands for a name that the client's address does not have (RFC 7208 s7.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one check may cost.

    Attributes:
        terms: terms that ask the DNS (RFC 7208 s4.6.4 sets 10).
        voids: terms whose question finds nothing (RFC 7208 s4.6.4 recommends 2).
        seconds: time for everything, at least 20 (RFC 7208 s4.6.4).
        explanation: characters of the owner's words that are kept.
    """

    terms: int = 10
    voids: int = 2
    seconds: float = 20
    explanation: int = 400


class Halt(Exception):  # noqa: N818  it ends a check early and is a result, not an error
    """The check is over, whatever record is being read.

    Attributes:
        result: TEMPERROR or PERMERROR.
        why: the reason, as a clause.
        mechanism: the term at which it ended, or "".
        domain: where the record stands that was being read; "" until somebody says it. The reason names it then.
        record: the text of that record, or "".
    """

    def __init__(
        self, result: Result, why: str, mechanism: str = "", domain: str = "", record: str = ""
    ) -> None:
        super().__init__(why)
        self.result = result
        self.why = why
        self.mechanism = mechanism
        self.domain = domain
        self.record = record

    def place(self, domain: str, record: str) -> None:
        """Say in which record it happened; the innermost one is told first and stays."""
        if not self.domain:
            self.domain, self.record = domain, record
            self.why = f"in the SPF record of {domain}, {self.why}"


class Questions:
    """Asks for one check and counts.

    Args:
        resolver: answers what stands in the DNS.
        address: the client's.
        limits: how much may be asked.
    """

    def __init__(self, resolver: Resolver, address: Address, limits: Limits) -> None:
        self.terms = 0
        self.voids = 0
        self._resolver = resolver
        self._address = address
        self._version: Version = 4 if isinstance(address, IPv4Address) else 6
        self._limits = limits
        self._pointers: Answer[str] | None = None

    def count_term(self, term: str) -> None:
        """Count a term that asks the DNS.

        Raises:
            Halt: it is one too many.
        """
        if self.terms >= self._limits.terms:
            why = f'more than {self._limits.terms} terms need the DNS, "{term}" is the first beyond'
            raise Halt(Result.PERMERROR, why, term)
        self.terms += 1

    async def texts(self, name: str) -> Answer[str]:
        """Return the TXT records of a name."""
        return await self._resolver.records(name, "TXT")

    async def has_address(self, name: str, term: str) -> bool:
        """Say whether a name has an IPv4 address, whatever the client's version is (RFC 7208 s5.7).

        Raises:
            Halt: nobody knows, or too many terms find nothing.
        """
        answer = await self._resolver.addresses(name, 4)
        self._see(answer, name, term)
        return bool(answer.values)

    async def holds(self, name: str, bits: int, term: str) -> bool:
        """Say whether a host has the client's address, or one with the same first bits.

        Raises:
            Halt: nobody knows, or too many terms find nothing.
        """
        answer = await self._resolver.addresses(name, self._version)
        if self._near(answer, bits):
            return True
        self._see(answer, name, term)
        return False

    async def exchanger_holds(self, name: str, bits: int, term: str) -> bool:
        """Say the same of the mail exchangers of a name (RFC 7208 s5.4).

        Raises:
            Halt: nobody knows, there are too many exchangers, or too many terms find nothing.
        """
        exchangers = await self._resolver.records(name, "MX")
        hosts = [found.split()[-1].removesuffix(".") for found in exchangers.values if found.split()]
        hosts = list(filter(None, hosts))  # RFC 7505: a null MX names none
        if len(hosts) > MOST_EXCHANGERS:
            why = f'"{term}" leads to more than {MOST_EXCHANGERS} mail exchangers'
            raise Halt(Result.PERMERROR, why, term)
        answers = await self._addresses(hosts)
        if any(self._near(answer, bits) for answer in answers):
            return True
        self._see(exchangers, name, term)
        for host, answer in zip(hosts, answers, strict=True):
            self._see_trouble(answer, host, term)
        return False

    async def is_named_below(self, name: str, term: str) -> bool:
        """Say whether a validated name of the client is a name or below it (RFC 7208 s5.5).

        Raises:
            Halt: too many terms find nothing.
        """
        pointers = await self._names()
        if pointers.status is Status.NONE:
            self._count_void(term)
        return bool(await self._validated([each for each in pointers.values if _is_below(each, name)]))

    async def validated_name(self, domain: str) -> str:
        """Return a validated name of the client, best the domain or one below it (RFC 7208 s7.3), or UNKNOWN."""
        pointers = await self._names()
        below = [each for each in pointers.values if _is_below(each, domain)]
        validated = await self._validated(sorted(below, key=lambda each: each != domain))
        if not validated:
            validated = await self._validated([each for each in pointers.values if each not in below])
        return validated[0] if validated else UNKNOWN

    async def _names(self) -> Answer[str]:
        if self._pointers is None:
            answer = await self._resolver.names(self._address)
            self._pointers = Answer(status=answer.status, values=answer.values[:MOST_POINTERS])
        return self._pointers

    async def _validated(self, names: Sequence[str]) -> list[str]:
        """Return those names that lead back to the client; one whose look-up fails is passed over."""
        answers = await self._addresses(names)
        return [name for name, answer in zip(names, answers, strict=True) if self._address in answer.values]

    async def _addresses(self, names: Sequence[str]) -> list[Answer[Address]]:
        return await ask_together(*(self._resolver.addresses(name, self._version) for name in names))

    def _near(self, answer: Answer[Address], bits: int) -> bool:
        return any(are_near(value, self._address, bits) for value in answer.values)

    def _see(self, answer: Answer[str] | Answer[Address], name: str, term: str) -> None:
        self._see_trouble(answer, name, term)
        if answer.status is Status.NONE:
            self._count_void(term)

    def _see_trouble(self, answer: Answer[str] | Answer[Address], name: str, term: str) -> None:
        if answer.status is Status.TROUBLE:
            why = f'{printable(name)}, which "{term}" needs, could not be looked up ({answer.trouble})'
            raise Halt(Result.TEMPERROR, why, term)

    def _count_void(self, term: str) -> None:
        self.voids += 1
        if self.voids > self._limits.voids:
            why = f'more than {self._limits.voids} terms find nothing, "{term}" is the first beyond'
            raise Halt(Result.PERMERROR, why, term)


def are_near(one: Address, other: Address, bits: int) -> bool:
    """Say whether two addresses are of one version and have so many first bits in common.

    >>> from ipaddress import ip_address
    >>> are_near(ip_address("192.0.2.1"), ip_address("192.0.2.200"), 24)
    True
    """
    return one.version == other.version and (int(one) ^ int(other)) >> (one.max_prefixlen - bits) == 0


def _is_below(name: str, domain: str) -> bool:
    lowered = domain.lower()
    return name == lowered or name.endswith("." + lowered)
