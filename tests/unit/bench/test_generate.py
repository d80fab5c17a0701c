"""The benchmark's log holds what it says: otherwise the figures mean nothing."""

import json
import subprocess
import sys
from collections import Counter
from datetime import UTC
from pathlib import Path

import pytest

from pforte.visits.formats.combined import COMBINED
from pforte.visits.formats.syslog import SYSLOG

SCRIPT = Path(__file__).resolve().parents[3] / "bench" / "generate.py"
LINES = 30_000


def generate(out: Path, *arguments: str) -> tuple[list[bytes], dict[str, list[str]]]:
    subprocess.run([sys.executable, str(SCRIPT), "--lines", str(LINES), *arguments, str(out)], check=True)
    truth = json.loads(out.with_name(out.name + ".truth.json").read_text())
    return out.read_bytes().splitlines(), truth


@pytest.fixture(scope="module")
def access(tmp_path_factory):
    folder = tmp_path_factory.mktemp("access")
    return folder, *generate(folder / "access.log", "--seed", "7")


def test_shares(access):
    """2 % attacks, 3 % crawlers, few dead links among people, all in order of time."""
    _, lines, truth = access
    visits = [COMBINED.parse(line, UTC) for line in lines]
    assert len(visits) == LINES
    assert None not in visits
    attacking = set(truth["attack"])
    whose = Counter(
        "attack" if visit.client in attacking else "crawler" if b"bot" in visit.agent.lower() else "people"
        for visit in visits
    )
    assert 0.016 < whose["attack"] / LINES < 0.024
    assert 0.02 < whose["crawler"] / LINES < 0.04
    dead = sum(visit.status == 404 for visit in visits if visit.client not in attacking)
    assert 0.012 < dead / LINES < 0.018
    times = [visit.at for visit in visits]
    assert times == sorted(times)


def test_variety(access):
    """Caches are not flattered: nearly every attack asks for something else, and people for many pages."""
    _, lines, truth = access
    attacking = set(truth["attack"])
    visits = [COMBINED.parse(line, UTC) for line in lines]
    targets = [(visit.target, visit.agent) for visit in visits if visit.client in attacking]
    assert len(set(targets)) > len(targets) * 0.8
    assert len({visit.target for visit in visits}) > LINES / 2
    assert set(truth["families"]) == {
        "sql-injection", "xss", "traversal", "inclusion", "command", "lookup", "secret", "scanner", "abuse",
    }  # fmt: skip


def test_robots(access):
    """Some crawlers ask for what the robots.txt beside the log disallows, and only those are in the truth."""
    folder, lines, truth = access
    assert b"Disallow: /private/" in (folder / "access.log.robots.txt").read_bytes()
    asked = {COMBINED.parse(line, UTC).client for line in lines if b'"GET /private/' in line}
    assert asked
    assert asked <= set(truth["robots"])


def test_same_seed_same_bytes(access, tmp_path):
    """Runs can be compared."""
    _, lines, _ = access
    assert generate(tmp_path / "again.log", "--seed", "7")[0] == lines


def test_auth_log(tmp_path):
    """About half of the lines are failures, nearly all of them of those in the truth."""
    lines, truth = generate(tmp_path / "auth.log", "--kind", "sshd")
    failures = [
        failure for line in lines if (failure := SYSLOG.parse(line, UTC, 1_774_000_000.0)) is not None
    ]
    assert all(map(SYSLOG.recognises, lines))
    assert 0.4 < len(failures) / LINES < 0.6
    guessed = sum(failure.client in set(truth["attack"]) for failure in failures)
    assert guessed > len(failures) * 0.97
