"""Exempt hosts are looked up again and again; trouble takes nobody's exemption away."""

import asyncio
from ipaddress import ip_address

import structlog

from pforte.dns.zone_file import ZoneFileResolver
from pforte.service.exempting import Exempting
from pforte.settings.table import ExemptSettings, Settings

ZONE = "office.example. A 192.0.2.50\n"
SETTINGS = Settings(exempt=ExemptSettings(hosts=("office.example",), networks=("198.51.100.0/24",)))


def test_hosts_and_networks_are_exempt() -> None:
    exempting = Exempting()
    asyncio.run(exempting.look_up(SETTINGS, ZoneFileResolver(ZONE)))
    exemptions = exempting.exemptions(SETTINGS)
    assert exemptions.reason(ip_address("192.0.2.50")) == "address of office.example, setting exempt.hosts"
    assert exemptions.reason(ip_address("198.51.100.7")) == "setting exempt.networks"
    assert exemptions.reason(ip_address("127.0.0.1"))
    assert not exemptions.reason(ip_address("203.0.113.1"))


def test_trouble_keeps_the_last_known_address() -> None:
    """Law 6: a DNS time-out must not shut the office out."""
    exempting = Exempting()
    asyncio.run(exempting.look_up(SETTINGS, ZoneFileResolver(ZONE)))
    troubled = ZoneFileResolver(ZONE, troubles={"office.example.": "time-out"})
    with structlog.testing.capture_logs() as logged:
        asyncio.run(exempting.look_up(SETTINGS, troubled))
    assert exempting.exemptions(SETTINGS).reason(ip_address("192.0.2.50"))
    assert [each["event"] for each in logged] == ["exempt.host-unknown"]


def test_a_host_that_moved_leaves_its_old_address() -> None:
    exempting = Exempting()
    asyncio.run(exempting.look_up(SETTINGS, ZoneFileResolver(ZONE)))
    asyncio.run(exempting.look_up(SETTINGS, ZoneFileResolver("office.example. A 192.0.2.51\n")))
    assert not exempting.exemptions(SETTINGS).reason(ip_address("192.0.2.50"))
    assert exempting.exemptions(SETTINGS).reason(ip_address("192.0.2.51"))
