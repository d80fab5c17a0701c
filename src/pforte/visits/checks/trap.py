"""Trap paths: forbidden in robots.txt, linked where no person sees it; whoever asks for one reads no rules."""

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Check, Facts, Finding
from pforte.visits.checks.proof import MOST_BYTES
from pforte.visits.visit import Visit

ID = "visit.trap"


def judge(visit: Visit, facts: Facts) -> Finding | None:
    """Convict any client that asks for a trap path of the site (setting ``site.traps``)."""
    trap = facts.trap()
    if not trap:
        return None
    expected = f"nobody asks for {trap}: robots.txt forbids it and no visible link leads there"
    return Finding(ID, visit.target[:MOST_BYTES], expected, facts.verifiable_crawler())


CHECK = Check(
    id=ID,
    standard="House rules s3.1",
    default=Mode.ENFORCE,
    kind=Kind.STANDARDS,
    categories=(19,),
    summary=Text(
        en="A program followed an invisible link to a path that robots.txt forbids to everybody.",
        de="Ein Programm folgte einem unsichtbaren Link auf einen Pfad, den robots.txt allen verbietet.",
    ),
    remedy=Text(
        en="Only programs that collect every link and read no robots.txt come there. Let yours read robots.txt first"
        " (RFC 9309). If a person opened the link in the page's source, the ban ends by itself, at the time shown.",
        de="Dorthin kommen nur Programme, die jeden Link sammeln und robots.txt nicht lesen. Lassen Sie Ihres zuerst"
        " robots.txt lesen (RFC 9309). Hat ein Mensch den Link im Quelltext geöffnet, endet die Sperre von"
        " selbst, zur angegebenen Zeit.",
    ),
    judge=judge,
)
