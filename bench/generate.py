"""Write a log for benchmarks: people, crawlers and attackers in the shares of a busy site.

``python bench/generate.py --lines 2000000 --seed 7 OUT`` writes

- ``OUT``: a combined log of one day in order of time: 2 % attack lines from about 300 addresses, 3 % lines of crawlers,
  people for the rest, on about 150,000 paths with 73 agents;
- ``OUT.robots.txt``: the robots.txt of the site, which some of the crawlers do not obey;
- ``OUT.truth.json``: the addresses that attack (``attack``), the crawlers that disobey (``robots``), lines by family.

``--kind sshd`` writes an auth.log of sshd instead. The same seed gives the same bytes.
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import attacks
import logins

DAY = datetime(2026, 3, 2, tzinfo=UTC)
DAY_SECONDS = 86_400
BATCH = 8192
ATTACK_SHARE, CRAWLER_SHARE, DEAD_SHARE = 0.02, 0.03, 0.015
ATTACKERS, PEOPLE, PATHS = 300, 60_000, 150_000
DISOBEDIENT_SHARE = 0.08
"""Share of the lines of disobedient crawlers that ask for what is disallowed."""

WORDS = (
    "garden", "winter", "coffee", "bridge", "travel", "recipe", "music", "camera", "forest", "harbour", "museum",
    "bicycle", "kitchen", "summer", "river", "market", "school", "window", "island", "letter", "planet", "silver",
    "mountain", "station", "village", "concert", "journal", "weather", "history", "science", "theatre", "library",
    "football", "autumn", "orchard", "painting", "select", "union",
)  # fmt: skip
SECTIONS = ("blog", "shop", "news", "docs", "forum", "wiki", "photos", "events", "help", "products")
QUERIES = (
    "?page={}",
    "?sort=price&page={}",
    "?q={}+{}",
    "?ref=newsletter-{}",
    "?lang=de&id={}",
    "?utm_source=feed&n={}",
)
ASSETS = (
    "/static/js/app-{:x}.js",
    "/static/css/main-{:x}.css",
    "/media/{:x}/cover.jpg",
    "/img/{:x}.png",
    "/fonts/{:x}.woff2",
)
REFERRERS = (
    *(["-"] * 18), "https://www.google.com/", "https://www.bing.com/", "https://duckduckgo.com/",
    "https://www.example.org/", "https://www.example.org/blog/", "https://www.example.org/shop/",
    "https://news.example.net/item?id=40412", "https://t.co/x1Y2z3", "https://www.example.org/news/",
    *(f"https://www.example.org/{section}/" for section in SECTIONS), "https://www.example.org/docs/river/",
    *(f"https://www.example.org/{section}/{word}/" for section in SECTIONS[:3] for word in WORDS[1:7]),
    "https://www.example.org/search?q=winter+coat",
)  # fmt: skip
ROBOTS = """\
User-agent: *
Disallow: /private/
Disallow: /search
Disallow: /cart/
Disallow: /*?sort=
Allow: /private/press/

User-agent: GPTBot
User-agent: CCBot
Disallow: /

User-agent: SemrushBot
Disallow: /shop/garden/

Sitemap: https://www.example.org/sitemap.xml
"""

# Crawler: agent, addresses, whether it disobeys and where.
CRAWLERS: tuple[tuple[str, str, str], ...] = (
    ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "66.249.66.{}", ""),
    ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "157.55.39.{}", ""),
    ("Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", "5.255.253.{}", ""),
    ("Mozilla/5.0 (compatible; Applebot/0.1; +http://www.apple.com/go/applebot)", "17.241.219.{}", ""),
    ("DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)", "20.191.45.{}", ""),
    ("Mozilla/5.0 (compatible; Qwantify/1.0; +https://www.qwant.com/)", "194.187.168.{}", ""),
    (
        "Mozilla/5.0 (compatible; archive.org_bot +http://archive.org/details/archive.org_bot)",
        "207.241.225.{}",
        "",
    ),
    ("FeedFetcher-Google; (+http://www.google.com/feedfetcher.html)", "66.102.6.{}", ""),
    (
        "Mozilla/5.0 (compatible; MJ12bot/v1.4.8; http://mj12bot.com/)",
        "51.222.253.{}",
        "/private/report-{}.html",
    ),
    ("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", "54.36.148.{}", ""),
    (
        "Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)",
        "185.191.171.{}",
        "/shop/garden/item-{}",
    ),
    (
        "Mozilla/5.0 (compatible; DotBot/1.2; +https://opensiteexplorer.org/dotbot)",
        "216.244.66.{}",
        "/search?q=word{}",
    ),
    ("CCBot/2.0 (https://commoncrawl.org/faq/)", "18.97.9.{}", ""),
    (
        "Mozilla/5.0 AppleWebKit/537.36 (compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        "20.15.240.{}",
        "/news/story-{}",
    ),
    (
        "Mozilla/5.0 (compatible; PetalBot;+https://webmaster.petalsearch.com/site/petalbot)",
        "114.119.136.{}",
        "/cart/add?item={}",
    ),
    ("Mozilla/5.0 (compatible; BLEXBot/1.0; +http://webmeup-crawler.com/)", "65.108.0.{}", ""),
    ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "173.252.83.{}", ""),
    (
        "Mozilla/5.0 (compatible; SeznamBot/4.0; +https://o-seznam.cz/napoveda/vyhledavani/en/seznambot-crawler/)",
        "77.75.76.{}",
        "",
    ),
)


def human_agents() -> list[str]:
    """Return 73 agents of browsers, apps and feed readers that people use."""
    systems = (
        "Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64",
        "Linux; Android 10; K", "X11; Ubuntu; Linux x86_64",
    )  # fmt: skip
    chrome = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 {}Safari/537.36"
    agents = [
        chrome.format(system, version, "Mobile " if "Android" in system else "")
        for system in systems
        for version in range(136, 144)
    ]
    agents += [f"{chrome.format(systems[0], version, '')} Edg/{version}.0.0.0" for version in range(138, 144)]
    agents += [
        f"Mozilla/5.0 ({system}; rv:{version}.0) Gecko/20100101 Firefox/{version}.0"
        for system in systems[:3]
        for version in (128, 140, 144, 145)
    ]
    agents += [
        f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_{minor} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        f"Version/18.{minor} Mobile/15E148 Safari/604.1"
        for minor in range(7)
    ]
    agents += [
        f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.{minor} Safari/605.1.15"
        for minor in range(5)
    ]
    agents += [
        "NetNewsWire (RSS Reader; https://netnewswire.com/)",
        "Feedly/1.0 (+https://feedly.com/poller.html)",
        "FreshRSS/1.27 (Linux; https://freshrss.org)",
    ]
    return agents


def _paths(rng: random.Random) -> list[str]:
    paths: dict[str, None] = {}
    while len(paths) < PATHS:
        kind = rng.random()
        word, other, number = rng.choice(WORDS), rng.choice(WORDS), rng.randrange(40_000)
        if kind < 0.35:
            path = rng.choice(ASSETS).format(rng.getrandbits(40))
        elif kind < 0.75:
            path = f"/{rng.choice(SECTIONS)}/{word}/{other}-{number}{rng.choice(('', '/', '.html'))}"
        else:
            written = rng.choice(QUERIES)
            query = written.format(other if "q=" in written else number, word)
            path = f"/{rng.choice(SECTIONS)}/{word}/{number % 977}{query}"
        paths[path] = None
    return list(paths)


def _page(rng: random.Random, path: str) -> str:
    """Write the middle of a line: request, status, size and the quote before the referrer."""
    kind = rng.random()
    status = 200 if kind < 0.9 else rng.choice((304, 301, 302, 206))
    size = 0 if status in (301, 302, 304) else int(rng.lognormvariate(9, 1.6)) + 120
    protocol = "HTTP/2.0" if rng.random() < 0.7 else "HTTP/1.1"
    method = "POST" if "/cart" in path or rng.random() < 0.02 else "GET"
    return f'"{method} {path} {protocol}" {status} {size} "'


def _address(rng: random.Random) -> str:
    """Give an address of ordinary provider networks."""
    if rng.random() < 0.12:
        return f"2a02:{rng.randrange(0x100, 0x3FFF):x}:{rng.getrandbits(16):x}:{rng.getrandbits(8):x}::{rng.getrandbits(16):x}"
    first = rng.choice((24, 31, 46, 62, 72, 78, 80, 84, 87, 91, 93, 109, 151, 176, 178, 188, 212, 217))
    return f"{first}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"


class Site:
    """The visitors and pages of the site, written out once so that a line is put together from ready pieces.

    Args:
        seed: the same seed gives the same site.
    """

    def __init__(self, seed: int) -> None:
        self.rng = rng = random.Random(seed)
        agents = human_agents()
        self.people = [(f"{_address(rng)} - - [", f'" "{rng.choice(agents)}"\n') for _ in range(PEOPLE)]
        paths = _paths(rng)
        rng.shuffle(paths)
        self.pages = [_page(rng, path) for path in paths]
        # Half of all requests go to a fiftieth of the pages.
        self.popular = self.pages[: PATHS // 50]
        self.dead = [
            f'"GET /{rng.choice(SECTIONS)}/old-{rng.randrange(9999)}.html HTTP/1.1" 404 153 "'
            for _ in range(3000)
        ]
        self.paths = paths
        self.crawlers = [
            (agent, network.format(rng.randrange(1, 255)), disobeys)
            for agent, network, disobeys in CRAWLERS
            for _ in range(3)
        ]
        taken: dict[str, None] = {}
        while len(taken) < ATTACKERS:
            taken[
                f"{rng.choice((45, 92, 103, 141, 162, 185, 193, 194))}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"
            ] = None
        families = list(attacks.FAMILIES)
        self.attackers = [
            (
                address,
                rng.choices(families, attacks.WEIGHTS, k=2),
                rng.choice(attacks.AGENTS),
                min(rng.paretovariate(1.2), 8),
            )
            for address in taken
        ]
        self.families: Counter[str] = Counter()
        self.attacking: set[str] = set()
        self.disobeying: set[str] = set()

    def people_lines(self, stamps: list[str]) -> Iterator[str]:
        """Yield a line of somebody for each time."""
        rng, count = self.rng, len(stamps)
        visitors = rng.choices(self.people, k=count)
        pages = rng.choices(self.pages, k=count)
        popular = rng.choices(self.popular, k=count)
        referrers = rng.choices(REFERRERS, k=count)
        draws = [rng.random() for _ in range(count)]
        for stamp, (head, tail), page, often, referrer, draw in zip(
            stamps, visitors, pages, popular, referrers, draws, strict=True
        ):
            if draw < DEAD_SHARE:
                page = rng.choice(self.dead)  # noqa: PLW2901  one line in 70
            elif draw < 0.5:
                page = often  # noqa: PLW2901  half of all lines
            yield f"{head}{stamp}{page}{referrer}{tail}"

    def crawler_lines(self, stamps: list[str]) -> Iterator[str]:
        """Yield a line of a crawler for each time."""
        rng = self.rng
        for stamp, (agent, address, disobeys) in zip(
            stamps, rng.choices(self.crawlers, k=len(stamps)), strict=True
        ):
            path = rng.choice(self.paths)
            if disobeys and rng.random() < DISOBEDIENT_SHARE:
                path = disobeys.format(rng.randrange(10_000))
                self.disobeying.add(address)
            elif rng.random() < 0.05:
                path = "/robots.txt"
            elif "?sort=" in path or "GPTBot" in agent or "CCBot" in agent or "SemrushBot" in agent:
                path = f"/robots.txt?{rng.randrange(99)}" if "SemrushBot" in agent else "/robots.txt"
            yield f'{address} - - [{stamp}"GET {path} HTTP/1.1" 200 {rng.randrange(200, 60_000)} "-" "{agent}"\n'

    def attack_lines(self, stamps: list[str]) -> Iterator[str]:
        """Yield a line of an attacker for each time."""
        rng = self.rng
        weights = [attacker[3] for attacker in self.attackers]
        for stamp, (address, families, agent, _) in zip(
            stamps, rng.choices(self.attackers, weights, k=len(stamps)), strict=True
        ):
            family = families[rng.random() < 0.25]
            method, target, own_agent = attacks.FAMILIES[family](rng)
            request = f"{method} {target} HTTP/1.1" if method else target
            status = 400 if not method else rng.choice((404, 404, 404, 403, 200, 301, 500))
            self.families[family] += 1
            self.attacking.add(address)
            yield f'{address} - - [{stamp}"{request}" {status} {rng.randrange(150, 9000)} "-" "{own_agent or agent}"\n'


def _stamps(lines: int, shape: Callable[[datetime], str]) -> Iterator[list[str]]:
    """Yield the times of all lines in order, in batches, spread evenly over the day."""
    second, stamp = -1, ""
    for start, end in pairwise((*range(0, lines, BATCH), lines)):
        batch = []
        for number in range(start, end):
            now = number * DAY_SECONDS // lines
            if now != second:
                second, stamp = now, shape(DAY + timedelta(seconds=now))
            batch.append(stamp)
        yield batch


def write_access_log(lines: int, seed: int, out: Path) -> None:
    """Write the combined log with its robots.txt and its truth."""
    site = Site(seed)
    rng = random.Random(seed + 1)
    with out.open("w", encoding="utf-8", newline="\n") as log:
        for stamps in _stamps(lines, lambda moment: moment.strftime("%d/%b/%Y:%H:%M:%S +0000] ")):
            draws = [rng.random() for _ in stamps]
            whose = [(draw < ATTACK_SHARE) + (draw < ATTACK_SHARE + CRAWLER_SHARE) for draw in draws]
            makers = (site.people_lines, site.crawler_lines, site.attack_lines)
            sources = [
                maker([stamp for stamp, who in zip(stamps, whose, strict=True) if who == kind])
                for kind, maker in enumerate(makers)
            ]
            log.write("".join([next(sources[who]) for who in whose]))
    out.with_name(out.name + ".robots.txt").write_text(ROBOTS, encoding="utf-8")
    _write_truth(
        out, {"attack": sorted(site.attacking), "robots": sorted(site.disobeying), "families": site.families}
    )


def write_auth_log(lines: int, seed: int, out: Path) -> None:
    """Write the log of sshd with its truth."""
    host = logins.Host(seed)
    with out.open("w", encoding="utf-8", newline="\n") as log:
        for stamps in _stamps(lines, lambda moment: moment.strftime("%b %e %H:%M:%S")):
            log.write("".join(host.lines(stamps)))
    _write_truth(out, {"attack": sorted(host.attacking)})


def _write_truth(out: Path, truth: object) -> None:
    out.with_name(out.name + ".truth.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--lines", type=int, default=2_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--kind", choices=("access", "sshd"), default="access")
    asked = parser.parse_args()
    if asked.lines < 1:
        parser.error("--lines must be at least 1")
    (write_access_log if asked.kind == "access" else write_auth_log)(asked.lines, asked.seed, asked.out)


if __name__ == "__main__":
    main()
