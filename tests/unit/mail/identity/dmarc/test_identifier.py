"""How an identifier names itself in explanations and headers."""

from pforte.mail.identity.dmarc.identifier import Alignment, Mechanism


def test_an_identifier_is_named_as_headers_name_it():
    dkim = Alignment(mechanism=Mechanism.DKIM, domain="example.org", result="pass", selector="key1")
    assert str(dkim) == "dkim=pass d=example.org s=key1"
    assert str(Alignment(mechanism=Mechanism.SPF, domain="a.example", result="fail")) == "spf=fail a.example"
