"""The short way: it convicts nobody whom the long way would not convict, and records the same."""

import random
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.robots.sites import Site, Sites
from pforte.robots.versions import Versions
from pforte.visits.certain import CertainPass
from pforte.visits.checks import CHECKS
from pforte.visits.checks.declaration import Certainty, Check, Finding, Mark, Threshold
from pforte.visits.duties import on_duty
from pforte.visits.engine import AUTO, Engine, installed
from pforte.visits.formats.combined import COMBINED, VHOST_COMBINED
from pforte.visits.formats.format import Format
from pforte.visits.posts import Posts
from pforte.visits.request_rules import RequestRules
from pforte.visits.scan import Origin, Plan, Scanned, Scanner
from pforte.visits.site_marks import SiteMarks

REPOSITORY = Path(__file__).parents[3]
NOW = datetime(2026, 3, 3, tzinfo=UTC)
ORIGIN = Origin(source="access.log", log=COMBINED)
RULES = RequestRules({path.name: path.read_text() for path in sorted((REPOSITORY / "rules").glob("*.conf"))})
ABLE = [check for check in CHECKS if check.certain and (RULES.available or check.id not in RULES.checks)]
CERTAIN = [(check, mark) for check in ABLE if check.certain for mark in check.certain.marks]


def line(target: bytes, status: int = 200, client: bytes = b"192.0.2.1", method: bytes = b"GET") -> bytes:
    moment = b'[02/Mar/2026:12:00:00 +0000] "'
    return b'%s - - %s%s %s HTTP/1.1" %d 5 "-" "curl/8"\n' % (client, moment, method, target, status)


def long_way(check: Check) -> Check:
    return replace(check, certain=None)


def offences(scanned: Scanned) -> list[tuple[str, str, int | None, Mode, bytes]]:
    return [(o.check, str(o.network), o.line, o.mode, o.evidence) for o, _ in scanned.offences]


@cache
def judging(check: Check) -> Scanner:
    """Return a scanner with one check that goes the long way."""
    return Scanner(Plan(checks=(long_way(check),), rules=RULES))


@cache
def certain(check: Check) -> tuple[CertainPass, Posts]:
    duties = on_duty((check,), {})
    return CertainPass(duties, Sites(), AUTO), Posts(duties, SiteMarks(), AUTO)


def is_certain(check: Check, data: bytes, log: Format = COMBINED) -> bool:
    look, posts = certain(check)
    post = posts.of(log)
    return bool(look.convicted(data, log, post, post.scan.candidates(data)))


def fitting(mark: Mark) -> st.SearchStrategy[bytes]:
    """Return targets that match a mark, with something around them."""
    pattern = mark.pattern.replace(b"$)", rb"\Z)").removesuffix(b"$")
    spoken = re.compile("(?ia)" + pattern.decode("ascii"))
    printable = st.characters(min_codepoint=33, max_codepoint=126)
    texts = st.from_regex(spoken, fullmatch=True, alphabet=printable).map(lambda text: text.encode("ascii"))
    if pattern.startswith(b"^"):
        return texts
    if pattern.startswith((b"[?&]", rb"\?")):
        behind = b"" if pattern.endswith(b")") or mark.pattern.endswith(b"$") else b"&b=2"
        return st.builds(
            lambda text, first: b"/a/b.php" + (b"?" if first else b"?v=1&") + text[1:] + behind,
            texts,
            st.booleans(),
        )
    return st.builds(
        lambda lead, text: b"/a.php" + lead + text, st.sampled_from([b"?v=", b"?", b"/", b"?v=1&w="]), texts
    )


@pytest.mark.parametrize(("check", "mark"), CERTAIN, ids=[check.id for check, _ in CERTAIN])
def test_what_is_certain_is_convicted_by_the_check_too(check: Check, mark: Mark) -> None:
    """Random members of the language of each certain mark, judged the long way by the check itself."""
    seen = []

    @settings(max_examples=20, deadline=None)
    @given(fitting(mark))
    def holds(target: bytes) -> None:
        data = line(target.replace(b"\n", b""))
        if is_certain(check, data):
            seen.append(target)
            judged = judging(check).scan(data, ORIGIN, NOW, 1)
            assert [(o.check, o.mode) for o, _ in judged.offences] == [(check.id, Mode.ENFORCE)]

    holds()
    assert seen, "the mark matches nothing"


