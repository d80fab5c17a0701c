"""A ban, and an offence, as commands show them."""

from collections.abc import Mapping
from datetime import datetime

from pforte.bans.ban import Ban
from pforte.clock import render_time
from pforte.commands.output import seconds
from pforte.register import BanRecord, Filed

HEADINGS = ("network", "rung", "from", "until", "reference", "reason", "state")


def ban_object(ban: Ban, now: datetime) -> dict[str, object]:
    """Return the JSON object of a ban."""
    return {
        "network": str(ban.network),
        "rung": ban.rung,
        "starts": render_time(ban.starts),
        "ends": render_time(ban.ends),
        "reference": ban.reference,
        "reason": ban.reason,
        "origin": ban.origin.value,
        "reach": ban.reach.value,
        "in_force": ban.in_force(now),
        "lifted": None if ban.lifted is None else render_time(ban.lifted),
        "amnesty": ban.amnesty,
    }


def record_object(record: BanRecord, now: datetime) -> dict[str, object]:
    """Return the JSON object of a ban with the number of its offences by check."""
    return {**ban_object(record.ban, now), "offences": dict(record.offences)}


def offence_object(filed: Filed) -> dict[str, object]:
    """Return the JSON object of an offence and of what became of it."""
    offence = filed.offence
    return {
        "at": render_time(offence.at),
        "kind": offence.kind.value,
        "check": offence.check,
        "address": str(offence.address),
        "service": offence.service,
        "source": offence.source,
        "line": offence.line,
        "evidence": offence.evidence.decode("utf-8", "backslashreplace"),
        "observed": offence.observed,
        "outcome": filed.outcome.value,
        "why": filed.why,
    }


def ban_cells(ban: Ban, now: datetime, exempt: str = "") -> tuple[str, ...]:
    """Return the cells of a ban under ``HEADINGS``; ``exempt`` is why its network is exempt now, or ""."""
    return (
        str(ban.network),
        str(ban.rung),
        seconds(ban.starts),
        seconds(ban.effective_end()),
        ban.reference,
        ban.reason,
        ban_state(ban, now, exempt),
    )


def ban_state(ban: Ban, now: datetime, exempt: str = "") -> str:
    """Return in words whether the ban holds, and how it ended if not; who is exempt by now is let through."""
    if ban.in_force(now):
        return f"in force, but let through: {exempt}" if exempt else "in force"
    if ban.lifted is None or ban.lifted >= ban.ends:
        return "ended"
    return "lifted, forgiven" if ban.amnesty else "lifted"


def offence_words(offences: Mapping[str, int]) -> str:
    """Return what was filed under a ban, such as ``visit.trap 3, visit.xss``."""
    return ", ".join(f"{check} {count}" if count > 1 else check for check, count in sorted(offences.items()))
