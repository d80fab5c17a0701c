"""DMARC Policy Records (RFC 9989 s4.7, s4.8).

Only the version decides whether a text is such a record. Everything else that is wrong in it counts as if it did not
stand there, and is named in :attr:`Record.mistakes`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

MOST_TAGS = 64
"""Tags that are read; the standard knows eleven."""
MOST_URIS = 32
"""Addresses for reports that are read."""

_SHOWN = 60  # characters of a record's part that a mistake quotes
_WHITE = " \t"
_NAME = re.compile(r"[A-Za-z]+")
_VALUE = re.compile(r"[\t -:<-~]+")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/?#\[\]@$&'()*+;=]|%[0-9A-Fa-f]{2})+")
_SIZE = re.compile(r"[0-9]{1,20}[KkMmGgTt]?")
_MAILBOX = re.compile(r"[^@?]+@[A-Za-z0-9_.-]*[A-Za-z0-9]\.?(?:\?.*)?")
_KNOWN = frozenset({"adkim", "aspf", "fo", "np", "p", "psd", "rua", "ruf", "sp", "t", "v"})
_HISTORIC = frozenset({"pct", "rf", "ri"})


class Policy(StrEnum):
    """What the owner of a domain asks to be done with mail that fails, mildest first."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"

    @property
    def tested(self) -> "Policy":
        """Return the policy one level below, as it applies while the owner tests (RFC 9989 s4.7, tag t)."""
        return Policy.QUARANTINE if self is Policy.REJECT else Policy.NONE


class Mode(StrEnum):
    """How near a proven domain must be to the author's."""

    RELAXED = "r"
    STRICT = "s"


class Testing(StrEnum):
    """Whether the owner only tests the policy."""

    YES = "y"
    NO = "n"


class Psd(StrEnum):
    """Whether others register their domains below this one."""

    YES = "y"
    NO = "n"
    UNKNOWN = "u"


Word = TypeVar("Word", Policy, Mode, Testing, Psd)


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something in a record that counts as if it did not stand there.

    Attributes:
        tag: the tag's name in small letters; "" where there is none to name.
        why: what is wrong, as a clause.
    """

    tag: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A DMARC Policy Record.

    Attributes:
        raw: the text.
        p: policy for the domain; None where no valid one is given.
        sp: policy for names below it that exist, or None.
        np: policy for names below it that do not exist, or None.
        adkim: how near a DKIM domain must be.
        aspf: how near an SPF domain must be.
        psd: whether others register domains below it.
        testing: whether the owner only tests the policy.
        rua: where aggregate reports are asked for, in the record's order, each a valid URI.
        ruf: the same for reports on single mails.
        fo: when reports on single mails are asked for.
        mistakes: what was passed over.
        policy_spoiled: whether p, sp or np has a value that is no policy.
    """

    raw: str
    p: Policy | None = None
    sp: Policy | None = None
    np: Policy | None = None
    adkim: Mode = Mode.RELAXED
    aspf: Mode = Mode.RELAXED
    psd: Psd = Psd.UNKNOWN
    testing: bool = False
    rua: tuple[str, ...] = ()
    ruf: tuple[str, ...] = ()
    fo: tuple[str, ...] = ("0",)
    mistakes: tuple[Mistake, ...] = ()
    policy_spoiled: bool = False


@lru_cache(maxsize=512)
def parse_record(raw: str) -> Record | None:
    """Read a TXT record's text; None is no DMARC record, which counts as none at all (RFC 9989 s4.7, tag v).

    >>> parse_record("v=DMARC1; p=reject; sp=quarantine").sp
    <Policy.QUARANTINE: 'quarantine'>
    >>> parse_record("v=spf1 -all") is None
    True
    """
    version, _, rest = raw.partition(";")
    name, equals, value = version.partition("=")
    # RFC 9989 s4.8: the version stands first, with nothing before it, and is the only value that minds its letters.
    if not equals or name.rstrip(_WHITE) not in ("v", "V") or value.strip(_WHITE) != "DMARC1":
        return None
    reading = _Reading()
    tags = reading.tags(rest)
    policies = {name: reading.word(tags, name, Policy) for name in ("p", "sp", "np")}
    testing = reading.word(tags, "t", Testing) or Testing.NO
    return Record(
        raw=raw,
        **policies,
        adkim=reading.word(tags, "adkim", Mode) or Mode.RELAXED,
        aspf=reading.word(tags, "aspf", Mode) or Mode.RELAXED,
        psd=reading.word(tags, "psd", Psd) or Psd.UNKNOWN,
        testing=testing is Testing.YES,
        rua=reading.uris(tags, "rua"),
        ruf=reading.uris(tags, "ruf"),
        fo=reading.options(tags),
        mistakes=tuple(reading.mistakes),
        policy_spoiled=any(mistake.tag in policies for mistake in reading.mistakes),
    )


