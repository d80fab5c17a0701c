"""The reviewed table: which agents robots.txt binds, where the tags of ``crawler-user-agents`` do not say it.

Patterns are spelled as in the package. An entry that stands here was looked at by a person; every other one is
judged by :func:`pforte.robots.crawlers.bond_by_tags`, which binds only what its tags and its own name call a
crawler. In doubt an agent is not bound: a wrong ban is worse than a missed one.
"""

from dataclasses import dataclass
from enum import StrEnum


class Bond(StrEnum):
    """What robots.txt means to an agent."""

    ALL = "all"
    """A crawler (RFC 9309 s1): its own group binds it, else the group for everybody."""

    NAMED = "named"
    """A crawler whose operator says that only a group with its name binds it."""

    TOOL = "tool"
    """Software that anybody may run: bound where the site names it, or once it has fetched robots.txt."""

    NONE = "none"
    """No crawler: it fetches what a person or the site's owner asked for."""


@dataclass(frozen=True, slots=True)
class OwnCrawler:
    """An entry of ours, looked at before those of the package.

    Attributes:
        name: name in reports.
        pattern: RE2 pattern that its agents match.
        tokens: its product tokens, lower case, most special first (RFC 9309 s2.2.1).
        bond: what robots.txt means to it.
        reason: why, with the source.
    """

    name: str
    pattern: str
    tokens: tuple[str, ...]
    bond: Bond
    reason: str


_GOOGLE = "developers.google.com/search/docs/crawling-indexing/google-common-crawlers"
_GOOGLE_SPECIAL = "developers.google.com/search/docs/crawling-indexing/google-special-case-crawlers"
_GOOGLE_USER = "developers.google.com/search/docs/crawling-indexing/google-user-triggered-fetchers"
_YANDEX = "yandex.com/support/webmaster/robot-workings/check-yandex-robots.html"
_ORDERED_AUDIT = "an audit that the site's owner ordered"

