"""Access logs inside syslog are read like others."""

from datetime import UTC

from pforte.visits.formats.combined import COMBINED
from pforte.visits.formats.enveloped import EnvelopedFormat
from pforte.visits.formats.syslog import SYSLOG

INNER = b'192.0.2.7 - - [01/Mar/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 5120 "-" "curl/8.5.0"'
LINE = b"<190>Mar  1 13:00:00 web nginx: " + INNER


def test_the_inner_line_counts():
    """Address and time are those of the access log."""
    log = EnvelopedFormat(COMBINED)
    assert log.name == "syslog:combined"
    assert log.parse(LINE, UTC) == COMBINED.parse(INNER, UTC)
    assert log.client(LINE) == "192.0.2.7"
    assert log.time_of(LINE, UTC) == COMBINED.time_of(INNER, UTC)
    assert log.recognises(LINE)
    assert log.status_marks((404,)) == COMBINED.status_marks((404,))
    assert (log.family, log.escaped, log.escape_marks) == ("http", True, COMBINED.escape_marks)


def test_other_lines():
    """Without envelope, or with something else in it, there is no visit."""
    log = EnvelopedFormat(COMBINED)
    assert (log.parse(INNER, UTC), log.client(INNER), log.time_of(INNER, UTC)) == (None, None, None)
    assert not log.recognises(INNER)
    assert not log.recognises(b"Mar  1 13:00:00 web cron[1]: x")


def test_login_formats_too():
    """Marks pass through."""
    assert EnvelopedFormat(SYSLOG).marks == SYSLOG.marks
