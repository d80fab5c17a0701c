"""Where TLS reports are wanted."""

import pytest

from pforte.mail.publishing.tls_reports import inspect_tls_reports

NAME = "_smtp._tls.example.org"


def zone(*texts):
    return "\n".join(f'{NAME}. TXT "{text}"' for text in texts)


@pytest.mark.parametrize(
    "text",
    [
        "v=TLSRPTv1; rua=mailto:a@example.org",
        "v=TLSRPTv1;rua=https://example.org/in,mailto:a@example.org;",
        "v=TLSRPTv1; ext=1; rua=mailto:a@example.net",
    ],
)
def test_a_record_in_order_is_there_and_stays(look, text):
    assert look(inspect_tls_reports, zone(text)) == ([("there", text)], [f'{NAME}. IN TXT "{text}"'])


@pytest.mark.standard("8460:3")
@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ((), ("missing", "there is no TLS reporting record")),
        (("v=TLSRPTv2; rua=mailto:a@example.org",), ("missing", "there is no TLS reporting record")),
        (
            ("v=TLSRPTv1; rua=mailto:a@example.org", "v=TLSRPTv1; rua=mailto:b@example.org"),
            ("wrong", "more than one record count as none"),
        ),
        (("v=TLSRPTv1;",), ("wrong", '"" is no mailto: or https: address')),
        (("v=TLSRPTv1; rua=a@example.org",), ("wrong", '"a@example.org" is no mailto: or https: address')),
        (
            ("v=TLSRPTv1; rua=mailto:a@example.org,http://x.example/",),
            ("wrong", '"http://x.example/" is no mailto: or https: address'),
        ),
    ],
)
def test_what_lacks_is_told_and_proposed(look, texts, found):
    told, lines = look(inspect_tls_reports, zone(*texts), reports="r@example.net")
    assert told == [found]
    assert lines == [f'{NAME}. IN TXT "v=TLSRPTv1; rua=mailto:r@example.net"']


def test_trouble_is_no_fault(look):
    assert look(inspect_tls_reports, troubles=[NAME])[0] == [
        ("unknown", "it could not be looked up: SERVFAIL")
    ]
