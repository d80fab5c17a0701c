"""All envelopes of syslog open."""

from datetime import UTC

import pytest

from pforte.visits.formats.envelope import Envelope, open_envelope, read_stamp


@pytest.mark.parametrize(
    ("line", "stamp", "program", "message"),
    [
        (b"Mar 27 13:06:56 host sshd[1291]: a b", b"Mar 27 13:06:56", b"sshd", b"a b"),
        (b"<38>Mar  7 13:06:56 host sshd: a", b"Mar  7 13:06:56", b"sshd", b"a"),
        (b"Mar 7 13:06:56 [sshd]: a", b"Mar 7 13:06:56", b"sshd", b"a"),
        (b"Mar 7 13:06:56 [sshd] a", b"Mar 7 13:06:56", b"sshd", b"a"),
        (b"Mar 7 13:06:56 sshd[1]: a", b"Mar 7 13:06:56", b"sshd", b"a"),
        (b"Mar 7 13:06:56 host postfix/smtpd[1]: a", b"Mar 7 13:06:56", b"postfix/smtpd", b"a"),
        (b"Mar 7 13:06:56 auth-worker(304): Info: a", b"Mar 7 13:06:56", b"auth-worker", b"Info: a"),
        (
            b"Mar 7 13:06:56 host last message repeated 2 times",
            b"Mar 7 13:06:56",
            b"",
            b"last message repeated 2 times",
        ),
        (
            b"2026-03-01T12:00:00.123456+00:00 host sshd-session[1]: a",
            b"2026-03-01T12:00:00.123456+00:00",
            b"sshd-session",
            b"a",
        ),
        (b"2026-03-01 12:00:00 imap-login: Info: a", b"2026-03-01 12:00:00", b"imap-login", b"Info: a"),
        (b"2026-03-01 12:00:00 +0100 host x: a", b"2026-03-01 12:00:00 +0100", b"x", b"a"),
        (b"<38>1 2026-03-01T12:00:00Z h sshd 1 - - a", b"2026-03-01T12:00:00Z", b"sshd", b"a"),
        (b"<38>1 2026-03-01T12:00:00Z h sshd 1 ID47 - \xef\xbb\xbfa", b"2026-03-01T12:00:00Z", b"sshd", b"a"),
        (
            b'<38>1 2026-03-01T12:00:00Z h sshd 1 - [a b="]\\"" c="d"][e@1] f [g] h',
            b"2026-03-01T12:00:00Z",
            b"sshd",
            b"f [g] h",
        ),
        (b"<38>1 2026-03-01T12:00:00Z h sshd 1 - -", b"2026-03-01T12:00:00Z", b"sshd", b""),
        (
            b"@400000004c91b044077a9e94 pop3-login: Info: a",
            b"@400000004c91b044077a9e94",
            b"pop3-login",
            b"Info: a",
        ),
    ],
)
def test_envelopes(line, stamp, program, message):
    """Time, program and message come apart in every shape."""
    assert open_envelope(line) == Envelope(stamp, program, message)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"hello",
        b"Mar 27",
        b"192.0.2.7 - - [x]",
        b'<38>1 2026-03-01T12:00:00Z h sshd 1 - [a b="c] d',
        b"<9999>1 - - - - - -",
    ],
)
def test_no_envelope(line):
    """Other lines are none."""
    assert open_envelope(line) is None


def test_stamps():
    """Each kind of time goes to its reader."""
    at = 1_772_366_400.0
    for stamp in (b"2026-03-01T12:00:00Z", b"Mar  1 12:00:00", b"@4%015x00000000" % (int(at) + 10)):
        assert read_stamp(stamp, UTC, at) == at
    assert read_stamp(b"-", UTC, at) is None
