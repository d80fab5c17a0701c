"""The OWASP Core Rule Set as Debian ships it, run on the samples of our own checks."""

from datetime import UTC
from pathlib import Path

import pytest

from pforte.visits.checks.core_rule_set import ID
from pforte.visits.formats.combined import COMBINED
from pforte.visits.request_rules import CoreRuleSet, RequestRules
from pforte.visits.visit import Visit

RULES = Path("/usr/share/modsecurity-crs/rules")
SAMPLES = Path(__file__).parents[1] / "samples"

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(
        not RULES.is_dir(), reason="the Core Rule Set is absent: apt-get install modsecurity-crs"
    ),
    pytest.mark.skipif(
        not RequestRules({}).available, reason="request rules need the package libmodsecurity"
    ),
]


@pytest.fixture(scope="module")
def core() -> RequestRules:
    files = tuple(str(path) for path in sorted(RULES.glob("*.conf")))
    return RequestRules({}, core=CoreRuleSet(files, paranoia=1, threshold=5))


def judged(core: RequestRules, sample: str) -> int:
    visit = COMBINED.parse((SAMPLES / sample).read_bytes().rstrip(), UTC)
    assert isinstance(visit, Visit)
    return len(core.matches(ID, visit))


@pytest.mark.parametrize(
    "sample",
    [
        "visit.sql-injection/fires/quoted-tautology.log",
        "visit.xss/fires/script-tag.log",
        "visit.path-traversal/fires/passwd-in-parameter.log",
        "visit.jndi-lookup/fires/target-encoded.log",
        "visit.scanner-agent/fires/sqlmap.log",
    ],
)
def test_attacks_reach_the_threshold(core, sample):
    """Our own samples are attacks to the rule set too; its proof is told."""
    lines = (SAMPLES / sample).read_bytes().splitlines()
    visit = COMBINED.parse(lines[0], UTC)
    assert isinstance(visit, Visit)
    assert core.matches(ID, visit)


@pytest.mark.parametrize(
    "sample",
    [
        "visit.sql-injection/passes/irish-name.log",
        "visit.xss/passes/comparison.log",
        "visit.secret-file/passes/acme.log",
        "visit.file-inclusion/passes/share-link.log",
    ],
)
def test_plain_visits_stay_below_it(core, sample):
    """What a log line does not tell (Host, Accept) must not count against a visitor."""
    assert judged(core, sample) == 0
