"""A new sender without a proven name, which is asked to try again."""

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Finding, Reply, Stage, finding_of
from pforte.mail.facts import Facts

ID = "mail.greylist"


def judge(facts: Facts) -> Finding | None:
    """See that the wait is not over."""
    conduct = facts.conduct
    if conduct is None or not conduct.wait:
        return None
    return finding_of(
        ID, f"first seen, {conduct.wait} s left", "the same mail again later", seconds=conduct.wait
    )


CHECK = Check(
    id=ID,
    stage=Stage.RECIPIENT,
    standard="RFC 6647 s2",
    standard_action=Action.DEFER,
    strict_action=Action.DEFER,
    reply=Reply(
        450,
        "4.7.1",
        Text(
            en="you are new here: try again in {seconds} seconds",
            de="Sie sind neu hier: versuchen Sie es in {seconds} Sekunden wieder",
        ),
    ),
    summary=Text(
        en="A sender that was never seen before and proves nothing is asked to send again after some minutes, which every mail server does by itself.",
        de="Ein nie gesehener Absender, der nichts beweist, wird gebeten, nach einigen Minuten erneut zu senden; das tut jeder Mailserver von selbst.",
    ),
    remedy=Text(
        en="Nothing: your server tries again by itself. It does not happen with a proven name (FCrDNS), SPF or DKIM.",
        de="Nichts: Ihr Server versucht es von selbst wieder. Mit einem bewiesenen Namen (FCrDNS), SPF oder DKIM geschieht es nicht.",
    ),
    judge=judge,
)
