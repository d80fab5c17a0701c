"""A client that a block list of others names."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts

ID = "mail.block-list"


def judge(facts: Facts) -> Finding | None:
    """See the first listing."""
    if not facts.listings:
        return None
    listing = facts.listings[0]
    said = f"{listing.zone}: {', '.join(listing.codes)} {listing.reason}"
    return finding_of(
        ID,
        said,
        "an address that no list names",
        address=facts.session.address,
        zone=listing.zone,
        reason=f": {listing.reason}" if listing.reason else "",
    )


CHECK = Check(
    id=ID,
    stage=Stage.CONNECT,
    standard="RFC 5782 s2",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(
        554,
        "5.7.1",
        Text(
            en="{address} is listed by {zone}{reason}",
            de="{address} steht auf der Liste {zone}{reason}",
        ),
    ),
    summary=Text(
        en="A DNS block list that the operator trusts names the client's address.",
        de="Eine DNS-Sperrliste, der der Betreiber vertraut, nennt die Adresse des Clients.",
    ),
    remedy=Text(
        en="Stop the cause that the list names and ask the list to remove the address; then send again.",
        de="Beheben Sie die Ursache, die die Liste nennt, und bitten Sie die Liste um Austragung; senden Sie dann erneut.",
    ),
    judge=judge,
)
