"""Reading SPF records (RFC 7208 s4.6.1, s12): the whole record, so that a mistake anywhere is seen."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from pforte.mail.identity.spf.macro import Macro, MacroError, MacroString, parse_macros
from pforte.mail.identity.spf.result import Result
from pforte.net.addresses import Address
from pforte.printable import printable

MOST_CHARACTERS = 16_384
"""Characters of a record that is read; RFC 7208 s3.4 wants it to fit into 512 octets with its surroundings."""

_OFTEN = 512
_VERSION = "v=spf1"
_VISIBLE = re.compile(r"[!-~]+")
_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*)=")
_MECHANISM = re.compile(r"([+?~-]?)([A-Za-z][A-Za-z0-9]*)(.*)")
_PREFIXES = re.compile(r"(?:/([0-9]{1,4}))?(?://([0-9]{1,4}))?$")
_TOP_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_SHOWN = 60
_MISSING = "the domain after it is missing"

_QUALIFIERS = {
    "": Result.PASS,
    "+": Result.PASS,
    "-": Result.FAIL,
    "~": Result.SOFTFAIL,
    "?": Result.NEUTRAL,
}


class RecordError(ValueError):
    """A record breaks the grammar.

    Attributes:
        term: the term that does, made printable and cut to a length that can be shown.
        reason: how, as a clause.
    """

    def __init__(self, term: str, reason: str) -> None:
        self.term = printable(term[:_SHOWN])
        self.reason = reason
        super().__init__(f'"{self.term}": {reason}')


class Kind(StrEnum):
    """The mechanisms (RFC 7208 s5)."""

    ALL = "all"
    INCLUDE = "include"
    A = "a"
    MX = "mx"
    PTR = "ptr"
    IP4 = "ip4"
    IP6 = "ip6"
    EXISTS = "exists"


_KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mechanism:
    """One mechanism.

    Attributes:
        text: it as written.
        kind: which one.
        result: the result if it matches.
        target: the name it asks; None is the domain itself.
        address: of ``ip4`` and ``ip6``.
        prefix4: first bits that must be the same in IPv4 addresses.
        prefix6: the same for IPv6.
    """

    text: str
    kind: Kind
    result: Result
    target: MacroString | None = None
    address: Address | None = None
    prefix4: int = 32
    prefix6: int = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Modifier:
    """``redirect`` or ``exp``.

    Attributes:
        text: it as written.
        target: the name it leads to.
    """

    text: str
    target: MacroString


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record.

    Attributes:
        raw: its text.
        mechanisms: in their order.
        redirect: whose record is taken where no mechanism matches, or None.
        explanation: where the owner's words to the refused stand (``exp``), or None.
    """

    raw: str
    mechanisms: tuple[Mechanism, ...] = ()
    redirect: Modifier | None = None
    explanation: Modifier | None = None


def is_record(text: str) -> bool:
    """Say whether a TXT record's text is an SPF record, whatever stands behind the version (RFC 7208 s4.5).

    >>> is_record("V=SPF1 -all"), is_record("v=spf10"), is_record("v=spf1")
    (True, False, True)
    """
    return text[:6].lower() == _VERSION and text[6:7] in ("", " ")


def parse_record(raw: str) -> Record:
    """Read a record.

    Raises:
        RecordError: a term breaks the grammar (RFC 7208 s4.6), however far behind it stands.

    >>> [mechanism.text for mechanism in parse_record("v=spf1 mx a:%{d2} -all").mechanisms]
    ['mx', 'a:%{d2}', '-all']
    """
    if not is_record(raw):
        raise RecordError(raw, "it does not begin with v=spf1")
    if len(raw) > MOST_CHARACTERS:
        raise RecordError(raw, f"it is longer than {MOST_CHARACTERS} characters")
    return _parse_often(raw) if len(raw) <= _OFTEN else _parse(raw)


def _parse(raw: str) -> Record:
    mechanisms = []
    modifiers: dict[str, Modifier] = {}
    # RFC 7208 s4.6.1: one or more spaces stand between terms, and nothing else.
    for term in filter(None, raw[len(_VERSION) :].split(" ")):
        if not _VISIBLE.fullmatch(term):
            raise RecordError(term, "it holds a character that is no visible ASCII")
        modifier = _MODIFIER.match(term)
        if modifier is None:
            mechanisms.append(_mechanism(term))
            continue
        name, value = modifier.group(1).lower(), term[modifier.end() :]
        if name not in ("redirect", "exp"):
            _macros(term, value, explanation=True)  # RFC 7208 s6: unknown ones are ignored, but must be sound
        elif name in modifiers:
            raise RecordError(term, f"{name} stands in the record twice")
        else:
            modifiers[name] = Modifier(text=term, target=_domain(term, value))
    return Record(
        raw=raw,
        mechanisms=tuple(mechanisms),
        redirect=modifiers.get("redirect"),
        explanation=modifiers.get("exp"),
    )


