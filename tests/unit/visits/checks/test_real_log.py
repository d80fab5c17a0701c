"""What the checks find on real logs, finding by finding (docs/explanation/real-log.md)."""

from datetime import UTC, datetime
from pathlib import Path

from pforte.bans.offence import Mode, Offence
from pforte.visits.checks import CHECKS
from pforte.visits.formats.detect import detect
from pforte.visits.request_rules import RequestRules
from pforte.visits.scan import Origin, Plan, Scanner

RULES = Path(__file__).parents[4] / "rules"
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def offences_in(path: Path) -> list[Offence]:
    data = path.read_bytes()
    rules = RequestRules({file.name: file.read_text() for file in sorted(RULES.glob("*.conf"))})
    origin = Origin(source=path.name, log=detect(data[:65_536], NOW.timestamp()))
    scanned = Scanner(Plan(checks=CHECKS, rules=rules)).scan(data, origin, NOW, 1)
    return [offence for offence, _ in scanned.offences]


def test_every_conviction_on_the_web_log_is_one_that_was_read(real_log: Path) -> None:
    """A change that convicts a person, a feed reader or a crawler here is red."""
    found = [offence for offence in offences_in(real_log) if not offence.claim]
    assert {(offence.check, str(offence.address), offence.line) for offence in found} == {
        ("visit.software-probe", "195.250.34.144", 895),
        ("visit.form-spam", "195.211.162.22", 1009),
        ("visit.form-spam", "94.153.9.168", 3029),
        ("visit.software-probe", "95.78.54.93", 5970),
        ("visit.software-probe", "198.245.61.43", 6253),
        ("visit.software-probe", "188.165.243.45", 7767),
        ("visit.software-probe", "91.236.75.25", 8036),
        ("visit.software-probe", "91.236.75.25", 8039),
    }
    assert all(offence.mode is Mode.ENFORCE for offence in found)


def test_claims_on_the_web_log_are_those_of_known_crawlers(real_log: Path) -> None:
    """They wait for proof; none of them is a verdict."""
    claims = [offence for offence in offences_in(real_log) if offence.claim]
    assert {offence.check for offence in claims} == {"visit.impersonated-crawler"}
    assert {"googlebot", "bingbot", "yandexbot", "baiduspider"} <= {offence.claim for offence in claims}


def test_the_administrator_of_the_sshd_log_is_left_alone(real_auth_log: Path) -> None:
    """He mistyped 17 times in five weeks and logged in 174 times."""
    found = offences_in(real_auth_log)
    convicted = {str(offence.address) for offence in found}
    assert "85.245.107.41" not in convicted
    assert "127.0.0.1" not in convicted
    assert len(convicted) == 103
    assert {offence.check for offence in found} == {"visit.ssh-password", "visit.ssh-unknown-user"}
