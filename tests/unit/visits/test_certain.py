"""The short way convicts nobody whom the long way would not, and is taken for most plain attacks."""

import random
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pforte.commands.scanning import build_scanner
from pforte.robots.sites import Sites
from pforte.settings.table import Settings
from pforte.visits.formats.catalogue import find_format
from pforte.visits.scan import Origin, Scanner

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "bench"))

import generate  # noqa: E402  it stands beside the package

NOW = datetime(2030, 1, 1, tzinfo=UTC)
ORIGIN = Origin(source="log", log=find_format("combined"))
LINE = b'198.18.%d.%d - - [01/Mar/2026:12:00:00 +0000] "GET %b HTTP/1.1" 404 153 "-" "curl/8.5.0"\n'


class Nobody:
    """Convicts nobody the short way."""

    def convicted(self, *_: object) -> dict[int, int]:
        return {}


def scanners() -> tuple[Scanner, Scanner]:
    short, long = (build_scanner(Settings(), Sites()) for _ in range(2))
    long._certain = Nobody()  # type: ignore[assignment]
    return short, long


def convictions(scanner: Scanner, data: bytes) -> dict[int, str]:
    return {offset: offence.check for offence, offset in scanner.scan(data, ORIGIN, NOW, 1).offences}


def sure(scanner: Scanner, data: bytes) -> dict[int, int]:
    post = scanner._posts.of(ORIGIN.log)
    return scanner._certain.convicted(data, ORIGIN.log, post, post.scan.candidates(data))


@pytest.fixture(scope="module")
def attacks(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return a day of people, crawlers and attackers."""
    log = tmp_path_factory.mktemp("certain") / "access.log"
    generate.write_access_log(20_000, 5, log)
    return log.read_bytes()


def spread(targets: list[bytes]) -> bytes:
    """Return a log in which every target comes from a network of its own, so that no cap hides one."""
    return b"".join(LINE % (n // 250, n % 250 + 1, target) for n, target in enumerate(targets))


def targets_of(data: bytes) -> list[bytes]:
    found = (line.split(b'"')[1].split(b" ") for line in data.splitlines() if line.count(b'"') == 6)
    return [words[1] for words in found if len(words) == 3]


def test_both_ways_convict_the_same_lines(attacks: bytes) -> None:
    short, long = scanners()
    assert convictions(short, attacks).keys() == convictions(long, attacks).keys()


def test_most_plain_attacks_go_the_short_way(attacks: bytes) -> None:
    """Otherwise the marks would cost their pass for nothing."""
    short, long = scanners()
    assert len(sure(short, attacks)) > len(convictions(long, attacks)) / 2


def test_what_is_certain_is_convicted_by_the_check_itself(attacks: bytes) -> None:
    """Also where an attack is mutilated: bytes dropped, doubled or changed."""
    chance = random.Random(7)
    targets = [
        target for target in targets_of(attacks) if b"%" in target or b".." in target or b"'" in target
    ]
    for target in list(targets)[:400]:
        at = chance.randrange(1, len(target))
        targets.append(target[:at] + target[at + 1 :])
        targets.append(target[:at] + bytes((chance.choice(b"'\"<>/.%&=?a1"),)) + target[at:])
        targets.append(target[:at] + target[at:].replace(b"=", b"&q=", 1))
    data = spread([target for target in targets if target.startswith(b"/")])
    short, long = scanners()
    judged = convictions(long, data)
    missed = [data[at : data.find(b"\n", at)] for at in sure(short, data) if at not in judged]
    assert missed == []


def test_no_sample_is_certain_that_the_checks_would_let_pass() -> None:
    """Samples of what is innocent stand beside those that are not."""
    short, long = scanners()
    for file in sorted((ROOT / "tests" / "samples").glob("visit.*/*/*.log")):
        data = file.read_bytes()
        assert sure(short, data).keys() <= convictions(long, data).keys(), file


def test_no_line_of_a_real_log_is_certain_but_what_was_read(real_log: Path) -> None:
    """The real log holds no attack so plain."""
    short, _ = scanners()
    assert sure(short, real_log.read_bytes()) == {}
