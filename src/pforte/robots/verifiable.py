"""Crawlers that can be proven by their address, as their operators publish it.

Two ways exist: forward-confirmed reverse DNS against the operator's domains, and lists of address ranges. Where
only third parties tell a domain, a match still proves the crawler, but a mismatch convicts nobody.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifiable:
    """How one crawler is proven.

    Attributes:
        name: its name as its operator writes it.
        claim: RE2 pattern of agents that claim to be it.
        domains: the host names of its addresses end in one of these.
        ranges: whether its operator publishes address ranges (the file ``CRAWLER.json`` of
            ``exempt.crawler_ranges``).
        conclusive: whether its operator says that every other address is forged.
        source: where its operator says it.
    """

    name: str
    claim: str
    domains: tuple[str, ...] = ()
    ranges: bool = False
    conclusive: bool = True
    source: str


_GOOGLE_CRAWLERS = (
    r"Googlebot(?:-Image|-News|-Video|-Mobile)?(?:[/;,) \x22]|$)|AdsBot-Google|Mediapartners-Google|Storebot-Google"
    r"|GoogleOther"
)

VERIFIABLE: dict[str, Verifiable] = {
    "googlebot": Verifiable(
        name="Googlebot",
        claim=_GOOGLE_CRAWLERS,
        # Not googleusercontent.com, which Google's page names for user-triggered fetchers: the machines of all
        # its cloud customers have forward-confirmed names there.
        domains=("googlebot.com", "google.com"),
        ranges=True,
        source="https://developers.google.com/search/docs/crawling-indexing/verifying-googlebot",
    ),
    "bingbot": Verifiable(
        name="Bingbot",
        claim=r"bingbot/|msnbot(?:-media)?/|adidxbot/",
        domains=("search.msn.com",),
        ranges=True,
        source="https://www.bing.com/webmasters/help/how-to-verify-bingbot-3905dc26",
    ),
    "yandexbot": Verifiable(
        name="YandexBot",
        claim=r"Yandex[A-Z][A-Za-z]*/[0-9.]+; \+http://yandex\.com/bots",
        domains=("yandex.ru", "yandex.net", "yandex.com"),
        source="https://yandex.com/support/webmaster/robot-workings/check-yandex-robots.html",
    ),
    "baiduspider": Verifiable(
        name="Baiduspider",
        claim=r"Baiduspider(?:-[a-z]+)?[/+; ]",
        domains=("baidu.com", "baidu.jp"),
        source="https://www.baidu.com/search/spider.html",
    ),
    "applebot": Verifiable(
        name="Applebot",
        claim=r"\(Applebot/|; Applebot/",
        domains=("applebot.apple.com",),
        ranges=True,
        source="https://support.apple.com/en-us/119829",
    ),
    "petalbot": Verifiable(
        name="PetalBot",
        claim=r"PetalBot|AspiegelBot",
        domains=("petalsearch.com", "aspiegel.com"),
        source="https://aspiegel.com/petalbot",
    ),
    "seznambot": Verifiable(
        name="SeznamBot",
        claim=r"SeznamBot/",
        domains=("seznam.cz",),
        source="https://napoveda.seznam.cz/en/seznambot-crawler",
    ),
    "qwantbot": Verifiable(
        name="Qwantbot",
        claim=r"Qwantbot",
        domains=("qwant.com",),
        ranges=True,
        source="https://help.qwant.com/bot",
    ),
    "coccocbot": Verifiable(
        name="coccocbot",
        claim=r"coccocbot(?:-[a-z]+)?/",
        domains=("coccoc.com",),
        source="https://help.coccoc.com/en/search-engine/coccoc-robots",
    ),
    "amazonbot": Verifiable(
        name="Amazonbot",
        claim=r"Amazonbot/",
        domains=("crawl.amazonbot.amazon",),
        ranges=True,
        source="https://developer.amazon.com/en-US/amazonbot",
    ),
    "duckduckbot": Verifiable(
        name="DuckDuckBot",
        claim=r"DuckDuckBot/",
        ranges=True,
        source="https://duckduckgo.com/duckduckbot.json",
    ),
    "gptbot": Verifiable(
        name="GPTBot", claim=r"GPTBot/", ranges=True, source="https://openai.com/gptbot.json"
    ),
    "oai-searchbot": Verifiable(
        name="OAI-SearchBot", claim=r"OAI-SearchBot/", ranges=True, source="https://openai.com/searchbot.json"
    ),
    "perplexitybot": Verifiable(
        name="PerplexityBot",
        claim=r"PerplexityBot/",
        ranges=True,
        source="https://www.perplexity.ai/perplexitybot.json",
    ),
    "mojeekbot": Verifiable(
        name="MojeekBot",
        claim=r"MojeekBot/",
        domains=("mojeek.com",),
        source="https://www.mojeek.com/bot.html",
    ),
    # Told by third parties only, so no other address is called forged.
    "mail.ru_bot": Verifiable(
        name="Mail.RU_Bot",
        claim=r"Mail\.RU_Bot/",
        domains=("go.mail.ru", "p.mail.ru"),
        conclusive=False,
        source="directories of crawlers",
    ),
    "yeti": Verifiable(
        name="Yeti",
        claim=r"Yeti/[0-9.]+; \+https?://naver\.me",
        domains=("naver.com",),
        conclusive=False,
        source="directories of crawlers",
    ),
}
"""By the name that stands in ``Finding.claim`` and ``Offence.claim``, and that names the file of ranges."""


def crawler_name(claim: str) -> str:
    """Return how people know the crawler of a claim; a claim of long ago that is known no more stays as it is.

    >>> crawler_name("googlebot"), crawler_name("mail.ru_bot")
    ('Googlebot', 'Mail.RU_Bot')
    """
    known = VERIFIABLE.get(claim)
    return known.name if known else claim


RANGE_FILES: dict[str, str] = {
    "common-crawlers": "googlebot",
    "special-crawlers": "googlebot",
    "google-special-crawlers": "googlebot",
    "searchbot": "oai-searchbot",
    "duckassistbot": "duckduckbot",
}
"""Names under which operators publish lists of ranges, beside the names of the crawlers themselves."""
