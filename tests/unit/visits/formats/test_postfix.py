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


RELAY = b"NOQUEUE: reject: RCPT from unknown[192.0.2.66]: 554 5.7.1 <%b>: Relay access denied"


def _act(told: bytes, recipient: bytes = b"a@example.net") -> bytes:
    refusal = postfix.read_message(RELAY % recipient + told)
    assert refusal is not None
    assert refusal.what == "relay"
    return refusal.act


def test_a_try_to_relay_is_told_with_sender_and_recipient():
    """What a mail queue repeats: not the greeting, and not the time."""
    first = _act(b"; from=<b@example.com> to=<a@example.net> proto=ESMTP helo=<one>")
    assert first == b"from=<b@example.com> to=<a@example.net>"
    assert _act(b"; from=<b@example.com> to=<a@example.net> proto=SMTP helo=<two>") == first
    assert _act(b"; from=<b@example.com> to=<a@example.net>") == first
    assert _act(b"; from=<> to=<a@example.net> proto=ESMTP helo=<one>") == b"from=<> to=<a@example.net>"


def test_no_sender_hides_the_recipient_behind_words_of_postfix():
    sender = b'"x> to=<y@example.org> proto=ESMTP"@example.com'
    acts = {
        _act(b"; from=<%b> to=<%b> proto=ESMTP helo=<h>" % (sender, to))
        for to in (b"a@b.example", b"c@d.example")
    }
    assert len(acts) == 2


def test_a_refusal_without_sender_and_recipient_is_no_known_act():
    assert _act(b"") == b""
    assert _act(b"; proto=ESMTP helo=<; from=<a> to=<b> proto=>") == b""
    refusal = postfix.read_message(
        b"warning: unknown[192.0.2.1]: SASL LOGIN authentication failed: UGFzc3dvcmQ6"
    )
    assert refusal is not None
    assert refusal.act == b""
