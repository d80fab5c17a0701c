"""Tries to use the server as an open proxy: CONNECT, and whole addresses of foreign sites as the target."""

import re

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Check, Facts, Finding, Mark
from pforte.visits.checks.linear import linear
from pforte.visits.checks.proof import proof
from pforte.visits.visit import Visit

ID = "visit.proxy-probe"

_AUTHORITY_FORM = re.compile(rb"(?:[^/\s:@]{1,253}|\[[0-9a-fA-F:.]{2,45}\]):[0-9]{1,5}")
_ABSOLUTE_FORM = re.compile(
    rb"(?i)(?:https?|ftp)://(?:[^/?#\s@]{0,64}@)?([^/?#\s:]{1,253}|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?(?:[/?]|$)"
)
JUDGES = linear(
    rb"(?i)(?:^|\.)(?:azenv\.net|proxyjudge\.[a-z.]{2,12}|httpbin\.org|ipify\.org|icanhazip\.com|ifconfig\.(?:me|co|io)"
    rb"|ip-api\.com|ipinfo\.io|ident\.me|checkip\.(?:amazonaws|dyndns)\.(?:com|org)|httpheader\.net|api\.myip\.com"
    rb"|(?:www\.)?(?:google|baidu|bing|yahoo|yandex|msn|microsoft|amazon|cloudflare|qq|123cha)\.(?:com|ru|de|org)"
    rb"|proxy\d{0,3}\.[a-z]{2,20}\.com|check-host\.net|whatismyip\.[a-z]{2,4}|clientapi\.ipip\.net|mosijudge\.[a-z]{2,4}"
    rb"|checker\.[a-z0-9-]{2,30}\.[a-z]{2,4}|cname-judge\.[a-z]{2,4})$"
)
"""Sites that proxy hunters ask for, because their answers show whether a proxy was found."""
_JUDGE_PAGE = linear(
    rb"(?i)^https?://[^/?#]{1,260}/(?:[a-z0-9_-]{0,24}(?:proxy|azenv|judge)[a-z0-9_-]{0,24}|prx[0-9]{0,3})\.(?:php|cgi|pl|asp)(?:\?|$)"
)
"""Pages that show a proxy, wherever they are kept."""


def judge(visit: Visit, facts: Facts) -> Finding | None:
    """Convict CONNECT to anywhere, and an absolute target of a site that is not the one visited."""
    if facts.site_runs("proxy"):
        return None
    if visit.method == b"CONNECT":
        if _AUTHORITY_FORM.fullmatch(visit.target):
            return proof(ID, b"CONNECT " + visit.target, "no request to a proxy: this server is none")
        return None
    found = _ABSOLUTE_FORM.match(visit.target)
    if not found:
        return None
    host = found[1].lower()
    own = visit.host.lower().partition(b":")[0]
    foreign = (
        JUDGES.search(host) is not None
        or _JUDGE_PAGE.match(visit.target[:1024]) is not None
        or (own not in (b"", host) and not _related(host, own))
    )
    return proof(ID, visit.target, "no request to a proxy: this server is none") if foreign else None


def _related(host: bytes, own: bytes) -> bool:
    """Whether two names share their last two labels: the site under another of its names."""
    return host.split(b".")[-2:] == own.split(b".")[-2:] or own in (b"_", b"localhost", b"default")


CHECK = Check(
    id=ID,
    standard="RFC 9110 s9.3.6",
    default=Mode.ENFORCE,
    kind=Kind.ATTACK,
    categories=(9, 14),
    summary=Text(
        en="A request tries to use this server as an open proxy to another site.",
        de="Eine Anfrage versucht, diesen Server als offenen Proxy zu einer anderen Website zu benutzen.",
    ),
    remedy=Text(
        en="Programs that hunt open proxies do this. If you meant to use your own proxy, its address is set wrongly:"
        " it points at us. Correct it; otherwise find and stop the program.",
        de="Das tun Programme, die offene Proxys suchen. Falls Sie Ihren eigenen Proxy benutzen wollten, ist dessen"
        " Adresse falsch eingestellt: Sie zeigt auf uns. Berichtigen Sie sie; sonst suchen und beenden Sie das Programm.",
    ),
    marks=(
        Mark(rb"[\"' ]connect[\"', ]"),
        Mark(rb"(?:get|post|head|options|put) (?:http|ftp)"),
    ),
    judge=judge,
)
