"""What is said of one part of what a domain publishes: the records that should stand, and how it is now."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from pforte.dns.resolver import Resolver, Status

_STRING_OCTETS = 255  # RFC 1035 s3.3: one character-string


class State(StrEnum):
    """How something that should be published is."""

    THERE = "there"
    MISSING = "missing"
    WRONG = "wrong"
    UNKNOWN = "unknown"
    """The DNS did not answer."""
    ADVICE = "advice"
    """In order, but could be better, or was not looked at."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A DNS record.

    Attributes:
        name: where it stands, without a point at its end.
        kind: its type, such as ``TXT``.
        value: what it says; of a TXT record its text, otherwise as a zone file has it.
    """

    name: str
    kind: str
    value: str

    def __str__(self) -> str:
        """Render it as a line of a zone file (RFC 1035 s5.1), a long text in several strings."""
        value = _quoted(self.value) if self.kind == "TXT" else self.value
        return f"{self.name}. IN {self.kind} {value}"


def _quoted(text: str) -> str:
    strings = [text[at : at + _STRING_OCTETS] for at in range(0, len(text), _STRING_OCTETS)] or [""]
    return " ".join('"' + "".join(map(_escaped, string)) + '"' for string in strings)


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if " " <= character <= "~" else f"\\{ord(character):03}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is there, missing or wrong.

    Attributes:
        state: which.
        topic: what it is about, such as ``DMARC``.
        name: the name in the DNS, or the file.
        why: what was seen, as a clause.
        remedy: what to do, as a sentence; "" where nothing is.
        standard: the rule, such as ``RFC 8461 s3.1``.
    """

    state: State
    topic: str
    name: str
    why: str
    standard: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part: the records that should stand (those that are good stay as they are), and how it is now."""

    entries: tuple[Entry, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Texts:
    """The TXT records of a name that are of one kind; ``trouble`` says why nobody knows, or ""."""

    values: tuple[str, ...]
    trouble: str = ""


async def texts_of(resolver: Resolver, name: str, belongs: Callable[[str], bool]) -> Texts:
    """Ask for the TXT records of a name that are of one kind."""
    answer = await resolver.records(name, "TXT")
    trouble = answer.trouble if answer.status is Status.TROUBLE else ""
    return Texts(tuple(value for value in answer.values if belongs(value)), trouble)


def fields_of(text: str) -> list[tuple[str, str]]:
    """Split a text such as ``v=STSv1; id=1`` into names and values, without white space around them.

    >>> fields_of("v=STSv1; id=1;")
    [('v', 'STSv1'), ('id', '1')]
    """
    parts = (part.partition("=") for part in text.split(";") if part.strip())
    return [(name.strip(), value.strip()) for name, _, value in parts]
