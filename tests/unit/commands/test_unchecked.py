"""Where nobody is asked, a claim convicts nobody and excuses nobody from an attack."""

import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network

import pytest

from pforte.bans.offence import Kind, Offence
from pforte.commands.unchecked import UncheckedClaims, unproven
from pforte.visits.checks.impersonated_crawler import ID as IMPERSONATED

EXCUSED = "says it is Googlebot, which could not be checked"


def offence(check, kind=Kind.ATTACK, claim="googlebot"):
    return Offence(
        network=ip_network("192.0.2.66"),
        address=ip_address("192.0.2.66"),
        kind=kind,
        check=check,
        at=datetime(2026, 3, 2, 10, tzinfo=UTC),
        service="http",
        source="access.log",
        line=1,
        evidence=b"GET /",
        claim=claim,
    )


@pytest.mark.parametrize("excuse", [True, False])
def test_what_an_offence_becomes(excuse):
    attack, robots = offence("visit.xss"), offence("visit.robots", Kind.STANDARDS)
    assert unproven(offence(IMPERSONATED), excuse=excuse) is None
    assert unproven(attack, excuse=excuse) is attack
    left = unproven(robots, excuse=excuse)
    assert left is not None
    assert left.exempt == (EXCUSED if excuse else "")


def test_order_is_kept_and_claims_are_counted():
    offences = [
        offence("visit.trap", Kind.STANDARDS, claim=""),
        offence(IMPERSONATED),
        offence("visit.robots", Kind.STANDARDS),
        offence("visit.xss"),
    ]
    with UncheckedClaims(excuse=True) as claims:
        left = list(claims.settle(offences))
    assert [(each.check, each.exempt) for each in left] == [
        ("visit.trap", ""),
        ("visit.robots", EXCUSED),
        ("visit.xss", ""),
    ]
    assert claims.found == Counter(unknown=3)


def test_offline_nothing_that_asks_is_loaded():
    """Half a tenth of a second at every start of a scan."""
    code = (
        "import sys, pforte.commands.scan; print({'asyncio', 'dns', 'sqlalchemy', 'rich'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