OWN_CRAWLERS: tuple[OwnCrawler, ...] = (
    # User-triggered and special fetchers come first: their agents may also carry a crawler's name.
    OwnCrawler(
        "Google user-triggered fetcher",
        r"FeedFetcher-Google|Feedfetcher-Google|Google-Read-Aloud|GoogleProducer|Google-Site-Verification"
        r"|Google-NotebookLM|Google-CWS|GoogleMessages|Google-Pinpoint|Google Favicon|Google Web Preview"
        r"|Google-PageRenderer|Google-Agent|GoogleDocs|Google-InspectionTool|Chrome-Lighthouse|AppEngine-Google",
        (),
        Bond.NONE,
        f"a person asked for the page; ignores robots.txt by design ({_GOOGLE_USER})",
    ),
    OwnCrawler("Google-Safety", r"Google-Safety", (), Bond.NONE, f"ignores robots.txt ({_GOOGLE_SPECIAL})"),
    OwnCrawler(
        "AI assistant on a person's behalf",
        r"ChatGPT-User|Claude-User|Perplexity-User|PerplexityUser|MistralAI-User|Amzn-User|IsonAI-User"
        r"|meta-externalfetcher|Gemini-Deep-Research|kagi-fetcher|DuckAssistBot|Cohere-User|cohere-ai",
        (),
        Bond.NONE,
        "a person asked for the page (the operators' own words)",
    ),
    OwnCrawler("AhrefsSiteAudit", r"AhrefsSiteAudit", ("ahrefssiteaudit",), Bond.NAMED, _ORDERED_AUDIT),
    OwnCrawler("SiteAuditBot", r"SiteAuditBot", ("siteauditbot",), Bond.NAMED, _ORDERED_AUDIT),
    # Google's crawlers fall back from their own token to Googlebot's.
    OwnCrawler("Googlebot-Image", r"Googlebot-Image", ("googlebot-image", "googlebot"), Bond.ALL, _GOOGLE),
    OwnCrawler("Googlebot-Video", r"Googlebot-Video", ("googlebot-video", "googlebot"), Bond.ALL, _GOOGLE),
    OwnCrawler("Googlebot-News", r"Googlebot-News", ("googlebot-news", "googlebot"), Bond.ALL, _GOOGLE),
    OwnCrawler("Googlebot-Mobile", r"Googlebot-Mobile", ("googlebot-mobile", "googlebot"), Bond.ALL, _GOOGLE),
    OwnCrawler("Storebot-Google", r"Storebot-Google", ("storebot-google",), Bond.ALL, _GOOGLE),
    OwnCrawler(
        "GoogleOther",
        r"GoogleOther",
        ("googleother-image", "googleother-video", "googleother"),
        Bond.ALL,
        _GOOGLE,
    ),
    OwnCrawler(
        "AdsBot-Google-Mobile",
        r"AdsBot-Google-Mobile",
        ("adsbot-google-mobile", "adsbot-google"),
        Bond.NAMED,
        f"ignores the group for everybody ({_GOOGLE_SPECIAL})",
    ),
    OwnCrawler(
        "AdsBot-Google",
        r"AdsBot-Google",
        ("adsbot-google",),
        Bond.NAMED,
        f"ignores the group for everybody ({_GOOGLE_SPECIAL})",
    ),
    OwnCrawler(
        "Mediapartners-Google",
        r"Mediapartners-Google|Mediapartners \(Googlebot\)",
        ("mediapartners-google",),
        Bond.NAMED,
        f"ignores the group for everybody ({_GOOGLE_SPECIAL})",
    ),
    OwnCrawler(
        "APIs-Google",
        r"APIs-Google",
        ("apis-google",),
        Bond.NAMED,
        f"ignores the group for everybody ({_GOOGLE_SPECIAL})",
    ),
    OwnCrawler("Googlebot", r"Googlebot(?:[^A-Za-z-]|$)", ("googlebot",), Bond.ALL, _GOOGLE),
    OwnCrawler(
        "Yandex",
        r"Yandex(?:Bot|Images|News|Blogs|Media|Market)/",
        ("yandexbot", "yandeximages", "yandexnews", "yandexblogs", "yandexmedia", "yandexmarket", "yandex"),
        Bond.ALL,
        f"takes the general rules into account ({_YANDEX})",
    ),
    OwnCrawler(
        "Yandex (special)",
        r"yandex\.com/bots|Yandex[A-Z][A-Za-z]*/",
        ("yandex",),
        Bond.NAMED,
        f"may ignore the group for everybody ({_YANDEX})",
    ),
    OwnCrawler("Yahoo! Slurp", r"Slurp", ("slurp",), Bond.ALL, "a search engine's crawler"),
    OwnCrawler("bingbot", r"bingbot", ("bingbot", "msnbot"), Bond.ALL, "www.bing.com/webmasters/help"),
    OwnCrawler(
        "msnbot", r"msnbot", ("msnbot-media", "msnbot", "bingbot"), Bond.ALL, "www.bing.com/webmasters/help"
    ),
    OwnCrawler("adidxbot", r"adidxbot", ("adidxbot", "bingbot"), Bond.ALL, "www.bing.com/webmasters/help"),
    OwnCrawler("Mail.RU_Bot", r"Mail\.RU_Bot", ("mail.ru_bot",), Bond.ALL, "a search engine's crawler"),
    OwnCrawler(
        "Applebot", r"Applebot", ("applebot", "googlebot"), Bond.ALL, "support.apple.com/en-us/119829"
    ),
    OwnCrawler("Yeti", r"Yeti/", ("yeti",), Bond.ALL, "Naver's crawler"),
    OwnCrawler("TurnitinBot", r"Turnitin", ("turnitinbot", "turnitin"), Bond.ALL, "www.turnitin.com/robot"),
    OwnCrawler(
        "Sogou",
        r"Sogou.{0,12}[Ss]pider",
        ("sogou web spider", "sogou"),
        Bond.ALL,
        "a search engine's crawler",
    ),
    OwnCrawler(
        "MegaIndex", r"MegaIndex\.ru/", ("megaindex.ru", "megaindex"), Bond.ALL, "megaindex.com/crawler"
    ),
)

BOUND: tuple[str, ...] = (
    r"Nutch",
    r"Teoma",
    r"heritrix",
    r"ia_archiver",
    r"Qwantify",
    r"cohere-training-data-crawler",
    r"anthropic-ai",
    r"Claude-Web",
    r"omgili",
    r"proximic",
    r"panscient",
    r"BUbiNG",
    r"search\.marginalia\.nu",
    r"Bark[rR]owler",
    r"img2dataset",
    r"laion-huggingface-processor",
    r"Seekport",
    r"daumoa",
    r"ichiro",
    r"coccoc",
    r"Dataprovider\.com",
    r"Pandalytics",
    r"CC Metadata Scaper",
    r"Domains Project\/",
    r"Cincraw",
    r"semantic-visions",
    r"TikTokSpider",
    r"meta-externalagent\/",
    r"meta-webindexer",
    r"(sistrix|SISTRIX) [cC]rawler",
)
"""Crawlers whose names or tags do not say so."""