_parse_often = lru_cache(maxsize=256)(_parse)
"""The records of large providers are read for every other mail; long ones would take too much memory."""


def _mechanism(term: str) -> Mechanism:
    found = _MECHANISM.fullmatch(term)
    kind = _KINDS.get(found.group(2).lower()) if found else None
    if found is None or kind is None:
        raise RecordError(term, "no such mechanism is known")
    return _READERS[kind](term, kind, _QUALIFIERS[found.group(1)], found.group(3))


def _all(term: str, kind: Kind, result: Result, rest: str) -> Mechanism:
    if rest:
        raise RecordError(term, "nothing may follow all")
    return Mechanism(text=term, kind=kind, result=result)


def _named(term: str, kind: Kind, result: Result, rest: str) -> Mechanism:
    """Read ``include`` and ``exists``, which must name a domain."""
    if not rest.startswith(":"):
        raise RecordError(term, _MISSING)
    return Mechanism(text=term, kind=kind, result=result, target=_domain(term, rest[1:]))


def _ptr(term: str, kind: Kind, result: Result, rest: str) -> Mechanism:
    return _named(term, kind, result, rest) if rest else Mechanism(text=term, kind=kind, result=result)


def _hosts(term: str, kind: Kind, result: Result, rest: str) -> Mechanism:
    """Read ``a`` and ``mx``, which may name a domain and prefix lengths (RFC 7208 s5.3, s5.4)."""
    prefixes = _PREFIXES.search(rest)
    name, four, six = rest, None, None
    if prefixes is not None:
        name, (four, six) = rest[: prefixes.start()], prefixes.groups()
    if name and not name.startswith(":"):
        raise RecordError(term, "a colon and a domain, or prefix lengths, must follow")
    return Mechanism(
        text=term,
        kind=kind,
        result=result,
        target=_domain(term, name[1:]) if name else None,
        prefix4=_prefix(term, four, 32),
        prefix6=_prefix(term, six, 128),
    )


def _ip(term: str, kind: Kind, result: Result, rest: str) -> Mechanism:
    """Read ``ip4`` and ``ip6`` (RFC 7208 s5.6)."""
    number, slash, bits = rest[1:].partition("/")
    if not rest.startswith(":") or "%" in number or (slash and not bits):
        raise RecordError(term, "a colon and a network must follow")
    try:
        if kind is Kind.IP4:
            four, prefix4 = IPv4Address(number), _prefix(term, bits or None, 32)
            return Mechanism(text=term, kind=kind, result=result, address=four, prefix4=prefix4)
        six, prefix6 = IPv6Address(number), _prefix(term, bits or None, 128)
        return Mechanism(text=term, kind=kind, result=result, address=six, prefix6=prefix6)
    except AddressValueError as error:
        raise RecordError(term, f"it names no IPv{kind.value[-1]} address") from error


_READERS: dict[Kind, Callable[[str, Kind, Result, str], Mechanism]] = {
    Kind.ALL: _all,
    Kind.INCLUDE: _named,
    Kind.A: _hosts,
    Kind.MX: _hosts,
    Kind.PTR: _ptr,
    Kind.IP4: _ip,
    Kind.IP6: _ip,
    Kind.EXISTS: _named,
}


def _prefix(term: str, digits: str | None, most: int) -> int:
    if digits is None:
        return most
    # RFC 7208 s5.6: no zero stands before another digit.
    if not digits.isdigit() or len(digits) > 3 or str(int(digits)) != digits or int(digits) > most:
        raise RecordError(term, f"the prefix length is no number from 0 to {most}")
    return int(digits)


def _domain(term: str, text: str) -> MacroString:
    """Read a domain-spec (RFC 7208 s7.1): it ends in a macro, or in a label that can be a top-level domain's."""
    if not text:
        raise RecordError(term, _MISSING)
    target = _macros(term, text)
    last = target.pieces[-1]
    if isinstance(last, Macro):
        return target
    _, point, label = last.removesuffix(".").rpartition(".")
    if not point or text.endswith(("%%", "%_", "%-")) or not _TOP_LABEL.fullmatch(label) or label.isdigit():
        raise RecordError(term, "its domain does not end in a macro or in a top-level domain")
    return target


def _macros(term: str, text: str, *, explanation: bool = False) -> MacroString:
    try:
        return parse_macros(text, explanation=explanation)
    except MacroError as error:
        raise RecordError(term, str(error)) from error
