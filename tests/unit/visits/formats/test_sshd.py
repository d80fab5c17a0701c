"""What sshd refuses is seen with the right address, and nothing else is taken for a failure."""

from datetime import UTC

import pytest

from pforte.visits.formats import sshd
from pforte.visits.formats.syslog import SSHD, SYSLOG


def test_samples(deviations):
    """Every sample gives what is written before it, alone and together with the other services."""
    assert deviations(SSHD, "sshd") == []
    assert deviations(SYSLOG, "sshd") == []


def test_kinds_of_prefix():
    """Solaris numbers its messages, old versions put the level before them; both are stripped."""
    bare = sshd.read_message(b"Failed password for root from 203.0.113.7 port 4 ssh2")
    assert bare is not None
    for prefix in (b"error: ", b"fatal: ", b"[ID 800047 auth.info] "):
        assert sshd.read_message(prefix + b"Failed password for root from 203.0.113.7 port 4 ssh2") == bare


@pytest.mark.parametrize(
    "message",
    [
        b"Failed password for root",
        b"Failed to start for root from 203.0.113.7 port 4 ssh2",
        b"PAM: System error for jo from 203.0.113.7",
        b"PAM: Authentication failure for jo",
        b"Connection closed by authenticating user root 203.0.113.7",
        b"Connection closed by invalid user 203.0.113.7",
        b"Received disconnect",
        b"Received disconnect from 203.0.113.7 port 4",
        b"Invalid user jo from 203.0.113.7 port 4 on fire",
        b"Timeout before authentication for 203.0.113.7 and more",
        b"drop connection #1 from somewhere",
        b"banner exchange: Connection from 203.0.113.7 port 4: Broken pipe",
        b"",
    ],
)
def test_half_a_message(message):
    """What sshd would not write so gives nothing."""
    assert sshd.read_message(message) is None


def test_a_name_is_kept_whole():
    """The name is evidence: spaces at its ends survive."""
    refusal = sshd.read_message(b"Failed password for invalid user  a  from 203.0.113.7 port 4 ssh2")
    assert refusal is not None
    assert refusal.user == b" a "


def test_real_log(real_auth_log):
    """A real log of 4,095 lines holds these failures; what is left out are successes, ends and repetitions."""
    lines = real_auth_log.read_bytes().splitlines()
    failures = [failure for line in lines if (failure := SSHD.parse(line, UTC, 1_790_000_000.0)) is not None]
    assert len(lines) == 4095
    assert all(map(SSHD.recognises, lines))
    kinds = {
        what: sum(failure.what == what for failure in failures)
        for what in ("password", "unknown-user", "protocol")
    }
    assert kinds == {"password": 498, "unknown-user": 582, "protocol": 36}
    assert sum(failure.attempts for failure in failures) == 1116 + 77 * 4 + 4 * 3 + 1 * 2 + 3 * 1
