"""The scan: blocks of log go in, offences come out.

One pass over the block names the few candidate lines; only those are read and judged. The scanner remembers what
must be known over many lines: findings below a threshold, clients that fetched robots.txt, and who is shut out
already. All services share one history per network.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from pforte.net.addresses import Network, network_of_text
from pforte.net.prefix_table import PrefixTable
from pforte.robots.crawlers import Bond, identify
from pforte.robots.sites import Sites
from pforte.visits.block import Block, Origin, Scanned
from pforte.visits.certain import CertainPass
from pforte.visits.deferred import Deferred
from pforte.visits.duties import Duty, on_duty
from pforte.visits.engine import Candidate
from pforte.visits.followed import Followed, merged
from pforte.visits.formats.format import Format
from pforte.visits.judgement import Case, Judgement
from pforte.visits.obedience import Obedience
from pforte.visits.plan import Plan
from pforte.visits.posts import Call, Post, Posts
from pforte.visits.recent import Recent
from pforte.visits.site_marks import site_marks
from pforte.visits.tally import TallyState, name_of
from pforte.visits.visit import LoginFailure, Visit

__all__ = ["Origin", "Plan", "Scanned", "Scanner"]

EARLIEST = 0.0
"""No event is older (POSIX seconds): a line of another age is not of its format, and near the ends of the calendar
a difference of times does not exist."""
_CARRIAGE_RETURN = 13
_TOLD = 65_536
"""Claims that are remembered, by client and hash of the agent: the agents themselves would fill the memory."""
_AGENT_LAST = ("combined", "vhost_combined")
"""Formats whose lines end with the agent in quotes, the third pair of them."""
_QUOTED = (*_AGENT_LAST, "common")
"""Formats in which the first pair of quotes holds the request."""

_Waiting = tuple[bytes, Origin, Call]


class Scanner:
    """Finds offences in blocks of log.

    Args:
        plan: what it does.

    Attributes:
        unavailable: checks on duty that need request rules, where the engine of the rules is not installed;
            they find nothing.

    Raises:
        EngineError: the engine is not installed, or a mark cannot be compiled.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._duties = on_duty(plan.able(), plan.settings, plan.rules.checks)
        working = {duty.check.id for duty in self._duties}
        self.unavailable = tuple(
            duty.check.id for duty in on_duty(plan.known(), plan.settings) if duty.check.id not in working
        )
        self._judgement = Judgement(self._duties, plan)
        self._deferred = None if plan.tracked else _deferred(self._duties)
        self._followed = Followed(plan.engine)
        self._told = Recent(self._judgement.claims.span, _TOLD)
        self._shut: PrefixTable[float] = PrefixTable()
        self._future = plan.future.total_seconds()
        self._name = lru_cache(maxsize=16_384)(self._name_of)
        self._marks = site_marks(plan.sites)
        self._posts = Posts(self._duties, self._marks, plan.engine)
        self._certain = CertainPass(self._duties, plan.sites, plan.engine)
        self._obedience = Obedience(plan.sites)

    def renew(self, sites: Sites) -> None:
        """Take over what the sites ask for now (a robots.txt changed); nothing that was counted is lost."""
        marks = site_marks(sites)
        if marks != self._marks:
            self._marks = marks
            self._posts = Posts(self._duties, marks, self._plan.engine)
        self._judgement.renew(sites)
        self._certain = CertainPass(self._duties, sites, self._plan.engine)
        self._obedience = Obedience(sites)

    def scan(self, data: bytes, origin: Origin, now: datetime, first_line: int | None = None) -> Scanned:
        """Find the offences in one block.

        Args:
            data: whole lines; only the last one may lack its line feed.
            origin: where they come from.
            now: the present moment; no event is later.
            first_line: number of the first line in its source, from 1; None where lines have no numbers.
        """
        post = self._posts.of(origin.log)
        candidates = post.scan.candidates(data)
        block = Block(data, origin, now.timestamp(), first_line, share=self._plan.findings)
        if origin.log.family == "login":
            self._read_logins(block, post, candidates)
        else:
            self._judgement.look_with(post)
            if post.fetches:
                self._follow_fetchers(block, candidates, post.fetches)
            if len(self._followed):
                lines = self._followed.candidates(data)
                candidates = merged(candidates, [(start, end, post.followed) for start, end, _ in lines])
            self._read_visits(block, post, candidates)
        return block.scanned(len(candidates))

    def shut_out(self, network: Network, until: datetime) -> None:
        """Skip the lines of ``network`` from now on, because its ban lasts until ``until``."""
        self._shut.set(network, until.timestamp())

    def begin_with(self, bans: Iterable[tuple[Network, datetime]]) -> None:
        """Skip the lines of exactly these networks, each until its ban ends, whoever was shut out before."""
        self._shut = PrefixTable()
        for network, until in sorted(bans, key=lambda ban: ban[1]):
            self.shut_out(network, until)  # of several bans of one network the last to end counts

    def let_in(self, network: Network) -> None:
        """Judge the lines of exactly this network again."""
        self._shut.remove(network)

    def changes(self) -> tuple[TallyState, ...]:
        """Return the counts that changed since the last call, for the register (with ``plan.tracked``)."""
        return self._judgement.tallies.changes()

    def load(self, states: Iterable[TallyState]) -> None:
        """Take over counts that the register kept, oldest first."""
        self._judgement.tallies.load(states)

    def take_over(self, former: "Scanner") -> None:
        """Take over what a former scanner remembers (new settings): counts, followed clients, who is shut out.

        Counts of checks that are off now, or that count differently, are left behind as the thresholds say.
        """
        self._judgement.tallies.load(former._judgement.tallies.states())  # noqa: SLF001  of the same class
        self._judgement.claims = former._judgement.claims  # noqa: SLF001  of the same class
        self._followed, self._told, self._shut = former._followed, former._told, former._shut  # noqa: SLF001

    def _read_visits(self, block: Block, post: Post, candidates: list[Candidate]) -> None:
        data, log = block.data, block.origin.log
        client_of, calls, shut = log.client, post.calls, len(self._shut)
        agent_last = log.name in _AGENT_LAST
        deferred = self._deferred
        for waiting in deferred.turn() if deferred is not None else ():
            self._read_waiting(block, waiting, 0)
        convicted = self._certain.convicted(data, log, post, candidates)

        def read(start: int, end: int, groups: int) -> None:
            call = calls.get(groups) or post.call(groups)
            if not call.bits:
                return
            line = data[start : end - 1 if data[end - 1] == _CARRIAGE_RETURN else end]
            if shut and self._is_out(block, client_of(line)):
                return
            if start in convicted:
                self._convict(Case(block, call, line, start), convicted[start])
                return
            if call.crawls and agent_last and self._is_harmless(block, call, line):
                return
            if (
                call.adds
                and deferred is not None
                and self._waits(block, deferred, (line, block.origin, call), start)
            ):
                return
            self._read_visit(Case(block, call, line, start), block.origin)

        _read_each(block, candidates, read)

    def _read_visit(self, case: Case, origin: Origin, certain: int | None = None) -> None:
        """Read one line of a visit and let it be judged, unless its network had its share.

        Args:
            case: the line.
            origin: where it comes from.
            certain: place of the duty that convicts by a certain mark, or None.
        """
        block = case.block
        visit = origin.log.parse(case.line, origin.zone, block.now)
        if not isinstance(visit, Visit) or not visit.at >= EARLIEST:
            block.unparsed += 1
            return
        if visit.at > block.now + self._future:
            visit = replace(visit, at=block.now)
        client = case.client = visit.client
        case.name = client if ":" not in client else self._name(client)
        case.agent = visit.agent
        at = case.at = visit.at
        if block.is_capped(case.name, at):
            return
        if certain is not None:
            self._judgement.record(case, visit, visit.host or origin.site, certain)
            self._judgement.convict(case, certain)
            return
        since = self._followed.since(client)
        fetched = since is not None and since <= at
        asked = self._judgement.judge_visit(case, visit, visit.host or origin.site, fetched=fetched)
        if asked and case.call.crawls and case.call.told:
            self._told.tell((client, hash(_tail(case.line))), at)

    def _convict(self, case: Case, certain: int) -> None:
        """Convict by a certain mark; where nothing else is to be recorded, only client and time are read."""
        block, line = case.block, case.line
        log, zone = block.origin.log, block.origin.zone
        client, at = log.client(line), log.time_of(line, zone, block.now)
        if client is None or at is None or at < EARLIEST or case.call.records & ((1 << certain) - 1):
            self._read_visit(case, block.origin, certain)
            return
        case.client = client
        case.name = client if ":" not in client else self._name(client)
        case.at = at if at <= block.now + self._future else block.now
        if not block.is_capped(case.name, case.at):
            self._judgement.convict(case, certain)

    def _read_waiting(self, block: Block, waiting: _Waiting, start: int) -> None:
        """Read a line that was laid aside; it stood before ``start``."""
        line, origin, call = waiting
        self._read_visit(Case(block, call, line, start), origin)

    def _waits(self, block: Block, deferred: Deferred[_Waiting], waiting: _Waiting, start: int) -> bool:
        """Whether a line that adds to a count may wait; if not, those of its client that waited are read first."""
        line, origin, call = waiting
        client = origin.log.client(line)
        if client is None:
            return False
        counts = call.counts and not (call.needs and _has_any(call.needs, line, origin.log))
        due = deferred.defer(client, waiting) if counts else deferred.take(client)
        for before in due or ():
            self._read_waiting(block, before, start)
        return due is None

    def _is_harmless(self, block: Block, call: Call, line: bytes) -> bool:
        """Whether a crawler's line says nothing new: it breaks no robots.txt, and its claim was told already."""
        parts = line.split(b'"')
        if len(parts) != 7 or b"\\" in line:
            return False
        if not call.claims:
            request, agent = parts[1], parts[5]
            is_usual = request[-9:-3] == b" HTTP/" and parts[2][1:4].isdigit()
            target = request[request.find(b" ") + 1 : -9]
            if not is_usual or self._obedience.may_break(b"" if agent == b"-" else agent, target):
                return False
        return not call.told or self._was_told(block, line)

    def _was_told(self, block: Block, line: bytes) -> bool:
        """Whether the same client told the same agent less than an hour from every line of the block."""
        at = self._told.told_at((block.origin.log.client(line), hash(_tail(line))))
        return at is not None and block.is_around(at, self._told.span)

    def _read_logins(self, block: Block, post: Post, candidates: list[Candidate]) -> None:
        data, origin, calls, shut = block.data, block.origin, post.calls, len(self._shut)
        log, zone = origin.log, origin.zone

        def read(start: int, end: int, groups: int) -> None:
            call = calls.get(groups) or post.call(groups)
            line = data[start : end - 1 if data[end - 1] == _CARRIAGE_RETURN else end]
            if shut and self._is_out(block, log.client(line)):
                return
            failure = log.parse(line, zone, block.now)
            if not isinstance(failure, LoginFailure):
                return
            if not failure.at >= EARLIEST:
                block.unparsed += 1
                return
            case = Case(block, call, line, start, failure.client, self._name(failure.client), failure.at)
            if failure.at > block.now + self._future:
                case.at = block.now
            if not block.is_capped(case.name, case.at):
                self._judgement.judge_login(case, failure)

        _read_each(block, candidates, read)

    def _follow_fetchers(self, block: Block, candidates: list[Candidate], fetches: int) -> None:
        """Follow the clients of this block that fetched robots.txt and are not known as crawlers by name."""
        origin = block.origin
        agent_last = origin.log.name in _AGENT_LAST

        def read(start: int, end: int, _: int) -> None:
            line = block.data[start:end]
            if agent_last and line.count(b'"') == 6 and identify(_tail(line)[1:-1]).bond is not Bond.TOOL:
                return
            visit = origin.log.parse(line, origin.zone, block.now)
            if isinstance(visit, Visit) and _fetched(visit) and identify(visit.agent).bond is Bond.TOOL:
                self._followed.follow(visit.client, min(visit.at, block.now))

        _read_each(block, [each for each in candidates if each[2] & fetches], read)

    def _is_out(self, block: Block, client: str | None) -> bool:
        """Whether the client is shut out; its line is counted, and a ban that ended is forgotten."""
        while client is not None and (found := self._shut.longest_text(client)) is not None:
            network, until = found
            if block.now < until:
                block.skip(network)
                return True
            self._shut.remove(network)
        return False

    def _name_of(self, client: str) -> str:
        return name_of(network_of_text(client, self._plan.ipv6_prefix))


