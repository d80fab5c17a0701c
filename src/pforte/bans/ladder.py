"""The ladder: what an offence does to a network with this history.

The rules R0 to R10 of the visit regulation stand in docs/explanation/visit-regulation.md; each is
marked on the line that does it. All times are event times in UTC.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from pforte.bans.ban import Ban, Reach
from pforte.bans.history import HISTORY_LIMIT, History, Spell
from pforte.bans.offence import Mode, Offence
from pforte.bans.regulation import Regulation
from pforte.net.addresses import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Spared:
    """The offence is recorded and climbs no ladder.

    Attributes:
        at: event time to record.
        why: the exemption, or that the check only watches.
    """

    at: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The offence belongs to a ban that exists already, which stays as it is.

    Attributes:
        at: event time to record.
        ban: the ban it is recorded under.
        why: same incident, inside the ban, or forgiven by an amnesty.
    """

    at: datetime
    ban: Ban
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBan:
    """The offence shuts the network out.

    Attributes:
        at: event time to record.
        network: who is shut out.
        rung: 1 to the highest of the regulation.
        starts: first moment of the ban.
        ends: first moment at liberty.
        reason: the check that saw the offence.
        reach: where it may be enforced.
        act: the offence's act, or "".
        why: the rule that chose the rung, in words for the explanation page.
    """

    at: datetime
    network: Network
    rung: int
    starts: datetime
    ends: datetime
    reason: str
    reach: Reach
    act: str
    why: str

    def ban(self, reference: str) -> Ban:
        """Return the ban under its public reference."""
        return Ban(
            network=self.network,
            rung=self.rung,
            starts=self.starts,
            ends=self.ends,
            reference=reference,
            reason=self.reason,
            reach=self.reach,
            act=self.act,
        )

    def in_force(self, moment: datetime) -> bool:
        """Say whether there is anything to enforce at ``moment``; if not, the ban is history only (R8)."""
        return self.starts <= moment < self.ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """The offence makes a ban last longer (``during_ban = extend``).

    Attributes:
        at: event time to record.
        ban: the ban as it stands afterwards, under its old reference.
        before: the ban as it stood.
    """

    at: datetime
    ban: Ban
    before: Ban


Judgement = Spared | Evidence | NewBan | Extension


def event_time(offence: Offence, regulation: Regulation, now: datetime) -> datetime:
    """Return the time an offence is recorded with: its own, or now when it lies too far ahead."""
    return now if offence.at > now + regulation.future else offence.at


def judge(
    history: History,
    offence: Offence,
    regulation: Regulation,
    now: datetime,
    *,
    shared: bool = False,
) -> Judgement:
    """Judge one offence by the visit regulation.

    Args:
        history: bans of ``offence.network``.
        offence: what was seen.
        regulation: the ladder in force.
        now: the present moment, UTC; only lines from the future depend on it.
        shared: the network stands for many people, so the rung is capped and the firewall stays out of it.
    """
    recorded = event_time(offence, regulation, now)
    if offence.exempt:  # R0
        return Spared(at=recorded, why=offence.exempt)
    if offence.mode is not Mode.ENFORCE:
        return Spared(at=recorded, why="the check only watches")
    # A ban never begins in the future, so a clock that runs ahead within the tolerance counts as now.
    moment = min(recorded, now)
    belongs = _belongs(history, moment, regulation)
    if belongs is not None:
        if belongs.why == INSIDE and regulation.during_ban == "extend":
            return _extend(history, belongs, moment, regulation) or replace(belongs, at=recorded)
        return replace(belongs, at=recorded)
    rung, why = _rung(history, offence, moment, regulation)
    reach = Reach.EVERYWHERE
    if shared:  # R10
        reach = Reach.APPLICATION
        if rung > regulation.shared_rung:
            rung, why = regulation.shared_rung, f"{why}; capped, because many people share the network"
    return NewBan(
        at=recorded,
        network=offence.network,
        rung=rung,
        starts=moment,
        ends=moment + regulation.duration(rung),
        reason=offence.check,
        reach=reach,
        act=offence.act,
        why=why,
    )


