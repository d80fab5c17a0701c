"""What a check is: one frozen declaration with one pure function."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.visit import LoginFailure, Visit


@dataclass(frozen=True, slots=True)
class Mark:
    """One pattern of the pass over log blocks; a line that matches is a candidate for its check.

    Attributes:
        pattern: regular expression in the syntax that Hyperscan and RE2 share; never spans lines.
        caseless: whether case is ignored.
    """

    pattern: bytes
    caseless: bool = True


@dataclass(frozen=True, slots=True)
class Certainty:
    """Marks so precise that the check's function need not be asked: it convicts every request that has one.

    They run over the target of a request as received (``/path?query``), when method and version are usual ones.

    Attributes:
        marks: patterns that prove the offence.
        doubts: patterns of targets for which the function is asked all the same.
        alone: whether the function would also ask what the site runs; then it is asked where a site tells that.
    """

    marks: tuple[Mark, ...]
    doubts: tuple[Mark, ...] = ()
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Threshold:
    """How many findings of one network within a window make an offence.

    Attributes:
        count: findings that make the offence.
        window: time in which they are counted.
        distinct: count different targets (or users) only.
        acts: remember which acts were counted, so that an automatic retry of the same ones is known (REGULATION R9).
    """

    count: int
    window: timedelta
    distinct: bool = False
    acts: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check saw.

    Attributes:
        check: slug of the check.
        observed: the very bytes that prove it.
        expected: what would have been right, or which rule was broken, in one clause.
        claim: the verifiable crawler the visitor says it is, where that decides (impersonation, robots).
        rule: the very rule that was broken, where the check has many that the line does not tell: one of robots.txt
            or of the Core Rule Set; printable and in no language, at most ``proof.MOST_RULE`` characters.
    """

    check: str
    observed: bytes
    expected: str
    claim: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """One request rule (SecLang) that matched.

    Attributes:
        rule: number of the rule.
        tag: slug of the check it proves, from the rule's ``tag``.
        variable: where it matched, such as ``ARGS:id``.
        data: the matched bytes.
        message: what the rule says of itself, or "".
    """

    rule: int
    tag: str
    variable: str
    data: bytes
    message: str = ""


class Facts(Protocol):
    """What a check may ask beside the visit itself; answers are computed when first asked for."""

    def rule_matches(self, check: str) -> tuple[RuleMatch, ...]:
        """Return the request rules tagged with this check that match the visit."""
        ...

    def site_runs(self, software: str) -> bool:
        """Say whether the visited site really runs ``software`` (setting ``site.runs``)."""
        ...

    def trap(self) -> str:
        """Return the trap path that the visit asked for, or ""."""
        ...

    def crawler(self) -> str:
        """Return the name of the crawler that the agent declares itself to be, or ""."""
        ...

    def verifiable_crawler(self) -> str:
        """Return the crawler the agent claims to be if its addresses can be proven, or ""."""
        ...

    def robots_rule(self) -> str:
        """Return the ``Disallow`` line in force for 24 h that forbids the visit to this crawler, or ""."""
        ...


Judge = Callable[[Visit, Facts], Finding | None]
JudgeLogin = Callable[[LoginFailure], Finding | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One rule about visits.

    Attributes:
        id: stable slug such as ``visit.sql-injection``: the same in settings, logs, API and page address.
        standard: RFC and section, or the clause of the house rules.
        default: mode without a setting.
        kind: kind of the offence.
        categories: AbuseIPDB categories of a report.
        summary: what it sees.
        remedy: what the other side can do.
        marks: patterns whose lines are candidates.
        statuses: answer statuses whose lines are candidates.
        needs: octets without one of which in the target the function convicts nothing, or b"" where it may; for
            checks without marks, whose lines are candidates by their status.
        signs: patterns of the decoded request without one of which the function convicts nothing; where a check
            has signs, it is only asked about requests that have one. Many lines hold a mark because something in
            them is encoded; one pass for the signs of all checks then tells whom they really concern. Path and
            query, agent and referrer are each one line of the text that is passed, with line feeds as spaces.
        certain: marks that convict without the function, or None. They only save time.
        threshold: how often it takes; None means a single finding is an offence.
        judge: the function for HTTP visits, or None.
        judge_login: the function for login failures, or None.
    """

    id: str
    standard: str
    default: Mode
    kind: Kind
    categories: tuple[int, ...]
    summary: Text
    remedy: Text
    marks: tuple[Mark, ...] = ()
    statuses: tuple[int, ...] = ()
    needs: bytes = b""
    signs: tuple[Mark, ...] = ()
    certain: Certainty | None = None
    threshold: Threshold | None = None
    judge: Judge | None = None
    judge_login: JudgeLogin | None = None
