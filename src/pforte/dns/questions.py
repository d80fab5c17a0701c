"""The questions of a resolver, put as look-ups of one name and one type."""

from collections.abc import Awaitable, Callable, Iterable
from functools import lru_cache
from ipaddress import IPv4Address, ip_address
from itertools import accumulate

import dns.exception
import dns.name
import dns.rdata
import dns.rdatatype
import dns.reversename

from pforte.dns.resolver import Address, Answer, Status, Version

Name = dns.name.Name
RdataType = dns.rdatatype.RdataType
LookUp = Callable[[Name, RdataType], Awaitable[Answer[str]]]
"""Answers for an absolute name and a type with rendered records (:func:`render_record`).

Whoever asks for two things calls it twice and then awaits both: what must be asked of a server is asked with the call.
"""

MOST_VALUES = 256
"""Records of one answer that are kept."""

MOST_CHARACTERS = 16_384
"""Characters of one answer's records that are kept together."""

MOST_KNOWN = 4_096
"""Names asked for last that need not be parsed again."""

_LONGEST_NAME = 1_100  # 255 bytes, each written as \\DDD at worst, and points
_NO_NAME: Answer[str] = Answer(status=Status.NONE, nonexistent=True)


async def ask_addresses(look_up: LookUp, name: str, version: Version | None = None) -> Answer[Address]:
    """Ask for A, AAAA or both at once; together they are as good as the worse of them."""
    parsed = parse_name(name)
    if parsed is None:
        return Answer(status=Status.NONE, nonexistent=True)
    kinds = {4: [RdataType.A], 6: [RdataType.AAAA], None: [RdataType.A, RdataType.AAAA]}[version]
    begun = [look_up(parsed, kind) for kind in kinds]
    answers = [await each for each in begun]
    values = tuple(ip_address(value) for answer in answers for value in answer.values)
    trouble = "; ".join(dict.fromkeys(answer.trouble for answer in answers if answer.trouble))
    status = Status.FOUND if values else Status.NONE
    if any(answer.status is Status.TROUBLE for answer in answers):
        status = Status.TROUBLE
    holding = [answer.ttl for answer in answers if answer.status is status]
    nonexistent = all(answer.nonexistent for answer in answers)
    ttl = min(holding, default=0)
    return Answer(status=status, values=values, ttl=ttl, trouble=trouble, nonexistent=nonexistent)


async def ask_names(look_up: LookUp, address: Address) -> Answer[str]:
    """Ask for the PTR records of an address; a v4-mapped one is asked as IPv4."""
    return await look_up(_reversed(address), RdataType.PTR)


async def ask_records(look_up: LookUp, name: str, kind: str) -> Answer[str]:
    """Ask for the records of one type.

    Raises:
        ValueError: ``kind`` is no record type.
    """
    try:
        rdtype = dns.rdatatype.from_text(kind)
    except dns.rdatatype.UnknownRdatatype as error:
        raise ValueError(f'"{kind}" is no DNS record type') from error
    parsed = parse_name(name)
    return _NO_NAME if parsed is None else await look_up(parsed, rdtype)


@lru_cache(MOST_KNOWN)
def _reversed(address: Address) -> Name:
    mapped = None if isinstance(address, IPv4Address) else address.ipv4_mapped
    return dns.reversename.from_address(str(mapped or address))


@lru_cache(MOST_KNOWN)
def parse_name(text: str) -> Name | None:
    """Read a name as absolute and in small letters; None where the text can be no name in the DNS."""
    if not text.isascii() or not 0 < len(text) <= _LONGEST_NAME:
        return None
    try:
        return dns.name.from_text(text).canonicalize()
    except dns.exception.DNSException:
        return None


def render_record(rdata: dns.rdata.Rdata) -> str:
    """Render one record: an address, a name in small letters, TXT strings put together, else as in a zone file."""
    if rdata.rdtype in (RdataType.PTR, RdataType.CNAME, RdataType.NS):
        target: Name = rdata.target  # type: ignore[attr-defined]  # of these three classes
        return target.canonicalize().to_text(omit_final_dot=True)
    if rdata.rdtype == RdataType.TXT:
        strings: tuple[bytes, ...] = rdata.strings  # type: ignore[attr-defined]  # of this class
        return b"".join(strings).decode("latin-1")
    return rdata.to_text()


def answer_of(rdatas: Iterable[dns.rdata.Rdata], ttl: int) -> Answer[str]:
    """Make an answer of records; more than MOST_VALUES or MOST_CHARACTERS of them is TROUBLE with the first."""
    values = tuple(dict.fromkeys(map(render_record, rdatas)))
    sizes = accumulate(map(len, values))
    kept = tuple(
        value for value, size in zip(values[:MOST_VALUES], sizes, strict=False) if size <= MOST_CHARACTERS
    )
    if len(kept) < len(values):
        return Answer(status=Status.TROUBLE, values=kept, ttl=ttl, trouble="the answer is too large")
    return Answer(status=Status.FOUND if values else Status.NONE, values=values, ttl=ttl)