def attack_lines(seed: int, count: int) -> Iterator[bytes]:
    """Give lines with the attacks of the benchmark, some of them bent a little."""
    sys.path.insert(0, str(REPOSITORY / "bench"))
    import attacks  # noqa: PLC0415  a script beside the tests

    rng = random.Random(seed)
    bends = (
        b"%2527",
        b"&",
        b"?",
        b"%00",
        b"q=",
        b"/**/",
        b"+",
        b"..",
        b"\\x27",
        b'"',
        b"#",
        b";",
        b"%c0%af",
        b" ",
    )
    draws = tuple(attacks.FAMILIES.values())
    for number in range(count):
        method, target, _ = rng.choice(draws)(rng)
        bent = target.encode()
        if number % 2:
            at = rng.randrange(len(bent))
            bent = bent[:at] + rng.choice(bends) + bent[at + rng.randrange(3) :]
        client = b"10.%d.%d.1" % divmod(number // 10, 256)
        yield line(bent, rng.choice((200, 301, 404, 500)), client, method.encode() or b"GET")


@pytest.mark.parametrize("seed", [1])
def test_both_ways_tell_the_same_about_attacks(seed: int) -> None:
    """Attacks in many spellings, half of them bent: the same lines, checks and counts."""
    data = b"".join(attack_lines(seed, 1200))
    short = Scanner(Plan(checks=CHECKS, rules=RULES))
    long = Scanner(Plan(checks=[long_way(check) for check in CHECKS], rules=RULES))
    found, judged = short.scan(data, ORIGIN, NOW, 1), long.scan(data, ORIGIN, NOW, 1)
    assert {offence[1:] for offence in offences(found)} == {offence[1:] for offence in offences(judged)}
    assert (found.candidates, found.capped) == (judged.candidates, judged.capped)
    assert short.changes() == long.changes()


def test_both_ways_tell_the_same_about_every_sample() -> None:
    """The samples of all checks, attacks and innocents, in each of the formats that the short way reads."""
    ways = [Scanner(Plan(checks=checks, rules=RULES)) for checks in (CHECKS, tuple(map(long_way, CHECKS)))]
    for path in sorted((REPOSITORY / "tests" / "samples").glob("visit.*/*/*.log")):
        data = path.read_bytes()
        for log in (COMBINED, VHOST_COMBINED):
            origin = Origin(source=path.name, log=log)
            short, long = (way.scan(data, origin, NOW, 1) for way in ways)
            assert offences(short) == offences(long), path


def test_no_innocent_line_is_certain() -> None:
    """Not even for a check that is not asked first; whoever clones is asked about only where a site runs git."""
    for path in sorted((REPOSITORY / "tests" / "samples").glob("visit.*/passes/*.log")):
        for check in ABLE:
            if (check.id, path.name) != ("visit.secret-file", "git-clone.log"):
                assert not is_certain(check, path.read_bytes()), (check.id, path)


def test_no_line_of_a_real_log_is_certain(real_log: Path) -> None:
    """Nobody in it is convicted by a mark."""
    data = real_log.read_bytes()
    assert [check.id for check in ABLE if is_certain(check, data)] == []


def test_most_of_the_attacks_are_certain() -> None:
    """Otherwise the short way is none."""
    lines = [text for n, text in enumerate(attack_lines(3, 600)) if n % 2 == 0]
    sure = sum(any(is_certain(check, text) for check in ABLE) for text in lines)
    assert sure > len(lines) * (0.5 if RULES.available else 0.3)


TEXT = Text("", "")
MADE = Check(
    id="visit.a",
    standard="",
    default=Mode.ENFORCE,
    kind=Kind.ATTACK,
    categories=(),
    summary=TEXT,
    remedy=TEXT,
    marks=(Mark(b"bad"),),
    judge=lambda visit, facts: Finding("visit.a", visit.target, "nothing"),
    certain=Certainty((Mark(b"^/bad"),), doubts=(Mark(b"well"),)),
)
SILENT = replace(MADE, judge=lambda visit, facts: None)
"""The same check whose function convicts nothing: what it is told to have found was certain."""


def found(*checks: Check, data: bytes = line(b"/bad"), log: Format = COMBINED, **parts: object) -> list[str]:
    court = Scanner(Plan(checks=checks, **parts))  # type: ignore[arg-type]
    scanned = court.scan(data, Origin(source="a", log=log), NOW, 1)
    return [offence.check for offence, _ in scanned.offences]


def test_a_certain_line_is_convicted_without_its_check() -> None:
    assert found(SILENT) == ["visit.a"]


@pytest.mark.parametrize(
    "data",
    [
        line(b"/bad-but-well-meant"),
        line(b"/not/bad"),
        line(b"/bad", method=b"PUT"),
        line(b"/bad" + b"&" * 200),
        line(b"/bad" + b"x" * 2048),
        line(b"/bad\\x27"),
        line(b"http://a/bad"),
        line(b"/bad").replace(b" HTTP/1.1", b""),
        line(b"/bad").replace(b'"curl/8"', b'"a\\"b"'),
        line(b"/bad").replace(b'"curl/8"', b'"-" "more"'),
        line(b"/bad").replace(b'" 200 ', b'" 2x0 '),
        line(b"/bad").replace(b"+0000] ", b"+0000]  "),
        line(b"/bad").replace(b"[02", b"(02"),
        line(b"/bad").replace(b"Mar", b"Max"),
        line(b"/bad").replace(b"192.0.2.1", b"example.org"),
    ],
)
def test_what_is_unusual_goes_the_long_way(data: bytes) -> None:
    assert found(SILENT, data=data) == []


def test_a_format_that_is_not_cut_by_quotes_goes_the_long_way() -> None:
    renamed = replace(COMBINED, name="mine")
    assert found(SILENT, log=renamed) == []
    assert found(MADE, log=renamed) == ["visit.a"]


@pytest.mark.parametrize(
    "checks",
    [
        (replace(SILENT, default=Mode.WATCH),),
        (replace(SILENT, threshold=Threshold(2, timedelta(minutes=1))),),
        (replace(SILENT, marks=(Mark(b"worse"),)),),
    ],
    ids=["watched", "counted", "not woken"],
)
def test_only_a_woken_check_that_convicts_for_good_is_certain(checks: tuple[Check, ...]) -> None:
    assert found(*checks) == []


def test_a_check_that_asks_what_the_site_runs_is_asked_where_a_site_tells() -> None:
    alone = replace(SILENT, certain=replace(MADE.certain, alone=True))  # type: ignore[type-var]
    runs = Sites([Site(name="a", versions=Versions(), runs=frozenset({"git"}))])
    assert found(alone) == ["visit.a"]
    assert found(alone, sites=runs) == []
    court = Scanner(Plan(checks=(alone,)))
    court.renew(runs)
    assert court.scan(line(b"/bad"), ORIGIN, NOW, 1).offences == ()


def test_those_before_it_that_watch_or_count_record_what_they_see() -> None:
    def says(name: str) -> object:
        return lambda visit, facts: Finding(name, visit.target, "nothing") if facts.site_runs("x") else None

    watched = replace(MADE, id="visit.w", default=Mode.WATCH, certain=None, judge=says("visit.w"))
    counted = replace(
        watched, id="visit.c", default=Mode.ENFORCE, threshold=Threshold(2, timedelta(minutes=1))
    )
    first, behind = replace(MADE, id="visit.first", certain=None), replace(watched, id="visit.behind")
    sites = Sites([Site(name="a", versions=Versions(), runs=frozenset({"x"}))])
    court = Scanner(Plan(checks=(watched, counted, SILENT, first, behind), sites=sites, tracked=True))
    scanned = court.scan(line(b"/bad"), ORIGIN, NOW, 1)
    assert [offence.check for offence, _ in scanned.offences] == ["visit.w", "visit.a"]
    assert [state.check for state in court.changes()] == ["visit.c"]


def test_the_first_check_in_order_speaks() -> None:
    second = replace(SILENT, id="visit.b", marks=(Mark(b"/bad"),))
    assert found(second, SILENT) == ["visit.b"]
    assert found(SILENT, second) == ["visit.a"]


def test_a_pass_that_is_cut_short_convicts_nobody_for_it() -> None:
    """So many matches that Hyperscan stops: the line in which it did is judged the long way."""
    second = replace(SILENT, id="visit.b", marks=(Mark(b"other"),), certain=Certainty((Mark(b"a"),)))
    lines = [
        line(b"/bad" if n % 3 else b"/other", client=b"10.0.%d.%d" % divmod(n, 250)) for n in range(6000)
    ]
    lines.append(line(b"/other" + b"a" * 2000 + b"bad", client=b"10.9.9.9"))
    data = b"".join(lines)
    for engine in installed():
        names = found(SILENT, second, data=data, engine=Engine(engine))  # type: ignore[arg-type]
        assert set(names) == {"visit.a"} or names.count("visit.b") <= 1
        assert 3990 <= names.count("visit.a") <= 4000


def test_a_network_that_had_its_share_is_capped_and_one_that_is_out_is_skipped() -> None:
    court = Scanner(Plan(checks=(SILENT,), findings=3))
    scanned = court.scan(line(b"/bad") * 5, ORIGIN, NOW, 1)
    assert (len(scanned.offences), scanned.capped) == (3, 2)
    court.shut_out(scanned.offences[0][0].network, NOW + timedelta(hours=1))
    scanned = court.scan(line(b"/bad"), ORIGIN, NOW, 1)
    assert (scanned.offences, sum(scanned.skipped.values())) == ((), 1)


def test_a_line_from_the_future_is_taken_as_written_now() -> None:
    early = datetime(2026, 3, 1, tzinfo=UTC)
    scanned = Scanner(Plan(checks=(SILENT,))).scan(line(b"/bad"), ORIGIN, early, 1)
    assert [offence.at for offence, _ in scanned.offences] == [early]


def test_the_offence_is_the_one_that_the_long_way_makes() -> None:
    made = [
        Scanner(Plan(checks=(check,))).scan(line(b"/bad", client=b"2001:db8::1"), ORIGIN, NOW, 7).offences
        for check in (SILENT, long_way(MADE))
    ]
    assert made[0] == made[1] != ()
