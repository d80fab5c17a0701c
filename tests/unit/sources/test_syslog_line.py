"""A syslog message becomes a line that the log formats read."""

from datetime import UTC, datetime

import pytest

from pforte.sources.syslog_line import HEAD_BYTES, write_line
from pforte.visits.formats.catalogue import find_format
from pforte.visits.formats.envelope import open_envelope
from pforte.visits.visit import LoginFailure, Visit

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
STAMP = b"2026-03-01T12:00:00+00:00"


def line(message, limit=500, host="192.0.2.1"):
    written, cut = write_line(message, limit, NOW, host)
    assert not cut
    return written


@pytest.mark.parametrize(
    ("message", "written"),
    [
        (b"<38>Mar  1 12:00:00 web1 sshd[77]: hello", b"Mar  1 12:00:00 web1 sshd[77]: hello\n"),
        (b"Mar  1 12:00:00 web1 sshd[77]: hello\n", b"Mar  1 12:00:00 web1 sshd[77]: hello\n"),
        (b"<38>2026-03-01T12:00:00Z web1 sshd[77]: hello", b"2026-03-01T12:00:00Z web1 sshd[77]: hello\n"),
        (
            b"<38>Mar  1 12:00:00 web1 sshd[77]: two\nlines\0",
            b"Mar  1 12:00:00 web1 sshd[77]: two#012lines\n",
        ),
    ],
)
def test_rfc_3164_loses_its_priority(message, written):
    """Files have none either."""
    assert line(message) == written
    assert open_envelope(written.rstrip(b"\n")) is not None


def test_rfc_5424_stays_whole():
    message = b'<165>1 2026-03-01T12:00:00.003Z web1 app 77 ID47 [x@1 k="v"] hello'
    assert line(message) == message + b"\n"


def test_the_byte_order_mark_of_rfc_5424_goes():
    """RFC 5424 s6.4: it says that the text is UTF-8, which changes nothing here."""
    head = b"<165>1 2026-03-01T12:00:00.003Z web1 app 77 ID47 - "
    assert line(head + b"\xef\xbb\xbfhello") == head + b"hello\n"


def test_rfc_5424_without_a_time_gets_that_of_its_arrival():
    assert line(b"<165>1 - web1 app 77 ID47 - hello") == b"<165>1 " + STAMP + b" web1 app 77 ID47 - hello\n"


@pytest.mark.parametrize(
    "message", [b"<38>sshd[77]: hello", b"sshd[77]: hello", b"\xef\xbb\xbf<38>sshd[77]: hello"]
)
def test_without_a_header_time_and_sender_are_written_before_it(message):
    """RFC 3164 s4.3.3."""
    assert line(message) == STAMP + b" 192.0.2.1 sshd[77]: hello\n"


@pytest.mark.parametrize("message", [b"", b"\n", b"<38>", b"<38>\r\n\0", b"\0"])
def test_an_empty_message_is_no_line(message):
    assert line(message) == b""


def test_a_long_message_is_cut_with_its_time_in_front():
    written, cut = write_line(b"<38>Mar  1 12:00:00 web1 sshd[77]: " + b"x" * 500, 100, NOW, "h")
    assert cut
    assert len(written) == 101
    assert written.startswith(b"Mar  1 12:00:00 web1 sshd[77]: xxx")


def test_a_message_of_the_limit_is_whole():
    message = b"Mar  1 12:00:00 web1 sshd[77]: " + b"x" * 69
    assert write_line(b"<38>" + message, 100, NOW, "h") == (message + b"\n", False)
    assert write_line(b"<38>" + message + b"x" * (HEAD_BYTES + 1), 100, NOW, "h") == (message + b"\n", True)


def test_a_sender_without_a_name_is_a_dash():
    assert line(b"hello", host="") == STAMP + b" - hello\n"


REFUSED = b"Failed password for caf\xe9 from 192.0.2.7 port 40022 ssh2"
ASKED = (
    b'192.0.2.7 - - [01/Mar/2026:12:00:00 +0000] "GET /caf\xe9?q=1 HTTP/1.1" 404 5120 "-" "curl/8.5.0 \xff"'
)
HEADERS = pytest.mark.parametrize(
    "header",
    [
        b"<38>Mar  1 12:00:00 web1 %s: ",
        b"<38>Mar  1 12:00:00 %s: ",  # to /dev/log and by nginx with "nohostname"
        b"<38>2026-03-01T12:00:00+00:00 web1 %s: ",  # rsyslog's RSYSLOG_ForwardFormat
        b"<38>%s: ",
        b"%s: ",
        b"<38>1 2026-03-01T12:00:00Z web1 %s 77 - - ",
        b"<38>1 2026-03-01T12:00:00Z web1 %s 77 - - \xef\xbb\xbf",
        b'<38>1 2026-03-01T12:00:00Z web1 %s 77 - [timeQuality tzKnown="1" isSynced="0"][x@1 k="a\\]b"] ',
        b"<38>1 - web1 %s 77 - - ",
        b"<38>1 - - %s - - - ",
    ],
    ids=repr,
)


@HEADERS
def test_the_format_syslog_reads_the_refusal_in_it(header):
    written = line(header % b"sshd" + REFUSED + b"\n").rstrip(b"\n")
    assert find_format("syslog").parse(written, UTC, NOW.timestamp()) == LoginFailure(
        "192.0.2.7", NOW.timestamp(), "ssh", b"caf\xe9", "password"
    )


@HEADERS
def test_the_format_syslog_combined_reads_the_visit_in_it(header):
    written = line(header % b"nginx" + ASKED + b"\n").rstrip(b"\n")
    assert find_format("syslog:combined").parse(written, UTC, NOW.timestamp()) == Visit(
        client="192.0.2.7",
        at=NOW.timestamp(),
        method=b"GET",
        target=b"/caf\xe9?q=1",
        protocol=b"HTTP/1.1",
        status=404,
        agent=b"curl/8.5.0 \xff",
        referrer=b"",
        host=b"",
        user=b"",
    )
