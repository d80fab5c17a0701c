"""The kernel's answer, read back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.gates.gate import GateError
from pforte.gates.nftables.listing import parse_listing
from pforte.gates.nftables.ruleset import Layout
from pforte.net.addresses import parse_network

LAYOUT = Layout(table="pforte", priority=-200, size=1000, ipv6_prefix=64)


def elem(value: object, left: int) -> dict[str, object]:
    return {"elem": {"val": value, "timeout": left + 5, "expires": left}}


def rule(right: object, *rest: dict[str, object], chain: str = "visitors") -> dict[str, object]:
    match = {"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": right}}
    return {
        "rule": {"family": "inet", "table": "pforte", "chain": chain, "handle": 9, "expr": [match, *rest]}
    }


def answer(*entries: dict[str, object]) -> str:
    return json.dumps({"nftables": [{"metainfo": {"version": "1.0.6"}}, *entries]})


def a_set(name: str, *elements: object) -> dict[str, object]:
    return {"set": {"family": "inet", "name": name, "table": "pforte", "elem": list(elements)}}


DROP: list[dict[str, object]] = [{"counter": {"packets": 7, "bytes": 420}}, {"drop": None}]


def test_elements_come_as_addresses_prefixes_and_ranges():
    listing = parse_listing(
        answer(
            {"table": {"family": "inet", "name": "pforte", "handle": 1}},
            a_set("ban4", elem("192.0.2.1", 60), "192.0.2.2"),
            a_set("ban6", elem("2001:db8::", 60)),
            a_set(
                "net4",
                elem({"prefix": {"addr": "10.0.0.0", "len": 8}}, 60),
                elem({"range": ["11.0.0.0", "11.0.0.2"]}, 61),
                elem("12.0.0.1", 62),
            ),
            a_set("net6", {"prefix": {"addr": "2001:db8::", "len": 56}}),
            a_set("allow4", {"prefix": {"addr": "127.0.0.0", "len": 8}}, "192.0.2.9"),
            a_set("users-own", "192.0.2.77"),
        ),
        LAYOUT,
    )
    assert listing.sets == {
        "ban4": {parse_network("192.0.2.1"): 60, parse_network("192.0.2.2"): None},
        "ban6": {parse_network("2001:db8::/64"): 60},
        "net4": {
            parse_network("10.0.0.0/8"): 60,
            parse_network("11.0.0.0/31"): 61,
            parse_network("11.0.0.2"): 61,
            parse_network("12.0.0.1"): 62,
        },
        "net6": {parse_network("2001:db8::/56"): None},
    }
    assert listing.exempt == {parse_network("127.0.0.0/8"), parse_network("192.0.2.9")}


def test_rules_are_read_as_what_they_match_and_do_and_have_dropped():
    listing = parse_listing(
        answer(
            {
                "chain": {
                    "name": "visitors",
                    "hook": "prerouting",
                    "prio": -200,
                    "policy": "accept",
                    "handle": 1,
                }
            },
            {"chain": {"name": "users-own", "hook": "input", "prio": 0, "policy": "accept", "handle": 2}},
            rule({"set": ["nd-router-solicit"]}, {"accept": None}),
            rule("@ban4", *DROP),
            rule("@other", *DROP, chain="users-own"),
            {"rule": {"chain": "visitors", "handle": 3, "expr": [{"accept": None}]}},
        ),
        LAYOUT,
    )
    assert listing.chain == (
        ("prerouting", "-200", "accept"),
        ("", "accept"),
        ("@ban4", "drop"),
        ("", "accept"),
    )
    assert listing.dropped == {"ban4": 7}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"nftables": 7}',
        answer({"set": {}}),
        answer(a_set("ban4", "nobody")),
        answer(a_set("ban4", elem({"concat": ["a", "b"]}, 7))),
        answer(a_set("ban4", {"elem": 7})),
        answer({"chain": {"name": "visitors"}}),
        answer({"rule": {"chain": "visitors", "expr": []}}),
    ],
)
def test_an_unknown_form_is_an_error_of_the_gate(text):
    with pytest.raises(GateError, match=r"unknown form|listed"):
        parse_listing(text, LAYOUT)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["nftables", "set", "name", "elem", "val", "expires", "rule", "chain", "expr", "prefix"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(values)
def test_whatever_is_listed_is_read_or_refused(value):
    try:
        parse_listing(json.dumps({"nftables": [value]}), LAYOUT)
    except GateError:
        return


def test_ports_and_refusals_are_read():
    reset = {
        "rule": {"chain": "refused", "expr": [{"match": {"right": "tcp"}}, {"reject": {"type": "tcp reset"}}]}
    }
    others = {
        "rule": {"chain": "refused", "expr": [{"reject": {"type": "icmpx", "expr": "admin-prohibited"}}]}
    }
    listing = parse_listing(
        answer(
            {"chain": {"name": "refused", "handle": 2}},
            reset,
            others,
            rule({"set": ["tcp", "udp"]}, {"accept": None}),
            rule({"set": [465, 25]}, {"accept": None}),
            rule(25, {"accept": None}),
            rule({"prefix": {"addr": "10.0.0.0", "len": 8}}, {"accept": None}),
            rule("@ban4", {"counter": {"packets": 7, "bytes": 420}}, {"goto": {"target": "refused"}}),
        ),
        LAYOUT,
    )
    assert listing.refusals == (("tcp", "reject"), ("", "reject"))
    assert listing.chain == (
        ("", "accept"),
        ("25,465", "accept"),
        ("25", "accept"),
        ("", "accept"),
        ("@ban4", "goto"),
    )
    assert listing.dropped == {"ban4": 7}
