"""One file may hold several services, and a repeated message counts as often as it was said."""

from datetime import UTC

import pytest

from pforte.visits.formats.syslog import DOVECOT, POSTFIX, SSHD, SYSLOG
from pforte.visits.visit import LoginFailure

AT = 1_772_366_400.0
FAILED = b"Failed password for root from 203.0.113.7 port 4 ssh2"
SASL = b"warning: unknown[203.0.113.7]: SASL LOGIN authentication failed: x"
RIP = b"imap-login: Disconnected (auth failed, 2 attempts): user=<jo>, rip=203.0.113.7, lip=192.0.2.1"
LINES = {
    "ssh": b"Mar  1 12:00:00 host sshd[1]: " + FAILED,
    "smtp": b"Mar  1 12:00:00 host postfix/smtpd[1]: " + SASL,
    "imap": b"Mar  1 12:00:00 host dovecot: " + RIP,
}


def test_dispatch():
    """The program says who reads; a single service leaves the others alone."""
    table = {
        log.name: [service for service, line in LINES.items() if log.parse(line, UTC, AT)]
        for log in (SYSLOG, SSHD, POSTFIX, DOVECOT)
    }
    assert table == {
        "syslog": ["ssh", "smtp", "imap"],
        "sshd": ["ssh"],
        "postfix": ["smtp"],
        "dovecot": ["imap"],
    }


def test_reading_time():
    """A line without year takes it from the reading time: that of the call, or that of the format."""
    line = LINES["ssh"]
    assert SYSLOG.parse(line, UTC, AT) == LoginFailure("203.0.113.7", AT, "ssh", b"root", "password")
    assert SYSLOG.read_at(AT).parse(line, UTC).at == AT
    assert SYSLOG.read_at(AT).time_of(line, UTC) == AT
    assert SYSLOG.time_of(line, UTC, AT - 86_401).__round__() == AT - 365 * 86_400
    assert SYSLOG.time_of(b"x", UTC, AT) is None


@pytest.mark.parametrize(
    ("message", "attempts"),
    [
        (b"message repeated 5 times: [ " + FAILED + b"]", 5),
        (b"message repeated 5 times: [" + FAILED + b"]", 5),
        (b"message repeated 99999 times: [ " + FAILED + b"]", 1000),
    ],
)
def test_repeated(message, attempts):
    """Both rsyslog and sshd write a message once with its number."""
    assert SYSLOG.parse(b"Mar  1 12:00:00 host sshd[1]: " + message, UTC, AT).attempts == attempts


def test_repeated_tries_multiply():
    """Two tries said five times are ten."""
    line = b"Mar  1 12:00:00 host dovecot: message repeated 5 times: [ " + RIP + b"]"
    assert SYSLOG.parse(line, UTC, AT).attempts == 10


def test_nothing_of_interest():
    """A line of another program is recognised and says nothing; one that never was a day gives nothing."""
    line = b"Mar  1 12:00:00 host cron[1]: " + FAILED
    assert SYSLOG.recognises(line)
    assert SYSLOG.parse(line, UTC, AT) is None
    assert SYSLOG.client(line) is None
    assert SYSLOG.parse(LINES["ssh"].replace(b"Mar  1", b"Feb 31"), UTC, AT) is None
    assert not SYSLOG.recognises(b"Mar  1 12:00:00 host")


def test_no_statuses():
    """Logins have no answer status."""
    assert SYSLOG.status_marks((404,)) == ()
