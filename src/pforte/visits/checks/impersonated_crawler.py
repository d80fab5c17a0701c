"""Visitors that say they are a well-known crawler whose addresses can be proven.

The finding only carries the claim. Whether the address belongs to the crawler (forward-confirmed reverse DNS, or
its published ranges) is looked up behind the checks, and only a claim that is proven wrong becomes an offence:
an unanswered look-up is no verdict.
"""

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Check, Facts, Finding, Mark
from pforte.visits.checks.proof import MOST_BYTES
from pforte.visits.visit import Visit

ID = "visit.impersonated-crawler"


def judge(visit: Visit, facts: Facts) -> Finding | None:
    """Hand on the claim to be a crawler that can be verified."""
    claim = facts.verifiable_crawler()
    if not claim:
        return None
    return Finding(ID, visit.agent[:MOST_BYTES], f"an address that belongs to {claim}", claim)


CHECK = Check(
    id=ID,
    standard="RFC 9110 s10.1.5",
    default=Mode.WATCH,
    kind=Kind.ATTACK,
    categories=(19, 21),
    summary=Text(
        en="The visitor calls itself a well-known crawler, but its address does not belong to that crawler.",
        de="Der Besucher nennt sich wie ein bekannter Crawler, aber seine Adresse gehört nicht zu diesem.",
    ),
    remedy=Text(
        en="Use an agent of your own that says who you are and how to reach you. If you operate the real crawler,"
        " its addresses need a host name in your published domain that leads back to the address.",
        de="Verwenden Sie einen eigenen Agent, der sagt, wer Sie sind und wie man Sie erreicht. Betreiben Sie den"
        " echten Crawler, braucht jede Adresse einen Hostnamen in Ihrer veröffentlichten Domain, der zur Adresse"
        " zurückführt.",
    ),
    marks=(
        Mark(
            rb"Googlebot|AdsBot-Google|Mediapartners-Google|Storebot-Google|GoogleOther|bingbot/|msnbot|adidxbot/"
            rb"|yandex\.com/bots|Baiduspider|Applebot/|PetalBot|AspiegelBot|SeznamBot/|Qwantbot|coccocbot|Amazonbot/"
            rb"|DuckDuckBot/|GPTBot/|OAI-SearchBot/|PerplexityBot/|Mail\.RU_Bot/|Yeti/|MojeekBot/",
            caseless=False,
        ),
    ),
    judge=judge,
)
