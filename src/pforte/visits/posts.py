"""Posts: for each log format the compiled pass, and whom each of its groups wakes."""

from dataclasses import dataclass, field

from pforte.visits.checks.declaration import Judge, JudgeLogin
from pforte.visits.checks.impersonated_crawler import ID as IMPERSONATED
from pforte.visits.checks.robots import ID as ROBOTS
from pforte.visits.duties import Duty, Watch, hints_of, http_watch, login_watch
from pforte.visits.engine import Engine, Pass, build
from pforte.visits.formats.format import Format
from pforte.visits.site_marks import SiteMarks

_REMEMBERED = 4096
_FORMATS = 64


@dataclass(frozen=True, slots=True)
class Call:
    """Whom a line wakes.

    Attributes:
        bits: the woken duties, as bits.
        marked: those with marks: what they say depends on the request alone.
        others: the rest, and the check of claims, which is quicker asked than remembered.
        signed: whether any of those with marks has signs as well.
        logins: those for login failures.
        claims: whether the line only says that its client is some crawler.
        crawls: whether it says no more than that its client is a crawler, which robots.txt may bind.
        told: whether the check of claims is among them.
        counts: whether the line can only add to counts of answer statuses, if none of ``needs`` is in its target.
        needs: octets that those of them need which do not count.
        adds: whether it can add to such a count, whatever else it may do.
        sure: those that may convict by a certain mark, as bits.
        records: those with marks that only count or are watched, as bits.
    """

    bits: int
    marked: tuple[tuple[Duty, Judge], ...] = ()
    others: tuple[tuple[Duty, Judge], ...] = ()
    signed: bool = False
    logins: tuple[tuple[Duty, JudgeLogin], ...] = ()
    claims: bool = False
    crawls: bool = False
    told: bool = False
    counts: bool = False
    needs: bytes = b""
    adds: bool = False
    sure: int = 0
    records: int = 0


@dataclass(slots=True)
class Post:
    """One compiled pass with the checks that its groups wake.

    Attributes:
        scan: the pass.
        duties: the checks on duty.
        wakes: for each group what it wakes, as in :class:`~pforte.visits.duties.Watch`.
        fetches: the groups of lines that may ask for robots.txt, as bits.
        followed: the group of lines of followed clients, as a bit beside those of the pass.
        marked: the groups with marks of checks, as bits.
    """

    scan: Pass
    duties: tuple[Duty, ...]
    wakes: tuple[int, ...]
    fetches: int
    followed: int
    marked: int
    calls: dict[int, Call] = field(default_factory=dict)

    def call(self, groups: int) -> Call:
        """Return whom a line with these groups wakes, and remember it in ``calls``."""
        bits = self._bits(groups)
        woken = [duty for number, duty in enumerate(self.duties) if bits >> number & 1]
        visits = [(duty, duty.check.judge) for duty in woken if duty.check.judge]
        call = Call(
            bits,
            marked=tuple((duty, judge) for duty, judge in visits if _is_marked(duty)),
            others=tuple((duty, judge) for duty, judge in visits if not _is_marked(duty)),
            signed=any(duty.sign for duty, _ in visits if _is_marked(duty)),
            logins=tuple((duty, duty.check.judge_login) for duty in woken if duty.check.judge_login),
            claims=bool(woken) and all(duty.check.id == IMPERSONATED for duty in woken),
            crawls=bool(woken) and all(duty.check.id in (IMPERSONATED, ROBOTS) for duty in woken),
            told=any(duty.check.id == IMPERSONATED for duty in woken),
            counts=bool(woken)
            and all(duty.statuses and (duty.threshold or duty.check.needs) for duty in woken),
            needs=b"".join(duty.check.needs for duty in woken if duty.statuses and not duty.threshold),
            adds=any(duty.statuses and duty.threshold for duty in woken),
            sure=bits
            & sum(
                1 << number for number, duty in enumerate(self.duties) if duty.convicts and duty.check.certain
            ),
            records=bits
            & sum(
                1 << number
                for number, duty in enumerate(self.duties)
                if _is_marked(duty) and not duty.convicts
            ),
        )
        if len(self.calls) >= _REMEMBERED:
            self.calls.clear()
        self.calls[groups] = call
        return call

    def is_marked(self, text: bytes) -> bool:
        """Say whether a mark of any check stands in a short text."""
        return self.scan.groups(text) & self.marked != 0

    def _bits(self, groups: int) -> int:
        hints = hints_of(self.duties)
        bits = hints.lookers if groups & self.followed else 0
        for group, wakes in enumerate(self.wakes):
            if groups >> group & 1:
                bits |= wakes
        return bits & (hints.fetch - 1)


def _is_marked(duty: Duty) -> bool:
    return bool(duty.check.marks) and duty.check.id != IMPERSONATED


class Posts:
    """The posts of all formats; formats that ask for the same share one pass.

    Args:
        duties: the checks on duty.
        marks: what the sites ask for.
        engine: engine of the passes.
    """

    def __init__(self, duties: tuple[Duty, ...], marks: SiteMarks, engine: Engine) -> None:
        self._duties = duties
        self._marks = marks
        self._engine = engine
        self._by_format: dict[int, tuple[Format, Post]] = {}
        self._by_watch: dict[Watch, Post] = {}

    def of(self, log: Format) -> Post:
        """Return the post for lines of this format, compiled when first asked for."""
        known = self._by_format.get(id(log))
        if known is not None and known[0] is log:
            return known[1]
        if len(self._by_format) >= _FORMATS:
            self._by_format.clear()
            self._by_watch.clear()
        if log.family == "http":
            watch = http_watch(self._duties, log, self._marks)
        else:
            watch = login_watch(self._duties, log)
        post = self._by_watch.get(watch)
        if post is None:
            fetch = hints_of(self._duties).fetch
            own = {mark for duty in self._duties for mark in duty.check.marks}
            post = Post(
                scan=build(watch.groups, self._engine),
                duties=self._duties,
                wakes=watch.wakes,
                fetches=sum(1 << group for group, wakes in enumerate(watch.wakes) if wakes & fetch),
                followed=1 << len(watch.groups),
                marked=sum(
                    1 << group for group, marks in enumerate(watch.groups) if not own.isdisjoint(marks)
                ),
            )
            self._by_watch[watch] = post
        self._by_format[id(log)] = (log, post)
        return post
