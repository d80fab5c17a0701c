"""Every check proves itself on real-looking log lines: at least one that must fire, two that must not."""

import re
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from pforte.bans.offence import Offence
from pforte.robots.sites import Site, Sites
from pforte.robots.versions import ALWAYS, Versions, read_version
from pforte.visits.checks import CHECKS
from pforte.visits.checks.declaration import Check, Mark
from pforte.visits.engine import build
from pforte.visits.formats.catalogue import find_format
from pforte.visits.formats.detect import detect
from pforte.visits.formats.format import Format
from pforte.visits.request_rules import RequestRules
from pforte.visits.scan import Origin, Plan, Scanner
from pforte.visits.visit import Visit

REPOSITORY = Path(__file__).parents[4]
SAMPLES = REPOSITORY / "tests" / "samples"
RULES = REPOSITORY / "rules"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@cache
def shipped_rules() -> RequestRules:
    """Return the rules that are shipped."""
    return RequestRules({path.name: path.read_text() for path in sorted(RULES.glob("*.conf"))})


def need_rules(check: str) -> None:
    """Skip where the engine of request rules is not installed and the check rests on it."""
    if check in shipped_rules().checks and not shipped_rules().available:
        pytest.skip("request rules need the package libmodsecurity (x86_64 Linux)")


@dataclass(frozen=True)
class Sample:
    """One file of log lines with what it proves.

    Attributes:
        check: slug.
        path: the file.
        fires: whether the check must fire.
        why: what it shows.
        offences: number of offences of the check.
        proof: text that stands in the evidence of each.
        format: name of the format, or auto.
        site: robots, traps and runs of the visited site.
    """

    check: str
    path: Path
    fires: bool
    why: str
    offences: int = 1
    proof: str = ""
    format: str = "auto"
    site: tuple[tuple[str, object], ...] = field(default=())

    @property
    def name(self) -> str:
        return f"{self.check}/{self.path.parent.name}/{self.path.name}"

    def log(self) -> Format:
        data = self.path.read_bytes()
        return detect(data, NOW.timestamp()) if self.format == "auto" else find_format(self.format)


def samples() -> tuple[Sample, ...]:
    """Return every sample that an expect.toml names."""
    found = []
    for expect in sorted(SAMPLES.glob("visit.*/expect.toml")):
        told = tomllib.loads(expect.read_text())
        for kind in ("fires", "passes"):
            for name, said in told.get(kind, {}).items():
                values = dict(said)
                site = tuple(
                    (key, tuple(value) if isinstance(value, list) else value)
                    for key, value in values.pop("site", {}).items()
                )
                path = expect.parent / kind / name
                found.append(Sample(expect.parent.name, path, kind == "fires", site=site, **values))
    return tuple(found)


@cache
def sites() -> dict[tuple[tuple[str, object], ...], Site]:
    """Return the site of each sample that tells one; the first one is the plain site of all others."""
    found = {(): Site(name="www.example.org", versions=Versions())}
    for sample in ALL:
        told = dict(sample.site)
        robots = [read_version(str(told["robots"]).encode(), ALWAYS)] if "robots" in told else []
        found.setdefault(
            sample.site,
            Site(
                name=f"site{len(found)}.example.org",
                versions=Versions(robots),
                traps=told.get("traps", ()),
                runs=frozenset(told.get("runs", ())),
            ),
        )
    return found


@cache
def scanner() -> Scanner:
    """Return the scanner of all samples; no two of them share a network, so it may be shared."""
    return Scanner(Plan(checks=CHECKS, rules=shipped_rules(), sites=Sites(sites().values())))


def offences_of(sample: Sample) -> tuple[Offence, ...]:
    """Judge a sample as the service would."""
    origin = Origin(source=sample.name, log=sample.log(), site=sites()[sample.site].name.encode())
    scanned = scanner().scan(sample.path.read_bytes(), origin, NOW, 1)
    assert not scanned.unparsed, "a line is not of the format"
    return tuple(offence for offence, _ in scanned.offences)