def _read_each(block: Block, candidates: Iterable[Candidate], read: Callable[[int, int, int], None]) -> None:
    """Read one candidate after the other; a line at which the program itself stumbles does not cost the others."""
    for start, end, groups in candidates:
        try:
            read(start, end, groups)
        except Exception as mistake:  # noqa: BLE001  told and set aside; docs/decisions/0008-set-aside.md
            block.stumble(start, mistake)


def _has_any(octets: bytes, line: bytes, log: Format) -> bool:
    """Whether one of the octets may stand in the target of a line; only where quotes mark the request is it cut out."""
    text = line.split(b'"', 2)[1] if log.name in _QUOTED and b"\\" not in line and b'"' in line else line
    return len(text.translate(None, octets)) < len(text)


def _tail(line: bytes) -> bytes:
    """Return the last quoted field of a line."""
    return line[line.rfind(b'"', 0, -1) :]


def _fetched(visit: Visit) -> bool:
    """Whether the visit got the site's robots.txt."""
    path = visit.target.partition(b"?")[0]
    return path == b"/robots.txt" and visit.status in (0, 200, 304) and visit.method == b"GET"


def _deferred(duties: tuple[Duty, ...]) -> Deferred[_Waiting] | None:
    """Return the place for lines that can only add to a count, or None where no check has such a count."""
    thresholds = [duty.threshold for duty in duties if duty.statuses and duty.threshold]
    if not thresholds:
        return None
    least = min(threshold.count for threshold in thresholds)
    span = max(threshold.window.total_seconds() for threshold in thresholds)
    return Deferred(least, span, lambda waiting: waiting[1].log.time_of(waiting[0], waiting[1].zone))
