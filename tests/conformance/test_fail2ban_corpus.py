"""Our readers of login services, held against the annotated logs that Debian's fail2ban brings for its filters.

The logs stay where the package puts them (they are under the GPL and are not copied). Where we differ on purpose, the
table below says why; a reason that no line needs any more is a failure too.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pforte.net.addresses import fold, parse_address
from pforte.visits.formats.syslog import SYSLOG

FOLDER = Path("/usr/lib/python3/dist-packages/fail2ban/tests/files/logs")
ZONE = ZoneInfo("Europe/Zurich")  # the zone and the reading time of fail2ban's own test
READ_AT = datetime(2005, 8, 14, 12, 0, tzinfo=ZONE).timestamp()
ANNOTATION = re.compile(rb"#+ ?(failJSON|(?:file|filter)Options|addFILE):(.+)")


@dataclass(frozen=True)
class Case:
    """One line with what its annotation says."""

    place: str
    line: bytes
    matches: bool
    host: str
    expected: dict[str, object]


@dataclass(frozen=True)
class Deviation:
    """What we say instead; ``got`` is "" where we say nothing."""

    case: Case
    got: str


def _pattern(pattern: bytes) -> Callable[[Deviation], bool]:
    return lambda deviation: re.search(pattern, deviation.case.line) is not None


def _no_address(deviation: Deviation) -> bool:
    try:
        ip_address(deviation.case.host)
    except ValueError:
        return deviation.case.host != "" and deviation.got == ""
    return False


def _elsewhere(deviation: Deviation) -> bool:
    host = deviation.case.host.encode()
    return deviation.case.matches and (not host or host not in deviation.case.line) and deviation.got == ""


REASONS: tuple[tuple[str, Callable[[Deviation], bool]], ...] = (
    (
        "a host name, or an address with leading zeros: whoever owns a name decides whom we would ban",
        _no_address,
    ),
    ("the address stands on an earlier line of the same process: lines are judged one by one", _elsewhere),
    (
        "a client said goodbye (reason 11): every client does, fail2ban counts it only after an earlier line",
        _pattern(rb"Received disconnect from [^ ]+:? ?(?:port \d+:)?11: "),
    ),
    (
        "the end of a connection before a name was said: monitoring and people cause it too",
        _pattern(
            rb"(?:Connection (?:closed|reset) by|Disconnected from) [0-9A-Fa-f.:]+(?: port \d+)?(?: \[preauth\])?$"
        ),
    ),
    ("PAM repeats what sshd says itself", _pattern(rb"pam_unix\(sshd:auth\)")),
    (
        "a success; fail2ban holds it against earlier tries under other names",
        _pattern(rb"Accepted password for "),
    ),
    (
        "sshd adds text behind ssh2 for keys and hosts only: behind a password it is the name's, and the last counts",
        _pattern(rb"Failed password for .* ssh2: from "),
    ),
    ("a kernel time inside a message of sshd: sshd writes none", _pattern(rb"kernel: ?\[")),
    (
        "only fail2ban's normal mode ignores it, its extra and aggressive modes take it; so do we",
        _pattern(rb"Disconnected from authenticating user "),
    ),
    (
        "only fail2ban's mode for errors ignores it, its normal mode takes it; so do we",
        _pattern(rb"improper command pipelining after AUTH"),
    ),
    (
        "mail refused by the server's own policy is no login failure, and 4xx is no verdict",
        _pattern(rb"(?:^| )(?:milter-)?reject: (?:RCPT|EHLO|VRFY|DATA|BDAT) from "),
    ),
    (
        "a mechanism that the server does not offer: no password was tried",
        _pattern(rb"Invalid authentication mechanism"),
    ),
    (
        "a connection that broke off before a login: monitoring and old TLS cause it too",
        _pattern(rb"lost connection after (?:CONNECT|STARTTLS) from |HANGUP after "),
    ),
    (
        "nobody tried to log in (fail2ban takes it in aggressive mode only)",
        _pattern(
            rb"\((?:no auth attempts|disconnected before auth was ready|client didn't finish SASL auth)"
        ),
    ),
)


def _cases(name: str) -> Iterator[Case]:
    annotation: dict[str, object] = {}
    for number, line in enumerate((FOLDER / name).read_bytes().splitlines(), 1):
        match = ANNOTATION.fullmatch(line)
        if match is not None:
            annotation = json.loads(match[2]) if match[1] == b"failJSON" else annotation
        elif line.strip() and not line.startswith(b"#"):
            host = annotation.get("host") or annotation.get("ip4") or annotation.get("ip6") or ""
            matches = annotation.get("match") is True
            yield Case(f"{name}:{number}", line, matches, str(host), annotation)
            annotation = {}


def _journal(case: Case) -> Case:
    """Put the time before a line of journald, as our journal source does."""
    return Case(
        case.place,
        b"2005-08-14T10:00:00+00:00 " + case.line,
        case.matches,
        case.host,
        {"match": case.matches},
    )


def _all_cases() -> list[Case]:
    cases = [case for name in ("sshd", "postfix", "dovecot") for case in _cases(name)]
    if (FOLDER / "postfix-sasl").exists():  # apart from postfix before fail2ban 0.10
        cases += _cases("postfix-sasl")
    return cases + [_journal(case) for case in _cases("sshd-journal")]


def _deviations(cases: list[Case]) -> Iterator[Deviation]:
    for case in cases:
        failure = SYSLOG.parse(case.line, ZONE, READ_AT)
        got = "" if failure is None else str(parse_address(failure.client))
        try:
            expected = str(fold(ip_address(case.host))) if case.matches else ""
        except ValueError:
            expected = case.host or "?"
        if got != expected:
            yield Deviation(case, got)


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """Return the annotated lines, or skip."""
    if not FOLDER.is_dir():
        pytest.skip("fail2ban's annotated logs are absent: apt-get install fail2ban")
    found = _all_cases()
    assert len(found) > 350
    return found


def test_every_difference_has_a_reason(cases):
    """A line that fail2ban takes gives the same address, one that it ignores gives nothing, or the table says why."""
    unexplained = [
        f"{deviation.case.place}: fail2ban {deviation.case.host or '-'}, we {deviation.got or '-'}: {deviation.case.line!r}"
        for deviation in _deviations(cases)
        if not any(explains(deviation) for _, explains in REASONS)
    ]
    assert unexplained == []


@pytest.mark.parametrize("reason", [reason for reason, _ in REASONS])
def test_every_reason_is_needed(cases, reason):
    """A reason without a line would hide the next mistake."""
    explains = dict(REASONS)[reason]
    assert any(explains(deviation) for deviation in _deviations(cases))


def test_most_lines_agree(cases):
    """The table is for exceptions: of the lines that fail2ban takes, two thirds give the same address here."""
    taken = [case for case in cases if case.matches]
    differing = [deviation for deviation in _deviations(cases) if deviation.case.matches]
    assert len(differing) < len(taken) / 3


def test_times_and_names(cases):
    """Where both see a failure, time and name are the same.

    fail2ban reads TAI64N without the 10 seconds that libtai adds, and says no fractions.
    """
    compared = 0
    for case in cases:
        failure = SYSLOG.parse(case.line, ZONE, READ_AT)
        if failure is None or not case.matches:
            continue
        if "user" in case.expected:
            assert failure.user.decode() == case.expected["user"], case
        if isinstance(case.expected.get("time"), str):
            text = re.sub(r"-(\d)T", r"-0\1T", str(case.expected["time"]))
            expected = datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()
            labelled = 10 if case.line.startswith(b"@") else 0
            assert int(failure.at + labelled) == expected, case
            compared += 1
    assert compared > 100