_OWNER = "works for the site's owner, who set it up"
_PERSON = "a person asked for the page"
_LAW = "collects by the law on legal deposit, which stands above robots.txt"
_PUBLISHED = "fetches one file that sites publish for it"
_CHECK = "checks single links that others have set, or one page that somebody entered"
_VAGUE = "its name also stands in agents of other software"

EXEMPT: dict[str, str] = {
    # search-engine, archiver, academic
    r"DuckDuckGo-Favicons-Bot": _PERSON,
    r"officestorebot": _OWNER,
    r"AddSearchBot": _OWNER,
    r"Swiftbot": _OWNER,
    r"Algolia Crawler": _OWNER,
    r"Coveobot": _OWNER,
    r"KendraBot": _OWNER,
    r"AmazonSellerInitiatedListing": _OWNER,
    r"atlassian-bot": _OWNER,
    r"Cloudflare-AutoRAG": _OWNER,
    r"gsa-crawler": _OWNER,
    r"IBM Crawler": _OWNER,
    r"Archive-It": _OWNER,
    r"SmarshBot": _OWNER,
    r"MirrorWebCrawler": _OWNER,
    r"XY-Archive-Compliance": _OWNER,
    r"bnf\.fr_bot": _LAW,
    r"BnFBot": _LAW,
    r"Bibliotheque Nacional de France Crawler": _LAW,
    r"bl\.uk_lddc_bot": _LAW,
    r"bl\.uk_ldfc_bot": _LAW,
    r"bne\.es_bot": _LAW,
    r"kb\.dk_bot": _LAW,
    r"NLUX_IAHarvester": _LAW,
    r"LAC_IAHarvester": _LAW,
    r"NLNZ_IAHarvester": _LAW,
    r"ArquivoBot": _LAW,
    r"Arquivo-web-crawler": _LAW,
    # seo, as the package calls what it cannot place
    r"bitlybot": _CHECK,
    r"LinkCheckerBot": _CHECK,
    r"nomore404\.com robot": _CHECK,
    r"RobotsChecker\/": _CHECK,
    r"seo-audit-check-bot\/": _CHECK,
    r"screeenly-bot": _PERSON,
    r"WordCountBot\/": _PERSON,
    r"MoodleBot": _PERSON,
    r"BeeperBot": _PERSON,
    r"BoxcarBot": _PERSON,
    r"startmebot\/": _PERSON,
    r"BublupBot": _PERSON,
    r"Refindbot": _PERSON,
    r"SurdotlyBot": _PERSON,
    r"LinkisBot": _PERSON,
    r"SerendeputyBot": _PERSON,
    r"PaperLiBot": _PERSON,
    r"Fedicabot": _PERSON,
    r"Notabot": _PERSON,
    r"eMoneyBot": _PERSON,
    r"Hlidam\.to robot": _PERSON,
    r"Pywikibot\/": "edits a wiki through its interface",
    r"Vercelbot": _OWNER,
    r"kinsta-bot": _OWNER,
    r"NitroBot": _OWNER,
    r"Plesk screenshot bot": _OWNER,
    r"ChargeBeeBot": _OWNER,
    r"EchoboxBot\/": _OWNER,
    r"QualifiedBot\/": _OWNER,
    r"FullStoryBot\/": _OWNER,
    r"MissinglettrBot\/": _OWNER,
    r"MergadoBot": _OWNER,
    r"WovnCrawler\/": _OWNER,
    r"FDL Stats Bot": _OWNER,
    r"Friendly testing bot": _OWNER,
    r"Testcrawler": _VAGUE,
    r"test-bot": _VAGUE,
    r"MyBot\/": _VAGUE,
    r"sitebot": _VAGUE,
    # advertising
    r"AdsTxtCrawler": _PUBLISHED,
    r"Centro Ads\.txt Crawler": _PUBLISHED,
    r"AdsBot-IAB": _PUBLISHED,
    r"EzoicBot": _OWNER,
    r"NostoCrawlerBot": _OWNER,
    r"productsup\.io\/crawler": _OWNER,
}
"""What calls itself a bot or crawler and is none in the sense of RFC 9309, with the reason."""
