"""What an envelope says by itself."""

import pytest

from pforte.mail.session import Envelope


@pytest.mark.parametrize(
    ("parameters", "international"),
    [((), False), (("SMTPUTF8",), True), (("SIZE=1", "smtputf8"), True), (("SMTPUTF8=1",), False)],
)
def test_smtputf8_is_asked_for_by_its_parameter(parameters, international):
    assert Envelope(parameters=parameters).international is international
    assert Envelope(parameters=parameters).may_be_international is international
    assert Envelope(parameters=parameters, parameters_known=False).may_be_international


@pytest.mark.parametrize(
    ("sender", "domain"),
    [
        (None, ""),
        ("", ""),
        ("root", ""),
        ("a@Sender.Example", "sender.example"),
        ("a@sender.example.", "sender.example"),
        ("a@Bücher.example", "xn--bcher-kva.example"),
        ("a@bücher。example", "xn--bcher-kva.example"),
        ("a@\N{FULLWIDTH LATIN SMALL LETTER S}ender.example", "sender.example"),
        ("a@\udcff.example", "\udcff.example"),
        ('"a@b"@sender.example', "sender.example"),
        ("a@[192.0.2.1]", "[192.0.2.1]"),
    ],
)
def test_the_senders_domain_stands_behind_the_last_at(sender, domain):
    assert Envelope(sender=sender).sender_domain == domain
