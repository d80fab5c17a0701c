"""Judging candidates: each woken check is asked, and what it finds is counted or becomes an offence."""

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import lru_cache

from pforte.bans.offence import Offence
from pforte.net.addresses import Address, Network, network_of_text, parse_address
from pforte.robots.crawlers import claim_in, claimed_crawler
from pforte.robots.sites import Sites
from pforte.visits.block import Block, evidence
from pforte.visits.checks.declaration import Finding
from pforte.visits.checks.impersonated_crawler import ID as IMPERSONATED
from pforte.visits.duties import Duty
from pforte.visits.facts import VisitFacts
from pforte.visits.kept import ENTRY, Kept
from pforte.visits.plan import Plan
from pforte.visits.posts import Call, Post
from pforte.visits.recent import Recent
from pforte.visits.signs import SignPass
from pforte.visits.tally import Sighting, Tallies
from pforte.visits.visit import LoginFailure, Visit

CLAIM_AGAIN = 3600.0
"""Seconds after which a network that claims to be a crawler is asked for the proof again."""
_CLAIMS = 65_536
_VERDICT_BYTES = 16 * 1024 * 1024

_Verdict = tuple[tuple[Duty, Finding], ...]
_Key = tuple[int, bytes, bytes, bytes, int, bytes, bytes, bytes, bytes]


@dataclass(slots=True)
class Case:
    """One line that is judged.

    Attributes:
        block: where its offences go.
        call: the checks that it wakes.
        line: the line.
        start: its offset in the block.
        client: address of its client.
        name: name under which the client's network is counted.
        at: event time, POSIX seconds, not in the future.
        agent: its User-Agent; b"" where the line tells none, or was not read.
        act: the act of its offence, see :class:`~pforte.bans.offence.Offence`.
        observed: what its offence tells beside the line, see there.
    """

    block: Block
    call: Call
    line: bytes
    start: int
    client: str = ""
    name: str = ""
    at: float = 0.0
    agent: bytes = b""
    act: str = ""
    observed: str = ""


