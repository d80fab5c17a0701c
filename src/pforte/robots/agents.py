"""The names inside a User-Agent header (RFC 9110 s10.1.5) by which robots.txt may call its sender."""

import re
from functools import lru_cache

AGENT_LIMIT = 1024
"""Octets of an agent that are looked at."""

_PLAIN_TOKEN = re.compile(r"[A-Za-z_-]+\Z")
_RUN = re.compile(r"[^\s;,()]+")
_LINK = re.compile(r"https?://|www\.|mailto:", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.!-]*")

_WORDS = """
mozilla compatible applewebkit khtml like gecko chrome chromium headlesschrome safari version mobile firefox
fxios crios edgios windows nt win64 x64 x11 wow64 linux i686 x86_64 aarch64 arm64 android macintosh intel mac
os mac_os ppc iphone ipad ipod cpu opera presto opr edge edg edga msie trident rv u n en us de fr tablet touch
build samsung samsungbrowser ubuntu fedora debian freebsd openbsd ucbrowser yabrowser vivaldi brave
silk dalvik webkit seamonkey konqueror epiphany netscape lynx w3m links elinks bot crawler spider robot
the and for with from web site page http https www com net org html
"""

BROWSER_WORDS = frozenset(_WORDS.split()) | {"cros"}  # codespell:ignore cros
"""Words that stand in the agents of people or of everybody; a robots group so named identifies nobody."""


@lru_cache(maxsize=16_384)
def names_in(agent: str) -> tuple[str, ...]:
    """Return the names an agent answers to, lower case, most telling first.

    A product token (RFC 9309 s2.2.1) is its own only name. Of a whole User-Agent the words count in their
    order, but for those that browsers use, for versions and for what stands in addresses.

    >>> names_in("Googlebot"), names_in("ExampleBot/1.0")
    (('googlebot',), ('examplebot/1.0', 'examplebot'))
    >>> names_in("Mozilla/5.0 (compatible; MJ12bot/v1.4.8; http://mj12bot.com/)")[1:]
    ('mj12bot', 'v1.4.8')
    """
    bounded = agent[:AGENT_LIMIT]
    if _PLAIN_TOKEN.match(bounded):
        return (bounded.lower(),)
    words = (word.lower().rstrip(".!") for word in _WORD.findall(without_addresses(bounded)))
    telling = (word for word in words if not word[0].isdigit() or any(map(str.isalpha, word)))
    return tuple(dict.fromkeys((bounded.lower(), *(word for word in telling if word not in BROWSER_WORDS))))


def without_addresses(agent: str) -> str:
    """Cut out mail addresses, and links from their start on, in time linear in the text.

    >>> without_addresses("ExampleBot/1.0 (+https://example.org/bot; bot@example.org)")
    'ExampleBot/1.0 (+ ;  )'
    """
    return _RUN.sub(_without_address, agent)


def _without_address(run: re.Match[str]) -> str:
    text = run[0]
    if "@" in text[1:-1]:
        return " "
    link = _LINK.search(text)
    return text if link is None else text[: link.start()] + " "
