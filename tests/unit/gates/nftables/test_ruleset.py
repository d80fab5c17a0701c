"""The text that nft is given."""

from dataclasses import replace

import pytest

from pforte.gates.gate import GateError
from pforte.gates.nftables.ruleset import (
    Change,
    Layout,
    expected_chain,
    expected_refusals,
    render_change,
    render_exempt,
    render_removal,
    render_table,
)
from pforte.net.addresses import parse_network

LAYOUT = Layout(table="pforte", priority=-200, size=1000, ipv6_prefix=64)


@pytest.mark.parametrize(
    ("network", "set_name"),
    [
        ("192.0.2.1", "ban4"),
        ("192.0.2.0/31", "net4"),
        ("0.0.0.0/0", "net4"),
        ("2001:db8::/64", "ban6"),
        ("2001:db8::/56", "net6"),
        ("2001:db8::1/128", "net6"),
    ],
)
def test_charged_sizes_go_to_hash_sets_and_the_rest_to_interval_sets(network, set_name):
    assert LAYOUT.set_of(parse_network(network)) == set_name


def test_the_hash_set_follows_the_prefix_that_addresses_are_charged_to():
    layout = Layout(table="pforte", priority=-200, size=1000, ipv6_prefix=60)
    assert layout.set_of(parse_network("2001:db8::/60")) == "ban6"
    assert "ip6 saddr & ffff:ffff:ffff:fff0:: @ban6 counter drop" in render_table(layout, (), {})


def test_the_whole_table():
    sets = {
        "ban4": {parse_network("192.0.2.1"): 60, parse_network("192.0.2.2"): 3600},
        "ban6": {parse_network("2001:db8::/64"): 5},
    }
    exempt = [parse_network("127.0.0.0/8"), parse_network("127.0.0.1"), parse_network("::1/128")]
    assert render_table(LAYOUT, exempt, sets) == (
        "add table inet pforte\n"
        "delete table inet pforte\n"
        'add table inet pforte { comment "bans of pforte; rewritten by it at any time"; }\n'
        "add set inet pforte allow4 { type ipv4_addr; flags interval; }\n"
        "add set inet pforte allow6 { type ipv6_addr; flags interval; }\n"
        "add element inet pforte allow4 { 127.0.0.0/8 }\n"
        "add element inet pforte allow6 { ::1/128 }\n"
        "add set inet pforte ban4 { type ipv4_addr; flags timeout; size 1000; }\n"
        "add element inet pforte ban4 { 192.0.2.1 timeout 60s,192.0.2.2 timeout 3600s }\n"
        "add set inet pforte ban6 { type ipv6_addr; flags timeout; size 1000; }\n"
        "add element inet pforte ban6 { 2001:db8:: timeout 5s }\n"
        "add set inet pforte net4 { type ipv4_addr; flags interval,timeout; }\n"
        "add set inet pforte net6 { type ipv6_addr; flags interval,timeout; }\n"
        "add chain inet pforte visitors { type filter hook prerouting priority -200; policy accept; }\n"
        'add rule inet pforte visitors iifname "lo" accept\n'
        "add rule inet pforte visitors icmpv6 type { nd-router-solicit, nd-router-advert, "
        "nd-neighbor-solicit, nd-neighbor-advert } accept\n"
        "add rule inet pforte visitors ip saddr @allow4 accept\n"
        "add rule inet pforte visitors ip6 saddr @allow6 accept\n"
        "add rule inet pforte visitors ip saddr @ban4 counter drop\n"
        "add rule inet pforte visitors ip saddr @net4 counter drop\n"
        "add rule inet pforte visitors ip6 saddr & ffff:ffff:ffff:ffff:: @ban6 counter drop\n"
        "add rule inet pforte visitors ip6 saddr @net6 counter drop\n"
    )


def test_no_set_merges_its_elements():
    """auto-merge gives neighbours one end and loses deletions."""
    assert "auto-merge" not in render_table(LAYOUT, (), {})


def test_exempt_networks_are_replaced_in_one_transaction():
    assert render_exempt(LAYOUT, [parse_network("192.0.2.9")]) == (
        "flush set inet pforte allow4\n"
        "flush set inet pforte allow6\n"
        "add element inet pforte allow4 { 192.0.2.9/32 }\n"
    )


def test_a_change_takes_out_whether_it_is_there_or_not_and_puts_in():
    home = parse_network("192.0.2.1")
    change = Change("ban4", [home, parse_network("192.0.2.2")], {home: 7})
    assert render_change(LAYOUT, change) == (
        "add element inet pforte ban4 { 192.0.2.1,192.0.2.2 }\n"
        "delete element inet pforte ban4 { 192.0.2.1,192.0.2.2 }\n"
        "add element inet pforte ban4 { 192.0.2.1 timeout 7s }\n"
    )