SAME_INCIDENT = "same incident as the ban"
INSIDE = "inside the ban"
FORGIVEN = "before the amnesty"
RETRIED = "the same message was tried again: same rung (R9)"


def _belongs(history: History, moment: datetime, regulation: Regulation) -> Evidence | None:
    """Return the ban that an act at ``moment`` is evidence of, or None when it was done at liberty."""
    forgiven = history.forgiven()
    # Latest first, so the last one that had not ended is the first after the act: the ban a late line was before.
    open_ = [ban for ban in history.bans if moment < max(ban.effective_end(), ban.starts + regulation.grace)]
    if open_:
        ban = open_[-1]
        inside = ban.starts + regulation.grace <= moment
        return Evidence(at=moment, ban=ban, why=INSIDE if inside else SAME_INCIDENT)  # R2, R1
    if forgiven is not None and moment < forgiven:  # R7
        return Evidence(at=moment, ban=_amnesty(history, forgiven), why=FORGIVEN)
    for ban in history.around:
        if ban.in_force(moment):
            return Evidence(at=moment, ban=ban, why=INSIDE)
    return None


def _amnesty(history: History, forgiven: datetime) -> Ban:
    return next(ban for ban in history.bans if ban.amnesty and ban.lifted == forgiven)


def _extend(
    history: History, evidence: Evidence, moment: datetime, regulation: Regulation
) -> Extension | None:
    """Return the ban started anew on its rung, or None where that would change nothing or the past.

    A ban after which others followed is past; a wider network's ban and a lifted ban are not this offence's.
    """
    ban = evidence.ban
    ends = moment + regulation.duration(min(ban.rung, regulation.top))
    newest = history.bans and ban.reference == history.bans[0].reference
    if not newest or ban.lifted is not None or ends <= ban.ends:  # R6: never shorter
        return None
    return Extension(at=moment, ban=replace(ban, ends=ends), before=ban)


def _rung(history: History, offence: Offence, moment: datetime, regulation: Regulation) -> tuple[int, str]:
    """Return the rung of an act done at liberty and the rule that gave it."""
    spell = history.last_spell()
    if spell is None:
        return 1, "first offence"
    gap = moment - (spell.ends if regulation.anchor == "release" else spell.starts)
    if gap > regulation.window(spell.rung):  # R4
        if regulation.reset == "step_down":
            rung = max(1, min(spell.rung - 1, regulation.top))
            return rung, f"after the window of rung {spell.rung}, one rung down"
        return 1, f"after the window of rung {spell.rung}, from the start"
    if _retried(history, offence, moment, regulation):  # R9
        return min(spell.rung, regulation.top), RETRIED
    return _climb(spell, regulation)


def _climb(spell: Spell, regulation: Regulation) -> tuple[int, str]:
    if spell.rung >= regulation.top:  # R5
        return regulation.top, f"repeated within the window of rung {spell.rung}, the highest"
    return spell.rung + 1, f"repeated within the window of rung {spell.rung}"  # R3


def _retried(history: History, offence: Offence, moment: datetime, regulation: Regulation) -> bool:
    """Say whether the act is an automatic retry: seen before, and young enough for a queue to hold it still.

    RFC 5321 s4.5.4.1: the give-up time generally needs to be at least 4-5 days. The same act after a longer pause
    is a message of its own, and its age counts from there.
    """
    # A full history does not tell how long the act has been tried, and no queue fills one.
    if not offence.act or len(history.bans) >= HISTORY_LIMIT:
        return False
    first = moment
    for ban in history.counted():
        if ban.act == offence.act and first - ban.starts <= regulation.retries:
            first = ban.starts
    return first < moment and moment - first <= regulation.retries
