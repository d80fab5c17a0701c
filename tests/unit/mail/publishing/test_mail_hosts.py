"""Mail servers: named by MX records, with addresses and reverse names."""

from pforte.mail.publishing.mail_hosts import inspect_hosts

GOOD = """
example.org. MX 10 mx.example.org.
mx.example.org. A 192.0.2.1
1.2.0.192.in-addr.arpa. PTR mx.example.org.
"""


def test_servers_with_names_are_there(look):
    assert look(inspect_hosts, GOOD, find=()) == (
        [
            ("there", "mail goes to mx.example.org"),
            ("there", "192.0.2.1 is called mx.example.org, which points back"),
        ],
        ["example.org. IN MX 10 mx.example.org."],
    )


def test_without_records_a_server_is_proposed(look):
    found, lines = look(inspect_hosts, find=())
    assert found == [("missing", "there is no MX record"), ("missing", "it has no address")]
    assert lines == ["example.org. IN MX 10 mail.example.org."]


def test_a_wanted_server_that_no_record_names_is_missing(look):
    found, lines = look(inspect_hosts, GOOD, find=("mx.example.org", "mx2.example.org"))
    assert found[0] == ("missing", "no MX record names mx2.example.org")
    assert found[-1] == ("missing", "it has no address")
    assert lines == ["example.org. IN MX 10 mx.example.org.", "example.org. IN MX 10 mx2.example.org."]


def test_a_null_mx_is_wrong(look):
    found, lines = look(inspect_hosts, "example.org. MX 0 .", find=())
    assert found[0] == ("wrong", "a null MX says that the domain takes no mail")
    assert lines == ["example.org. IN MX 10 mail.example.org."]


def test_an_alias_is_wrong(look):
    zone = "example.org. MX 10 mx.example.org.\nmx.example.org. CNAME real.example.net.\nreal.example.net. A 192.0.2.1"
    assert look(inspect_hosts, zone, find=())[0][1] == ("wrong", "it is an alias of real.example.net")


def test_addresses_without_names_that_point_back_are_wrong(look):
    zone = GOOD.replace("PTR mx", "PTR other") + "mx.example.org. AAAA 2001:db8::1\n"
    assert look(inspect_hosts, zone, find=())[0][1:] == [
        ("wrong", "192.0.2.1 has only names that do not point back to it"),
        ("wrong", "2001:db8::1 has no name"),
    ]


def test_trouble_is_no_fault(look):
    assert look(inspect_hosts, GOOD, find=(), troubles=["example.org"])[0][0] == (
        "unknown",
        "the MX records could not be looked up: SERVFAIL",
    )
    assert look(inspect_hosts, GOOD, find=(), troubles=["mx.example.org"])[0][1:] == [
        ("unknown", "its addresses could not be looked up: SERVFAIL")
    ]
    assert look(inspect_hosts, GOOD, find=(), troubles=["1.2.0.192.in-addr.arpa"])[0][1:] == [
        ("unknown", "the names of 192.0.2.1 could not be looked up")
    ]
