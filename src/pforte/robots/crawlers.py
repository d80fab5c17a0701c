"""Which agents declare themselves crawlers, and by which names robots.txt may call them.

The list is PyPI ``crawler-user-agents`` with the reviewed table of :mod:`pforte.robots.reviewed_crawlers`. All
patterns run in one RE2 set, so the time is linear in the agent whatever the list holds.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

import re2  # type: ignore[import-untyped]  # ships no types
from crawleruseragents import CRAWLER_USER_AGENTS_DATA  # type: ignore[import-untyped]  # ships no types

from pforte.robots.agents import AGENT_LIMIT, BROWSER_WORDS, names_in
from pforte.robots.reviewed_crawlers import BOUND, EXEMPT, OWN_CRAWLERS, Bond
from pforte.robots.verifiable import VERIFIABLE, Verifiable

__all__ = [
    "VERIFIABLE",
    "Bond",
    "Crawler",
    "Verifiable",
    "bond_by_tags",
    "claim_in",
    "claimed_crawler",
    "crawler_marks",
    "declared_crawler",
    "identify",
    "name_marks",
]

_CALLS_ITSELF_ONE = re.compile(r"bot|crawl|spider|slurp|index|harvest|archiver", re.IGNORECASE)
_SERVANTS = frozenset({"monitoring", "feed-reader", "social-preview"})
_SOFTWARE = frozenset({"http-library", "browser-automation", "scanner"})
_NAME_LIMIT = 60
_LEAST_NAME = 3

# Which bond decides where several patterns match: who serves a person is never bound.
_ORDER = (Bond.NONE, Bond.ALL, Bond.NAMED, Bond.TOOL)


@dataclass(frozen=True, slots=True)
class Crawler:
    """What an agent says it is.

    Attributes:
        name: its name for people; "" where nothing is known of the agent.
        tokens: names under which robots.txt may call it, lower case, in the order in which they count.
        bond: what robots.txt means to it.
        reason: why, for ``explain``.
    """

    name: str
    tokens: tuple[str, ...]
    bond: Bond
    reason: str


@dataclass(frozen=True, slots=True)
class _Entry:
    pattern: str
    bond: Bond
    reason: str


def bond_by_tags(pattern: str, tags: Iterable[str]) -> Bond:
    """Judge an entry of the package that nobody has reviewed.

    Monitors, feed readers and link previews serve a person or the owner; libraries, automated browsers and
    scanners are software in anybody's hands. The rest is bound only if its name calls it a crawler, because
    the package's tag ``seo`` also holds webhooks, proxies and shops.
    """
    kinds = frozenset(tags)
    if kinds & _SERVANTS:
        return Bond.NONE
    if kinds & _SOFTWARE or not _CALLS_ITSELF_ONE.search(pattern):
        return Bond.TOOL
    return Bond.ALL


@cache
def _entries() -> tuple[_Entry, ...]:
    entries = [_Entry(own.pattern, own.bond, own.reason) for own in OWN_CRAWLERS]
    bound = frozenset(BOUND)
    for listed in CRAWLER_USER_AGENTS_DATA:
        pattern = listed["pattern"]
        if pattern in EXEMPT:
            entries.append(_Entry(pattern, Bond.NONE, EXEMPT[pattern]))
        elif pattern in bound:
            entries.append(_Entry(pattern, Bond.ALL, "reviewed as a crawler"))
        else:
            tags = listed["tags"]
            entries.append(_Entry(pattern, bond_by_tags(pattern, tags), f"listed as {', '.join(tags)}"))
    return tuple(entries)


def _options() -> "re2.Options":
    options = re2.Options()
    options.max_mem = 64 << 20
    options.never_capture = True
    options.log_errors = False
    return options


@cache
def _crawler_set() -> "re2.Set":
    found = re2.Set.SearchSet(_options())
    for entry in _entries():
        found.Add(entry.pattern)
    found.Compile()
    return found


@cache
def _claim_set() -> "re2.Set":
    found = re2.Set.SearchSet(_options())
    for verifiable in VERIFIABLE.values():
        found.Add(verifiable.claim)
    found.Compile()
    return found


def identify(agent: bytes) -> Crawler:
    """Say what an agent declares itself to be.

    Args:
        agent: the User-Agent header as received; only its first ``AGENT_LIMIT`` octets are looked at.
    """
    return _identified(agent[:AGENT_LIMIT])  # Cut before the cache, which would keep the rest.


@lru_cache(maxsize=16_384)
def _identified(agent: bytes) -> Crawler:
    text = agent.decode("utf-8", "replace")
    words = _telling(names_in(text))
    matched: list[int] = sorted(_crawler_set().Match(text) or ())
    if not matched:
        return Crawler("", words, Bond.TOOL, "no known crawler")
    if matched[0] < len(OWN_CRAWLERS):
        own = OWN_CRAWLERS[matched[0]]
        lowered = text.lower()
        # A family shares one entry; only the member that speaks has its own token.
        tokens = tuple(token for token in own.tokens if token in lowered or token == own.tokens[-1])
        return Crawler(own.name, tokens, own.bond, own.reason)
    entries = _entries()
    chosen = min((entries[index] for index in matched), key=lambda entry: _ORDER.index(entry.bond))
    return Crawler(_name(chosen.pattern, text), words, chosen.bond, chosen.reason)


def declared_crawler(agent: bytes) -> str:
    """Return the name of the crawler that robots.txt binds and that the agent declares itself to be, or "".

    >>> declared_crawler(b"Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)")
    'AhrefsBot'
    >>> declared_crawler(b"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
    ''
    """
    crawler = identify(agent)
    return crawler.name if crawler.bond in (Bond.ALL, Bond.NAMED) else ""


def claimed_crawler(agent: bytes) -> str:
    """Return the key in ``VERIFIABLE`` of the crawler the agent claims to be, or "".

    >>> claimed_crawler(b"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")
    'googlebot'
    """
    return _claimed(agent[:AGENT_LIMIT])  # Cut before the cache, which would keep the rest.


@lru_cache(maxsize=16_384)
def _claimed(agent: bytes) -> str:
    return claim_in(agent)


def claim_in(text: bytes) -> str:
    """Return the key in ``VERIFIABLE`` of a crawler that a text of any length names, such as a line, or "".

    >>> claim_in(b'192.0.2.1 "GET / HTTP/1.1" 404 "Googlebot" 0.1')
    'googlebot'
    """
    matched: list[int] = _claim_set().Match(text.decode("utf-8", "replace")) or []
    return tuple(VERIFIABLE)[min(matched)] if matched else ""


def _telling(names: tuple[str, ...]) -> tuple[str, ...]:
    # The whole agent or its first word may be short; a short word in the middle names nobody.
    kept = [name for number, name in enumerate(names) if number == 0 or len(name) >= _LEAST_NAME]
    return tuple(name for name in kept if name and name not in BROWSER_WORDS)


def _name(pattern: str, text: str) -> str:
    match = re2.search(pattern, text)
    found: str = match.group() if match else ""
    return found.strip(" /;()")[:_NAME_LIMIT]


@cache
def crawler_marks() -> tuple[bytes, ...]:
    """Return patterns, one per crawler, that flag each line whose agent names a crawler; case matters.

    They are for one pass over log blocks (Hyperscan or RE2), where the agent stands somewhere in a line: anchors
    are dropped and so is what could run past the name. Literal and rare, they cost the pass next to nothing.
    """
    bound = (entry.pattern for entry in _entries() if entry.bond in (Bond.ALL, Bond.NAMED))
    return tuple(dict.fromkeys(_mark(pattern).encode() for pattern in bound))


def _mark(pattern: str) -> str:
    bare = pattern.removeprefix("^").removesuffix("([^-]|$)").removesuffix("(?:[^A-Za-z-]|$)")
    return bare.partition(r"[\s\S]*")[0].replace(r"\/", "/")


def name_marks(names: Iterable[str]) -> tuple[bytes, ...]:
    """Return patterns that flag lines with these robots group names; to be matched without case.

    Names that browsers use and names too short to be telling are left out: they would flag every line.
    """
    telling = sorted({name for name in names if len(name) >= _LEAST_NAME and name not in BROWSER_WORDS})
    return tuple(re2.escape(name).encode() for name in telling if name != "*")
