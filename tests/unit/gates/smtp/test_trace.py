"""The fields that stand before a mail."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from ipaddress import ip_address

import pytest

from pforte.gates.smtp.commands import Path
from pforte.gates.smtp.handover import Client, Letter
from pforte.gates.smtp.trace import compose, plain_name, protocol_of, render_received
from pforte.mail.reception import Outcome
from pforte.mail.session import Tls
from pforte.mail.verdict import Verdict

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def letter(**changes):
    client = {
        "address": ip_address("192.0.2.1"),
        "port": 1,
        "name": "mail.a.example",
        "helo": "mail.a.example",
        "extended": True,
        "tls": Tls("TLSv1.3", "TLS_AES_256_GCM_SHA384", 256),
    }
    path = changes.pop("path", Path("a@a.example"))
    recipients = changes.pop("recipients", ("u@ours.example",))
    return Letter(client=Client(**{**client, **changes}), path=path, recipients=recipients, queue="Q1")


@pytest.mark.standard("5321:4.4")
def test_received_tells_the_whole_way():
    value = render_received(letter(), "mx.ours.example", NOW)
    assert value == (
        "from mail.a.example (mail.a.example [192.0.2.1])\r\n"
        " by mx.ours.example (Pforte) with ESMTPS (TLSv1.3 TLS_AES_256_GCM_SHA384)\r\n"
        " id Q1 for <u@ours.example>; Sun, 01 Mar 2026 12:00:00 +0000"
    )


def test_several_recipients_do_not_learn_of_each_other():
    value = render_received(letter(recipients=("u@ours.example", "v@ours.example")), "mx.ours.example", NOW)
    assert "ours.example>" not in value


@pytest.mark.parametrize(
    "helo", ["", "a b", "ü", "x" * 300, "a\u2028b", "(comment", "[192.0.2.1", "<x>", "\udcff"]
)
def test_a_name_that_is_none_does_not_come_into_the_header(helo):
    assert plain_name(letter(helo=helo).client) == "[192.0.2.1]"
    six = letter(helo=helo, address=ip_address("2001:db8::1"), name="")
    value = render_received(six, "mx.ours.example", NOW)
    assert value.startswith("from [IPv6:2001:db8::1] ([IPv6:2001:db8::1])")
    assert plain_name(letter(helo="[IPv6:2001:db8::2]").client) == "[IPv6:2001:db8::2]"


def test_names_of_protocols():
    """RFC 3848, RFC 6531 s4.3."""
    assert protocol_of(letter(extended=False, tls=None)) == "SMTP"
    assert protocol_of(letter(tls=None)) == "ESMTP"
    assert protocol_of(letter()) == "ESMTPS"
    assert protocol_of(letter(path=Path("a", ("SMTPUTF8",)))) == "UTF8SMTPS"


def test_forged_fields_are_taken_out_and_ours_stand_in_front():
    raw = b"A: 1\r\nForged: x\r\n y\r\nB: 2\r\n\r\nbody\r\n.\r\n"
    outcome = Outcome(None, Verdict(), (("X-One", "1\r\n 1"), ("X-Two", "ü")), (1,))
    composed = compose(raw, outcome, "r")
    assert (
        composed == "X-One: 1\r\n 1\r\nX-Two: ü\r\nReceived: r\r\nA: 1\r\nB: 2\r\n\r\nbody\r\n.\r\n".encode()
    )
    assert message_from_bytes(composed, policy=policy.SMTP)["B"] == "2"
    assert compose(raw, None, "r") == b"Received: r\r\n" + raw