class Judgement:
    """Asks the checks and remembers what they found.

    Args:
        duties: the checks on duty.
        plan: limits, sites and rules.
    """

    def __init__(self, duties: tuple[Duty, ...], plan: Plan) -> None:
        thresholds = {duty.check.id: duty.threshold for duty in duties if duty.threshold}
        self.tallies = Tallies(thresholds, plan.networks, tracked=plan.tracked)
        self.claims = Recent(CLAIM_AGAIN, _CLAIMS)
        self._duties = duties
        self._plan = plan
        self._post: Post | None = None
        self._signs = SignPass(duties, plan.engine)
        self._asks_claims = any(duty.check.id == IMPERSONATED for duty in duties)
        self.renew(plan.sites)

    def renew(self, sites: Sites) -> None:
        """Take over what the sites ask for now."""
        self._facts = VisitFacts(self._plan.rules, sites, self._is_marked)
        self._verdicts: Kept[_Key, _Verdict] = Kept(_VERDICT_BYTES)

    def look_with(self, post: Post) -> None:
        """Look for marks in headers with the pass of ``post`` from now on; the marks of checks stand in each."""
        self._post = post

    def _is_marked(self, text: bytes) -> bool:
        return self._post is None or self._post.is_marked(text)

    def judge_visit(self, case: Case, visit: Visit, site: bytes, *, fetched: bool) -> bool:
        """Ask the woken checks about a visit.

        The first check that convicts for good names the offence; one visit is one offence.

        Args:
            case: the line; its offences go to its block.
            visit: what the line says.
            site: host name of the visited site, b"" where unknown.
            fetched: whether the visitor fetched robots.txt before.

        Returns:
            Whether all of them were asked; not where one convicted before others had their turn.
        """
        call, facts = case.call, self._facts
        facts.turn(visit, site, fetched=fetched)
        if call.marked:
            for duty, finding in self._verdict(call, visit, site):
                self._charge(case, duty, finding, visit.target)
                if duty.convicts:
                    return False
        for duty, judge in call.others:
            if duty.statuses is None or visit.status in duty.statuses:
                found = judge(visit, facts)
                if found is not None:
                    self._charge(case, duty, found, visit.target)
                    if duty.convicts:
                        return False
        return True

    def convict(self, case: Case, certain: int) -> None:
        """Make the offence of a line in which a certain mark stands, without asking any check.

        Args:
            case: the line; its offence goes to its block.
            certain: place of the check among the duties.
        """
        case.act = case.observed = ""
        self._keep(case, self._duties[certain], b"", self._claim(case))

    def record(self, case: Case, visit: Visit, site: bytes, certain: int) -> None:
        """Ask the woken checks before ``certain`` that count or are watched: they record what they see.

        Args:
            case: the line.
            visit: what the line says.
            site: host name of the visited site, b"" where unknown.
            certain: place of the check among the duties that will convict.
        """
        self._facts.turn(visit, site, fetched=False)
        for duty, judge in case.call.marked:
            if duty is self._duties[certain]:
                return
            finding = None if duty.convicts else judge(visit, self._facts)
            if finding is not None:
                self._charge(case, duty, finding, visit.target)

    def judge_login(self, case: Case, failure: LoginFailure) -> None:
        """Ask the checks about a login failure."""
        for duty, judge in case.call.logins:
            finding = judge(failure)
            if finding is not None:
                self._charge(case, duty, finding, failure.act or failure.user, failure)

    def _verdict(self, call: Call, visit: Visit, site: bytes) -> _Verdict:
        """Return what the woken checks with marks find, from memory where the same request was judged before.

        A check with marks judges the request alone, and a header without a mark convicts nobody; so one verdict
        serves every client that sends the same attack.
        """
        agent, referrer = self._facts.telling()
        key = (
            call.bits,
            visit.method,
            visit.target,
            visit.protocol,
            visit.status,
            site,
            visit.user,
            agent,
            referrer,
        )
        verdict = self._verdicts.get(key)
        if verdict is None:
            verdict = self._asked(call, visit)
            weight = sum(len(part) for part in key if isinstance(part, bytes))
            self._verdicts.keep(key, verdict, weight + ENTRY * len(verdict))
        return verdict

    def _asked(self, call: Call, visit: Visit) -> _Verdict:
        """Ask the woken checks with marks in their order, until one convicts for good."""
        facts = self._facts
        concerned = self._signs.concerned(visit.target, *facts.telling()) if call.signed else 0
        verdict: list[tuple[Duty, Finding]] = []
        for duty, judge in call.marked:
            if duty.sign and not duty.sign & concerned:
                continue
            finding = judge(visit, facts)
            if finding is not None:
                verdict.append((duty, finding))
                if duty.convicts:
                    break
        return tuple(verdict)

    def _charge(
        self, case: Case, duty: Duty, finding: Finding, variant: bytes, failure: LoginFailure | None = None
    ) -> None:
        """Count a finding, or make it the offence that it is or completes."""
        check = duty.check
        if check.id == IMPERSONATED and not self.claims.is_new((case.name, finding.claim), case.at):
            return
        case.act, case.observed = "", finding.rule
        if duty.threshold:
            attempts = failure.attempts if failure else 1
            counted = self.tallies.count(
                check.id, case.name, Sighting(case.at, variant, finding.observed, attempts)
            )
            if counted is None:
                return
            case.act = counted.act
            case.observed = "; ".join(filter(None, (counted.observed, finding.rule)))
        claim = finding.claim or ("" if failure else self._claim(case))
        self._keep(case, duty, finding.observed, claim, failure.service if failure else "http")

    def _claim(self, case: Case) -> str:
        """Return the verifiable crawler that a visitor says it is, or "": a proven one is exempt from every check.

        Of a line whose agent is not known, a name anywhere counts: it excuses nobody, it only has the address proven
        first.
        """
        if self._asks_claims and not case.call.told:
            return ""  # the pass looked for those names and found none
        return claimed_crawler(case.agent) if case.agent else claim_in(case.line)

    def _keep(self, case: Case, duty: Duty, proof: bytes, claim: str, service: str = "http") -> None:
        """Put the offence of a line into its block."""
        block, check = case.block, duty.check
        block.spend(case.name, case.at)
        network, address = _charged(case.client, self._plan.ipv6_prefix)
        offence = _new(Offence)
        _set_network(offence, network)
        _set_address(offence, address)
        _set_kind(offence, check.kind)
        _set_check(offence, check.id)
        _set_at(offence, _moment(case.at))
        _set_service(offence, service)
        _set_source(offence, block.origin.source)
        _set_line(offence, block.line_at(case.start))
        _set_evidence(offence, evidence(case.line, proof))
        _set_mode(offence, duty.mode)
        _set_claim(offence, claim)
        _set_exempt(offence, "")
        _set_act(offence, case.act)
        _set_observed(offence, case.observed)
        block.keep(offence, case.start)


# A frozen dataclass sets each field by its name; the slots themselves do the same in half the time.
_new = object.__new__
(
    _set_network,
    _set_address,
    _set_kind,
    _set_check,
    _set_at,
    _set_service,
    _set_source,
    _set_line,
    _set_evidence,
    _set_mode,
    _set_claim,
    _set_exempt,
    _set_act,
    _set_observed,
) = (getattr(Offence, field.name).__set__ for field in fields(Offence))


@lru_cache(maxsize=16_384)
def _charged(client: str, ipv6_prefix: int) -> tuple[Network, Address]:
    return network_of_text(client, ipv6_prefix), parse_address(client)


@lru_cache(maxsize=4096)
def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