def test_a_flush_takes_out_everything():
    change = Change("net6", added={parse_network("2001:db8::/56"): 7}, flush=True)
    assert render_change(LAYOUT, change) == (
        "flush set inet pforte net6\nadd element inet pforte net6 { 2001:db8::/56 timeout 7s }\n"
    )


def test_nothing_to_change_is_no_command():
    assert render_change(LAYOUT, Change("ban4")) == ""


def test_the_removal_works_whether_the_table_is_there_or_not():
    assert render_removal(LAYOUT) == "add table inet pforte\ndelete table inet pforte\n"


def test_the_expected_chain_names_every_rule():
    assert expected_chain(LAYOUT) == (
        ("prerouting", "-200", "accept"),
        ("lo", "accept"),
        ("", "accept"),
        ("@allow4", "accept"),
        ("@allow6", "accept"),
        ("@ban4", "drop"),
        ("@net4", "drop"),
        ("@ban6", "drop"),
        ("@net6", "drop"),
    )


def test_a_scope_has_sets_and_rules_of_its_own():
    """Its rules come before those that let everything else through, and look at TCP and UDP only."""
    scopes = {"mail.relay": (465, 25, 25), "visit.xss": (80,), "visit.trap": (25, 465), "login": (22,)}
    layout = replace(LAYOUT, ports=(22,), scopes=scopes)
    assert layout.closing == ((22,), (25, 465), (80,))
    reasons = ("mail.relay", "visit.trap", "visit.xss", "login", "by hand")
    assert [layout.scope_of(each) for each in reasons] == [1, 1, 2, 0, 0]
    home = parse_network("192.0.2.1")
    text = render_table(layout, (), {"ban4_1": {home: 60}, "net6_2": {parse_network("2001:db8::/56"): 7}})
    lines = text.splitlines()
    assert "add set inet pforte ban4_1 { type ipv4_addr; flags timeout; size 1000; }" in lines
    assert "add element inet pforte ban4_1 { 192.0.2.1 timeout 60s }" in lines
    assert "add set inet pforte net6_2 { type ipv6_addr; flags interval,timeout; }" in lines
    assert "add element inet pforte net6_2 { 2001:db8::/56 timeout 7s }" in lines
    rule = "add rule inet pforte visitors meta l4proto { tcp, udp } th dport"
    scoped = lines.index(f"{rule} {{ 25,465 }} ip saddr @ban4_1 counter drop")
    assert f"{rule} 80 ip6 saddr & ffff:ffff:ffff:ffff:: @ban6_2 counter drop" in lines
    assert scoped < lines.index("add rule inet pforte visitors meta l4proto != { tcp, udp } accept")
    assert ("25,465 @ban4_1", "drop") in expected_chain(layout)
    change = Change("net4_1", added={parse_network("192.0.2.0/24"): 7})
    assert render_change(layout, change) == "add element inet pforte net4_1 { 192.0.2.0/24 timeout 7s }\n"


def test_a_scope_that_closes_what_all_bans_close_is_none():
    assert replace(LAYOUT, ports=(25,), scopes={"mail.relay": (25,)}).closing == ((25,),)


@pytest.mark.parametrize("name", ["", "two words", "x; flush ruleset", "9lives", "a" * 32, "x\n"])
def test_a_table_name_that_could_be_a_command_is_refused(name):
    with pytest.raises(GateError, match=r"gate\.nftables\.table"):
        Layout(table=name, priority=-200, size=1000, ipv6_prefix=64)


def test_a_table_that_refuses_answers_in_a_chain_of_its_own():
    layout = replace(LAYOUT, action="reject")
    text = render_table(layout, (), {})
    assert "add rule inet pforte refused meta l4proto tcp reject with tcp reset\n" in text
    assert "add rule inet pforte refused reject with icmpx admin-prohibited\n" in text
    assert "ip saddr @ban4 counter goto refused\n" in text
    assert "counter drop" not in text
    assert ("@ban4", "goto") in expected_chain(layout)
    assert expected_refusals(layout) == (("tcp", "reject"), ("", "reject"))
    assert (expected_refusals(LAYOUT), "refused" in render_table(LAYOUT, (), {})) == ((), False)


@pytest.mark.parametrize(
    ("ports", "written", "listed"), [((465, 25, 25), "{ 25,465 }", "25,465"), ((25,), "25", "25")]
)
def test_only_some_ports_are_closed(ports, written, listed):
    layout = replace(LAYOUT, ports=ports)
    lines = render_table(layout, (), {}).splitlines()
    at = lines.index(f"add rule inet pforte visitors th dport != {written} accept")
    assert lines[at - 1].endswith("meta l4proto != { tcp, udp } accept")
    assert lines[at + 1].endswith("ip saddr @ban4 counter drop")
    assert (listed, "accept") in expected_chain(layout)
