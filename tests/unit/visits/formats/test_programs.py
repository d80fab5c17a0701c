"""One syslog stream carries several programs: each line is read by whoever knows its program."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from pforte.commands.scanning import build_scanner, sites_of
from pforte.settings.table import Settings
from pforte.visits.formats import programs
from pforte.visits.formats.catalogue import KNOWN
from pforte.visits.formats.programs import Programs
from pforte.visits.scan import Origin

VISIT = '192.0.2.7 - - [01/Mar/2026:12:00:00 +0000] "GET /{} HTTP/1.1" 200 5120 "-" "curl/8.5.0"'
NGINX = f"<190>Mar  1 12:00:00 web nginx: {VISIT}\n".encode()
ERROR = b'<187>Mar  1 12:00:00 web nginx: 2026/03/01 12:00:00 [error] 7#7: *1 open() failed, request: "GET / HTTP/1.1"\n'
JSON = (
    b'<190>Mar  1 12:00:00 web nginx: {"time_iso8601":"2026-03-01T12:00:00+00:00","remote_addr":"192.0.2.7",'
    b'"request":"GET / HTTP/1.1","status":200}\n'
)
PROXY = (
    b"<134>Mar  1 12:00:00 haproxy[311]: 192.0.2.7:40022 [01/Mar/2026:12:00:00.500] web app/one 0/0/1/7/8 200 5120 - - "
    b'---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"\n'
)
SSHD = b'Mar  1 12:00:00 mail sshd[311]: Invalid user "admin" from 192.0.2.7 port 40022\n'
CRON = b'Mar  1 12:00:00 mail CRON[12]: (root) CMD (echo "x")\n'


def names(division: programs.Division) -> list[str]:
    return [log.name for log, _ in division.parts]


def test_each_program_has_its_own_format() -> None:
    """Whichever came first decided for all; the rest was passed over."""
    block = SSHD + NGINX + CRON + PROXY + NGINX
    division = Programs().divide(block)
    assert names(division) == ["syslog", "syslog:combined", "syslog:haproxy"]
    assert [(program, log.name) for program, log in division.found] == [
        (b"nginx", "syslog:combined"),
        (b"haproxy", "syslog:haproxy"),
    ]


def test_every_line_keeps_its_place_and_stands_alone() -> None:
    """Offsets and line numbers of offences are those of the file."""
    block = SSHD + NGINX + CRON + NGINX
    _, (_, part) = Programs().divide(block).parts
    assert len(part) == len(block)
    assert [line.strip() for line in part.split(b"\n")] == [b"", NGINX.strip(), b"", NGINX.strip(), b""]
    assert part.index(NGINX) == len(SSHD)


def test_errors_under_the_name_of_the_visits_do_not_hide_them() -> None:
    """Nginx sends both as ``nginx``."""
    divides = Programs()
    assert names(divides.divide(ERROR)) == ["syslog"]
    assert names(divides.divide(ERROR * 200 + NGINX)) == ["syslog"]
    assert names(divides.divide(ERROR * 50 + NGINX)) == ["syslog", "syslog:combined"]
    division = divides.divide(ERROR * 200 + NGINX)
    assert names(division) == ["syslog", "syslog:combined"]
    assert division.found == ()


def test_a_program_that_writes_another_format_is_read_on() -> None:
    divides = Programs()
    divides.divide(NGINX)
    division = divides.divide(JSON)
    assert names(division) == ["syslog", "syslog:json"]
    assert [(program, log.name) for program, log in division.found] == [(b"nginx", "syslog:json")]


def test_a_web_server_that_nobody_can_read_is_named_with_its_lines() -> None:
    """Of cron and its like nobody expects visits."""
    division = Programs().divide(CRON + ERROR + ERROR)
    assert names(division) == ["syslog"]
    assert division.strange == ((b"nginx", (ERROR.rstrip(), ERROR.rstrip())),)


def test_what_is_no_syslog_has_no_program() -> None:
    assert names(Programs().divide(b'192.0.2.7 "GET / HTTP/1.1"\r\n"\n')) == ["syslog"]


def test_a_login_service_is_never_taken_for_a_web_server() -> None:
    """Whoever tries to log in writes a part of its lines."""
    line = f"Mar  1 12:00:00 mail sshd[311]: {VISIT}\n".encode()
    assert names(Programs().divide(line)) == ["syslog"]


@given(
    st.lists(
        st.sampled_from([SSHD, NGINX, ERROR, JSON, PROXY, CRON, b"\n", b'"', b" ", b"\xff"]), max_size=12
    )
)
def test_no_bytes_move_a_line(pieces: list[bytes]) -> None:
    block = b"".join(pieces)
    for _, part in Programs().divide(block).parts:
        assert [len(line) for line in part.split(b"\n")] == [len(line) for line in block.split(b"\n")]


def test_ever_new_programs_do_not_fill_the_memory(monkeypatch) -> None:
    monkeypatch.setattr(programs, "MOST_PROGRAMS", 3)
    divides = Programs()
    for number in range(10):
        divides.divide(NGINX.replace(b"nginx", b"nginx%d" % number))
    assert len(divides._known) == 3


def test_blanks_wake_no_check() -> None:
    """The lines of others must cost nothing and convict nobody."""
    scanner = build_scanner(Settings(), sites_of(Settings(), {}))
    for known in KNOWN:
        origin = Origin(source="log", log=known.format)
        scanned = scanner.scan(b"     \n" * 50, origin, datetime(2026, 3, 1, tzinfo=UTC), 1)
        assert (scanned.candidates, scanned.unparsed) == (0, 0)
