"""What DNS servers read."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import dns.zone
import pytest

from pforte.bans.ban import Ban, Reach
from pforte.clock import SetClock
from pforte.gates.files.renderings import RENDERINGS, entry_of, render
from pforte.gates.files.zone_renderings import renderings_of
from pforte.net.addresses import parse_network
from pforte.settings.gates import DnsblGateSettings

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SETTINGS = DnsblGateSettings(
    zone="dnsbl.example",
    servers=("ns1.example", "ns2.example."),
    mailbox="keeper.example",
    page="https://desk.example/$",
)
HEADER = "Bans in force, written by pforte; changes to this file are lost.\n"


def ban_of(network: str, reason: str = "visit.xss") -> Ban:
    return Ban(
        network=parse_network(network),
        rung=1,
        starts=NOON,
        ends=NOON + timedelta(hours=1),
        reference="PF-7K3M-Q2XD",
        reason=reason,
    )


def text(kind: str, *bans: Ban, settings: DnsblGateSettings = SETTINGS) -> Sequence[str]:
    rendering = renderings_of(settings, SetClock(NOON))[kind]
    return "".join(render(rendering, [entry_of(ban.network, ban) for ban in bans])).splitlines(keepends=True)


def test_rbldnsd_has_each_kind_in_its_subzone_and_in_the_zone_of_all():
    words = (
        "Shut out until 2026-03-01T13:00:00Z, reference PF-7K3M-Q2XD. https://desk.example/$$PF-7K3M-Q2XD\n"
    )
    attack = f":127.0.0.4:A request carries script meant to run in the browsers of other visitors (cross-site scripting). {words}"
    by_hand = f":127.0.0.2:The operator has shut out this network by hand. {words}"
    test = ":127.0.0.2:Test entry: this address is always listed (RFC 5782 s5).\n"
    assert text("rbldnsd", ban_of("192.0.2.1"), ban_of("2001:db8::/56", "words"), ban_of("192.0.2.0/24")) == [
        f"# {HEADER}",
        "$SOA 60 ns1.example. keeper.example. 0 3600 600 86400 60\n",
        "$NS 3600 ns1.example. ns2.example.\n",
        "$TTL 300\n",
        "$DATASET ip4trie:test attack spam standards @\n",
        f"127.0.0.2 {test}",
        "$DATASET ip6trie:test attack spam standards @\n",
        f"::ffff:7f00:2 {test}",
        "$DATASET ip4trie:attack attack @\n",
        f"192.0.2.1/32 {attack}",
        f"192.0.2.0/24 {attack}",
        "$DATASET ip6trie:other  @\n",
        f"2001:db8::/56 {by_hand}",
    ]


@pytest.mark.parametrize(
    ("network", "owner"),
    [
        ("192.0.2.1", "32.1.2.0.192"),
        ("198.51.100.0/24", "24.0.100.51.198"),
        ("2001:db8:1:2::/64", "64.zz.2.1.db8.2001"),
        ("2001:db8::/32", "32.zz.db8.2001"),
        ("::/0", "0.zz"),
        ("2001:db8:0:0:1:0:0:1/128", "128.1.0.0.1.zz.db8.2001"),
        ("1:2:3:4:5:6:7:8/128", "128.8.7.6.5.4.3.2.1"),
    ],
)
def test_response_policy_zones(network, owner):
    for kind, trigger, action in (("rpz", "rpz-ip", "."), ("rpz-client", "rpz-client-ip", "rpz-drop.")):
        assert text(kind, ban_of(network)) == [
            f"; {HEADER}",
            "$TTL 60\n",
            f"@ SOA ns1.example. keeper.example. {int(NOON.timestamp())} 3600 600 86400 60\n",
            "@ NS ns1.example.\n",
            "@ NS ns2.example.\n",
            f"{owner}.{trigger} CNAME {action}\n",
        ]


def test_another_library_reads_the_zone():
    zone = dns.zone.from_text("".join(text("rpz", ban_of("192.0.2.1"), ban_of("2001:db8::"))), "rpz.example.")
    assert len(zone.nodes) == 3


def test_bans_of_shared_networks_are_told_too():
    """These lists refuse mail and names, and are no firewall."""
    shared = replace(ban_of("192.0.2.1"), reach=Reach.APPLICATION)
    for kind in ("rbldnsd", "rpz", "rpz-client"):
        assert len(text(kind, shared)) > len(text(kind))


def test_the_other_forms_stay():
    forms = renderings_of(SETTINGS, SetClock(NOON))
    assert {kind: forms[kind] for kind in RENDERINGS} == RENDERINGS
    assert len({form.file_name for form in forms.values()}) == len(forms)
