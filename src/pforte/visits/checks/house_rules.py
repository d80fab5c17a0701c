"""The house rules: what no standard says and nobody does here, and how explanations quote what a check rests on."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from pforte.languages import Language, Text

HOUSE = "House rules s"
"""What ``Check.standard`` begins with where a check rests on them; the section follows."""

HOUSE_RULES: Mapping[str, Text] = {
    "1.1": Text(
        en="No request may carry code meant for the server or for other visitors' browsers: SQL, script, commands,"
        " expressions, look-ups.",
        de="Keine Anfrage enthält Code für den Server oder für die Browser anderer Besucher: SQL, Skript, Befehle,"
        " Ausdrücke, Lookups.",
    ),
    "1.2": Text(
        en="No request may make the site read files of the system, scripts from elsewhere or the cloud's metadata.",
        de="Keine Anfrage bringt die Website dazu, Dateien des Systems, fremde Skripte oder die Metadaten der Cloud zu"
        " lesen.",
    ),
    "1.3": Text(
        en="Nobody searches the site for secrets, for known holes, or for software that it does not run.",
        de="Niemand durchsucht die Website nach Geheimnissen, nach bekannten Lücken oder nach Software, die es hier"
        " nicht gibt.",
    ),
    "1.4": Text(
        en="Nobody guesses names or passwords of others.",
        de="Niemand rät Namen oder Passwörter anderer.",
    ),
    "2.1": Text(
        en="Nobody fills forms with advertising by program.",
        de="Niemand füllt Formulare per Programm mit Werbung.",
    ),
    "3.1": Text(
        en="Nobody follows an invisible link to a path that robots.txt forbids to everybody.",
        de="Niemand folgt einem unsichtbaren Link auf einen Pfad, den robots.txt allen verbietet.",
    ),
    "4.1": Text(
        en="Who is shut out of one service is shut out of all, mail too, until the ban ends or is lifted.",
        de="Wer von einem Dienst ausgesperrt ist, ist es von allen, auch bei der Mail, bis die Sperre endet oder"
        " aufgehoben wird.",
    ),
    "4.2": Text(
        en="No network connects or sends more often than one sender needs, or tries out recipients that do not exist.",
        de="Kein Netz verbindet sich oder sendet öfter, als ein Absender es braucht, oder probiert Empfänger aus, die es"
        " nicht gibt.",
    ),
    "4.3": Text(
        en="Nobody sends in the name of the operator's own domains who is none of its servers and has not logged in.",
        de="Niemand sendet im Namen der eigenen Domains des Betreibers, der keiner ihrer Server ist und sich nicht"
        " angemeldet hat.",
    ),
    "4.4": Text(
        en="A mail server has a name that its owner chose, not one that a provider made of its address.",
        de="Ein Mailserver hat einen Namen, den sein Eigentümer gewählt hat, nicht einen, den ein Provider aus der"
        " Adresse gemacht hat.",
    ),
}
"""The rules by their sections."""

_HEAD = """\
# House rules · Hausordnung

<!-- Written by `pforte checks house-rules`. Change src/pforte/visits/checks/house_rules.py instead. -->

What nobody does here, beside what common standards say. Each is watched by the checks named under it; whoever breaks
one is shut out as the [visit regulation](../explanation/visit-regulation.md) says.

Was hier niemand tut, über die allgemeinen Standards hinaus. Darunter stehen die Prüfungen, die darauf achten; wer eine
Regel verletzt, wird nach der [Besuchsordnung](../explanation/visit-regulation.md) ausgesperrt.
"""


def quote_standard(standard: str, language: Language) -> str:
    """Return what a check rests on: the house rule with its sentence, a public standard by its section.

    >>> quote_standard("House rules s1.4", "de")
    'Hausordnung, Abschnitt 1.4: Niemand rät Namen oder Passwörter anderer.'
    >>> quote_standard("RFC 9309 s2.2.2", "de")
    'RFC 9309, Abschnitt 2.2.2'
    """
    name, _, section = standard.rpartition(" s")
    rule = HOUSE_RULES.get(section) if standard.startswith(HOUSE) else None
    if language == "de":
        standard = f"{'Hausordnung' if rule else name}, Abschnitt {section}"
    return f"{standard}: {rule.said(language)}" if rule else standard


def link_standard(standard: str) -> str:
    """Return the Markdown of what a check rests on; a house rule leads to its place on their page.

    >>> link_standard("House rules s1.4"), link_standard("RFC 9309 s2.2.2")
    ('[House rules s1.4](house-rules.md#14)', 'RFC 9309 s2.2.2')
    """
    section = standard.removeprefix(HOUSE)
    return standard if section == standard else f"[{standard}](house-rules.md#{section.replace('.', '')})"


class Resting(Protocol):
    """A check, of visits or of mail."""

    @property
    def id(self) -> str:
        """Return its slug."""
        ...

    @property
    def standard(self) -> str:
        """Return what it rests on."""
        ...


def render_house_rules(checks: Iterable[Resting]) -> str:
    """Render the page of the house rules in Markdown."""
    known = tuple(checks)
    return "\n".join([_HEAD, *(line for section in HOUSE_RULES for line in _section(section, known))])


def _section(section: str, checks: tuple[Resting, ...]) -> Iterator[str]:
    rule = HOUSE_RULES[section]
    resting = [check.id for check in checks if check.standard == f"{HOUSE}{section}"]
    links = ", ".join(f"[`{slug}`]({_page(slug)}#{slug.replace('.', '')})" for slug in resting)
    yield from (f"## {section}", "", rule.en, "", f"*Deutsch.* {rule.de}", "", links, "")


def _page(slug: str) -> str:
    return "mail-policy.md" if slug.startswith("mail.") else "checks.md"