ALL = samples()
FIRING = [sample for sample in ALL if sample.fires]
PASSING = [sample for sample in ALL if not sample.fires]
OUTSIDE = {"visit.core-rule-set"}
"""Checks whose rules are the operator's own; tests/system runs them where they are installed."""
RULE_NUMBERS = [
    (path.name, int(number))
    for path in sorted(RULES.glob("*.conf"))
    for number in re.findall(r"\bid:(\d+)", path.read_text())
]


@pytest.mark.parametrize("sample", FIRING, ids=lambda sample: sample.name)
def test_what_must_fire_fires(sample: Sample) -> None:
    """An attack in its many spellings is seen, and its proof is kept."""
    need_rules(sample.check)
    found = [offence for offence in offences_of(sample) if offence.check == sample.check]
    assert len(found) == sample.offences, sample.why
    assert all(sample.proof.encode() in offence.evidence for offence in found)


@pytest.mark.parametrize("sample", PASSING, ids=lambda sample: sample.name)
def test_what_is_innocent_passes(sample: Sample) -> None:
    """Nobody is banned who only looks a little like an attacker: no check at all convicts these."""
    found = offences_of(sample)
    assert [(o.check, o.line) for o in found if not o.claim or o.check == sample.check] == [], sample.why


@pytest.mark.parametrize("check", [c for c in CHECKS if c.id not in OUTSIDE], ids=lambda check: check.id)
def test_each_check_has_its_samples(check: Check) -> None:
    """A check without proof does not ship."""
    counted = Counter(sample.fires for sample in ALL if sample.check == check.id)
    assert counted[True] >= 1
    assert counted[False] >= 2


def test_each_sample_file_is_named_and_each_named_one_exists() -> None:
    """A sample that nothing runs proves nothing."""
    there = {path for kind in ("fires", "passes") for path in SAMPLES.glob(f"visit.*/{kind}/*")}
    assert {sample.path for sample in ALL} == there
    assert {sample.check for sample in ALL} <= {check.id for check in CHECKS}


def test_no_two_samples_share_a_client() -> None:
    """Counts of one sample must not reach into another."""
    owners: dict[str, str] = {}
    for sample in ALL:
        log = sample.log()
        lines = sample.path.read_bytes().splitlines()
        for client in {client for line in lines if (client := log.client(line))}:
            assert owners.setdefault(client, sample.name) == sample.name


MARKED = [(check, mark) for check in CHECKS for mark in check.marks]


@cache
def marks_in_lines() -> tuple[tuple[str, frozenset[Mark]], ...]:
    """Return for each line that must fire its check and all marks that stand in it."""
    marks = list(dict.fromkeys(mark for _, mark in MARKED))
    scan = build([[mark] for mark in marks])
    found = []
    for sample in FIRING:
        data = sample.path.read_bytes()
        for _, _, groups in scan.candidates(data):
            found.append((sample.check, frozenset(mark for n, mark in enumerate(marks) if groups >> n & 1)))
    return tuple(found)


@pytest.mark.parametrize(
    ("check", "mark"), MARKED, ids=[f"{check.id}-{check.marks.index(mark)}" for check, mark in MARKED]
)
def test_each_mark_is_needed_by_a_sample(check: Check, mark: Mark) -> None:
    """A mark that no sample needs only costs time: some line that fires is found by this mark alone."""
    assert any(
        slug == check.id and found & frozenset(check.marks) == {mark} for slug, found in marks_in_lines()
    ), f"{check.id}: no sample needs {mark.pattern!r}"


@cache
def rules_that_match() -> frozenset[int]:
    """Return the numbers of the request rules that match some line that must fire."""
    rules = shipped_rules()
    return frozenset(
        match.rule
        for sample in FIRING
        if sample.check in rules.checks
        for line in sample.path.read_bytes().splitlines()
        if isinstance(visit := sample.log().parse(line, UTC, NOW.timestamp()), Visit)
        for match in rules.matches(sample.check, visit)
    )


@pytest.mark.parametrize(("file", "number"), RULE_NUMBERS)
def test_each_request_rule_matches_a_sample(file: str, number: int) -> None:
    """A rule that no sample matches is not known to work."""
    if not shipped_rules().available:
        pytest.skip("request rules need the package libmodsecurity (x86_64 Linux)")
    assert number in rules_that_match(), file
