"""The forms that other software reads."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.bans.ban import Ban, Origin, Reach
from pforte.gates.files.renderings import RENDERINGS, entry_of, render
from pforte.net.addresses import parse_network

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BAN = Ban(
    network=parse_network("192.0.2.1"),
    rung=1,
    starts=NOON,
    ends=NOON + timedelta(hours=1, microseconds=5),
    reference="PF-7K3M-Q2XD",
    reason="visit.sql-injection",
)
BANS = [
    BAN,
    replace(
        BAN,
        network=parse_network("198.51.100.0/24"),
        origin=Origin.OPERATOR,
        reason='said "no"\nthrice',
        rung=2,
    ),
    replace(BAN, network=parse_network("100.64.0.1"), reach=Reach.APPLICATION),
    replace(BAN, network=parse_network("2001:db8::/64"), lifted=NOON + timedelta(minutes=1)),
]
COMMENT = "# Bans in force, written by pforte; changes to this file are lost.\n"


def text_of(kind: str, bans: list[Ban]) -> str:
    return "".join(render(RENDERINGS[kind], [entry_of(ban.network, ban) for ban in bans]))


def test_plain_has_one_network_per_line_and_leaves_shared_ones_to_others():
    assert text_of("plain", BANS) == "192.0.2.1\n198.51.100.0/24\n2001:db8::/64\n"


def test_nginx_geo_gives_the_reference_as_value():
    assert text_of("nginx-geo", BANS) == (
        f"{COMMENT}192.0.2.1/32 PF-7K3M-Q2XD;\n198.51.100.0/24 PF-7K3M-Q2XD;\n"
        "100.64.0.1/32 PF-7K3M-Q2XD;\n2001:db8::/64 PF-7K3M-Q2XD;\n"
    )


def test_nginx_deny():
    assert text_of("nginx-deny", BANS[:2]) == f"{COMMENT}deny 192.0.2.1;\ndeny 198.51.100.0/24;\n"


def test_apache_reads_many_networks_in_one_directive():
    assert text_of("apache", BANS[:2]) == (
        f"{COMMENT}Require not ip \\\n192.0.2.1 \\\n198.51.100.0/24 \\\n\n"
    )
    assert text_of("apache", BANS[:1] * 500).count("Require not ip \\\n") == 3


def test_haproxy_maps_a_network_to_its_reference():
    assert text_of("haproxy", BANS[:1]) == f"{COMMENT}192.0.2.1/32 PF-7K3M-Q2XD\n"


@pytest.mark.standard("5321:4.2.1")
def test_postfix_refuses_for_good_with_reference_and_end():
    assert text_of("postfix", BANS[3:]) == (
        f"{COMMENT}2001:db8::/64 554 5.7.1 Refused until 2026-03-01T12:01:00Z, reference PF-7K3M-Q2XD. "
        "Gesperrt bis 2026-03-01T12:01:00Z, Referenz PF-7K3M-Q2XD.\n"
    )


@pytest.mark.parametrize(
    ("contact", "told"),
    [
        ("abuse@example.org", "abuse@example.org"),
        ("https://example.org/r/{reference}", "https://example.org/r/PF-7K3M-Q2XD"),
    ],
)
def test_postfix_tells_whom_to_ask(contact, told):
    """Whoever is refused reads nothing else."""
    (line,) = RENDERINGS["postfix"].render([entry_of(BAN.network, BAN, contact)])
    assert line.endswith(f", Referenz PF-7K3M-Q2XD. {told}\n")


def test_a_refusal_fits_into_a_reply():
    """RFC 5321 s4.5.3.1.5: 512 octets with the code and the line's end."""
    ban = replace(
        BAN, network=parse_network("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff/128"), reference="R" * 40
    )
    (line,) = RENDERINGS["postfix"].render([entry_of(ban.network, ban, "c" * 200)])
    assert len(line) < 510


def test_json_says_everything():
    document = json.loads(text_of("json", BANS))
    assert [ban["network"] for ban in document["bans"]] == [
        "192.0.2.1/32",
        "198.51.100.0/24",
        "100.64.0.1/32",
        "2001:db8::/64",
    ]
    assert document["bans"][1] == {
        "network": "198.51.100.0/24",
        "rung": 2,
        "starts": "2026-03-01T12:00:00Z",
        "ends": "2026-03-01T13:00:00Z",
        "reference": "PF-7K3M-Q2XD",
        "reason": 'said "no"\nthrice',
        "origin": "operator",
        "reach": "everywhere",
    }
    assert document["bans"][2]["reach"] == "application"


def test_without_bans_every_form_is_still_whole():
    assert json.loads(text_of("json", [])) == {"bans": []}
    assert text_of("plain", []) == ""
    for kind in ("nginx-geo", "nginx-deny", "apache", "haproxy", "postfix"):
        assert text_of(kind, []) == COMMENT


def test_every_form_has_a_file_of_its_own():
    assert len({rendering.file_name for rendering in RENDERINGS.values()}) == len(RENDERINGS)


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_reference_and_no_reason_can_add_a_line_or_end_one(reference, reason):
    """Both may come from an import, so they are not ours."""
    ban = replace(BAN, reference=reference, reason=reason)
    for kind in ("nginx-geo", "nginx-deny", "haproxy", "postfix"):
        (line,) = text_of(kind, [ban]).removeprefix(COMMENT).splitlines()
        assert line.isascii()
        assert line.count(";") == kind.startswith("nginx")
    assert json.loads(text_of("json", [ban]))["bans"][0]["reason"] == reason


def test_entries_sort_by_family_then_by_length_then_by_address():
    texts = ["2001:db8::/64", "10.0.0.0/8", "192.0.2.1", "10.0.0.1", "2001:db8::1/128"]
    entries = [entry_of(parse_network(text), BAN) for text in texts]
    entries.sort(key=lambda entry: entry.order)
    assert [entry.network for entry in entries] == [
        "10.0.0.1/32",
        "192.0.2.1/32",
        "10.0.0.0/8",
        "2001:db8::1/128",
        "2001:db8::/64",
    ]