class _Reading:
    """Reads tags and keeps what is wrong with them."""

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []

    def refuse(self, tag: str, why: str) -> None:
        self.mistakes.append(Mistake(tag[:_SHOWN], why))

    def tags(self, rest: str) -> dict[str, str]:
        """Return the known tags that are well formed; one that stands twice is none (RFC 6376 s3.2)."""
        found: dict[str, str] = {}
        twice: set[str] = set()
        for name, value in self._pairs(rest):
            if name in _HISTORIC:
                self.refuse(name, "RFC 9989 has taken it away")
            elif name not in _KNOWN:
                self.refuse(name, "the standard does not know it")  # RFC 9989 s4.7: unknown tags are ignored
            elif name in found or name == "v":
                twice.add(name)
            else:
                found[name] = value
        for name in sorted(twice):
            self.refuse(name, "it stands in the record more than once")
            found.pop(name, None)
        return found

    def _pairs(self, rest: str) -> Iterator[tuple[str, str]]:
        specs = rest.split(";", MOST_TAGS)
        if len(specs) > MOST_TAGS:
            self.refuse("", f"more than {MOST_TAGS} tags")
            specs.pop()
        elif not specs[-1].strip(_WHITE):  # RFC 9989 s4.8: one semicolon may close the record.
            specs.pop()
        for spec in specs:
            name, equals, value = (part.strip(_WHITE) for part in spec.partition("="))
            if not equals or not _NAME.fullmatch(name):
                self.refuse(
                    "", "a part between semicolons is no tag with a value" if spec else "two semicolons"
                )
            elif not _VALUE.fullmatch(value):
                self.refuse(name.lower(), "its value is empty or not made of printable ASCII")
            else:
                yield name.lower(), value

    def word(self, tags: dict[str, str], name: str, kind: type[Word]) -> Word | None:
        """Return the value of a tag with a fixed set of words; None where there is none or another."""
        value = tags.get(name)
        if value is None:
            return None
        try:
            return kind(value.lower())  # RFC 5234 s2.3: words of a grammar stand for either case
        except ValueError:
            self.refuse(name, f'"{value[:_SHOWN]}" is none of {", ".join(kind)}')
            return None

    def uris(self, tags: dict[str, str], name: str) -> tuple[str, ...]:
        """Return the valid addresses for reports, without the size that older records put behind (RFC 9989 s4.8)."""
        value = tags.get(name)
        if value is None:
            return ()
        given = [uri.strip(_WHITE) for uri in value.split(",", MOST_URIS)]
        if len(given) > MOST_URIS:
            self.refuse(name, f"more than {MOST_URIS} addresses")
            given.pop()
        found = []
        for uri in given:
            address, mark, size = uri.partition("!")
            if mark and not _SIZE.fullmatch(size):
                self.refuse(name, "a comma or an exclamation mark in an address is not written as %2C or %21")
            elif not is_report_uri(address):
                self.refuse(
                    name,
                    f'"{address[:_SHOWN]}" is no address for reports, such as mailto:reports@example.org',
                )
            else:
                found.append(address)
        return tuple(found)

    def options(self, tags: dict[str, str]) -> tuple[str, ...]:
        """Return when reports on single mails are asked for; all or nothing, as the values bear on each other."""
        value = tags.get("fo")
        if value is None:
            return ("0",)
        options = tuple(option.strip(_WHITE).lower() for option in value.split(":", 4))
        known = set(options) <= {"0", "1", "d", "s"}
        if not known or len(options) != len(set(options)) or {"0", "1"} <= set(options):
            self.refuse("fo", "it is not one of 0 and 1, and d and s at most once each, with colons between")
            return ("0",)
        return options


def is_report_uri(text: str) -> bool:
    """Say whether a text is a URI that a report can be sent to (RFC 9989 s4.6): for mail it has an address.

    >>> is_report_uri("mailto:a@example.org"), is_report_uri("a@example.org")
    (True, False)
    """
    if not _URI.fullmatch(text):
        return False
    scheme, _, rest = text.partition(":")
    return scheme.lower() != "mailto" or _MAILBOX.fullmatch(rest) is not None
