"""Which zones there are, and what is said of them."""

import dns.rdata
import pytest

from pforte.bans.offence import Kind
from pforte.gates.dnsbl.zones import Keeper, render_servers, render_soa, zone_of, zones_below

ZONES = zones_below("DNSBL.example.")
KEEPER = Keeper(("ns1.example", "ns2.example."), "hostmaster.example", 60)


def test_one_zone_for_each_kind_below_that_of_all():
    assert {zone.kind: zone.name for zone in ZONES} == {
        Kind.ATTACK: "attack.dnsbl.example",
        Kind.SPAM: "spam.dnsbl.example",
        Kind.STANDARDS: "standards.dnsbl.example",
        None: "dnsbl.example",
    }


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("dnsbl.example", "dnsbl.example"),
        ("1.dnsbl.example", "dnsbl.example"),
        ("1.spam.dnsbl.example", "spam.dnsbl.example"),
        ("spam.dnsbl.example", "spam.dnsbl.example"),
        ("example", None),
        ("xdnsbl.example", None),
        ("dnsbl.example.org", None),
    ],
)
def test_the_zone_of_a_name(name, zone):
    found = zone_of(ZONES, tuple(label.encode() for label in name.split(".")))
    assert (found and found.name) == zone


def test_the_root_lies_in_no_zone():
    assert zone_of(ZONES, ()) is None


@pytest.mark.standard("2308:5")
def test_an_absence_may_be_remembered_as_long_as_the_settings_say():
    soa = render_soa(KEEPER, 1_795_524_381)
    assert int.from_bytes(soa[4:8]) == 60
    read = dns.rdata.from_wire("IN", "SOA", soa, 10, len(soa) - 10)
    assert read.to_text() == "ns1.example. hostmaster.example. 1795524381 3600 600 86400 60"


def test_every_server_is_named():
    names = [
        dns.rdata.from_wire("IN", "NS", record, 12, len(record) - 12).to_text()
        for record in render_servers(KEEPER)
    ]
    assert names == ["ns1.example.", "ns2.example."]
