"""The words of ``pforte explain``, in English and German."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pforte.languages import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What an explanation says beside the words of the check, in one language.

    Attributes:
        reference: label, as are the next ones up to ``reach``.
        shared: why a ban does not reach the firewall.
        states: what becomes of a ban, by the English words that other commands use.
        seen: heading above the offences, with ``{offences}``.
        first: said where not all are shown, with ``{count}``.
        again: heading above what the next offence leads to.
        repeat: that, with ``{until}``, ``{window}``, ``{rung}``, ``{length}`` and ``{later}``.
        forgiven: the same after an amnesty.
        remedy: heading above what the other side can do.
        mistake: how a ban that is a mistake is ended; ``contact`` follows where it is set.
        contact: with ``{contact}``.
        operators: heading above what operators did.
        acts: headings of the table of it.
    """

    reference: str
    network: str
    rung: str
    starts: str
    ends: str
    reason: str
    reach: str
    rule: str
    standard: str
    shared: str
    states: Mapping[str, str]
    seen: str
    first: str
    again: str
    repeat: str
    forgiven: str
    remedy: str
    mistake: str
    contact: str
    operators: str
    acts: tuple[str, str, str, str]


WORDS: Mapping[Language, Words] = {
    "en": Words(
        reference="reference",
        network="network",
        rung="rung",
        starts="from",
        ends="until",
        reason="reason",
        reach="reach",
        rule="rule",
        standard="standard",
        shared="many people share the network: refused by HTTP and SMTP, not by the firewall",
        states={},
        seen="What was seen ({offences})",
        first=", the first {count}",
        again="If it happens again",
        repeat=(
            "Until {until} ({window} after the ban) a new offence leads to rung {rung}: {length}."
            " Later it leads to rung {later}."
        ),
        forgiven="The history is forgiven: a new offence starts on rung 1.",
        remedy="What to do",
        mistake="If this is a mistake, tell the operator of the service the reference.",
        contact="Contact: {contact}",
        operators="What operators did",
        acts=("when", "who", "act", "reason"),
    ),
    "de": Words(
        reference="Referenz",
        network="Netz",
        rung="Stufe",
        starts="von",
        ends="bis",
        reason="Grund",
        reach="Reichweite",
        rule="Regel",
        standard="Grundlage",
        shared="viele teilen sich das Netz: abgewiesen bei HTTP und SMTP, nicht an der Firewall",
        states={
            "in force": "in Kraft",
            "ended": "beendet",
            "lifted": "aufgehoben",
            "lifted, forgiven": "aufgehoben und vergeben",
        },
        seen="Was gesehen wurde ({offences})",
        first=", die ersten {count}",
        again="Wenn es wieder geschieht",
        repeat=(
            "Bis {until} ({window} nach der Sperre) führt ein neuer Verstoß auf Stufe {rung}: {length}."
            " Danach führt er auf Stufe {later}."
        ),
        forgiven="Die Vorgeschichte ist vergeben: Ein neuer Verstoß beginnt auf Stufe 1.",
        remedy="Was zu tun ist",
        mistake="Ist das ein Irrtum, nennen Sie dem Betreiber des Dienstes die Referenz.",
        contact="Kontakt: {contact}",
        operators="Was Betreiber taten",
        acts=("wann", "wer", "was", "Grund"),
    ),
}

_GERMAN_WHYS = (
    (r"first offence", "erster Verstoß"),
    (r"repeated within the window of rung (\d+)", r"Wiederholung innerhalb der Frist von Stufe \1"),
    (r", the highest", ", der höchsten"),
    (r"after the window of rung (\d+)", r"nach der Frist von Stufe \1"),
    (r", from the start", ", wieder von vorn"),
    (r", one rung down", ", eine Stufe tiefer"),
    (
        r"the same message was tried again: same rung",
        "dieselbe Nachricht wurde erneut versucht: gleiche Stufe",
    ),
    (r"capped, because many people share the network", "begrenzt, weil viele sich das Netz teilen"),
    (r"set by the operator", "vom Betreiber gesetzt"),
    (r"set by the import", "aus einem Import"),
)
"""What the ladder writes into the register, piece by piece."""


def say_why(why: str, language: Language) -> str:
    """Return the rule that chose a rung, as the register has it, in another language."""
    if language == "de":
        for english, german in _GERMAN_WHYS:
            why = re.sub(english, german, why, count=1)
    return why


def spoken(environ: Mapping[str, str]) -> Language:
    """Return the language of messages by the environment, as POSIX has it (LC_ALL, LC_MESSAGES, LANG)."""
    named = (environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "de" if next(filter(None, named), "").lower().startswith("de") else "en"
