"""What postfix refuses is seen with the right address, and nothing else is taken for a failure."""

from pforte.visits.formats import postfix
from pforte.visits.formats.syslog import POSTFIX, SYSLOG


def test_samples(deviations):
    """Every sample gives what is written before it, alone and together with the other services."""
    assert deviations(POSTFIX, "postfix") == []
    assert deviations(SYSLOG, "postfix") == []


def test_a_host_name_cannot_bring_an_address():
    """Whoever owns the reverse zone writes the host name; it stands before the bracket and holds none."""
    text = b"warning: [192.0.2.66]: SASL LOGIN authentication failed: x[203.0.113.7]: SASL LOGIN authentication failed: y"
    refusal = postfix.read_message(text)
    assert refusal is not None
    assert refusal.client == "192.0.2.66"
