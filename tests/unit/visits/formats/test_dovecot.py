"""What dovecot refuses is seen with the right address, and nothing else is taken for a failure."""

from pforte.visits.formats import dovecot
from pforte.visits.formats.syslog import DOVECOT, SYSLOG


def test_samples(deviations):
    """Every sample gives what is written before it, alone and together with the other services."""
    assert deviations(DOVECOT, "dovecot") == []
    assert deviations(SYSLOG, "dovecot") == []


def test_services():
    """The login service names the protocol."""
    said = b"Disconnected (auth failed, 1 attempts): user=<jo>, rip=203.0.113.7"
    services = {
        program: refusal.service
        for program in (b"imap-login", b"pop3-login", b"managesieve-login", b"submission-login")
        if (refusal := dovecot.read_message(program, said)) is not None
    }
    assert list(services.values()) == ["imap", "pop3", "sieve", "smtp"]


def test_a_name_may_come_twice():
    """Some set-ups write the program into the message again."""
    said = (
        b"dovecot: auth(default): pam(jo,203.0.113.7): pam_authenticate() failed: User not known: 2 Time(s)"
    )
    refusal = dovecot.read_message(b"dovecot", said)
    assert refusal is not None
    assert (refusal.client, refusal.service) == ("203.0.113.7", "imap")


def test_a_message_without_service():
    """The master process says nothing about clients."""
    assert dovecot.read_message(b"dovecot", b"master") is None
