"""A ban is written so that every bouncer reads the same in it."""

import json
import re
from dataclasses import replace
from ipaddress import ip_network

import pytest
from bouncer_house import NOON, ban_of
from hypothesis import given
from hypothesis import strategies as st

from pforte.bans.ban import Origin
from pforte.gates.crowdsec.notice import id_of, notice_of, render_duration

GO = re.compile(rb"-?(?:(\d+)h(?=\d+m))?(?:(\d+)m(?=\d+s))?(\d+)s")
"""What Go's time.Duration prints for whole seconds, and all that the nginx bouncer reads."""

NETWORKS = st.one_of(
    st.builds(
        lambda a, p: ip_network((a >> 32 - p << 32 - p, p)), st.integers(0, 2**32 - 1), st.integers(8, 32)
    ),
    st.builds(
        lambda a, p: ip_network((a >> 128 - p << 128 - p, p)),
        st.integers(0, 2**128 - 1),
        st.integers(16, 128),
    ),
)


@given(st.integers(-40_000_000, 40_000_000))
def test_a_duration_is_gos_and_says_the_same(seconds):
    """Whole seconds and no days: the nginx bouncer never lets go of what it cannot read."""
    text = render_duration(seconds)
    found = GO.fullmatch(text)
    assert found, text
    total = sum(int(part or 0) * unit for part, unit in zip(found.groups(), (3600, 60, 1), strict=True))
    assert (-total if text.startswith(b"-") else total) == seconds


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, b"0s"),
        (59, b"59s"),
        (60, b"1m0s"),
        (3600, b"1h0m0s"),
        (31_535_998, b"8759h59m58s"),
        (-61, b"-1m1s"),
    ],
)
def test_durations_as_go_prints_them(seconds, text):
    assert render_duration(seconds) == text


@pytest.mark.parametrize(
    ("network", "scope", "value"),
    [
        ("192.0.2.7", "Ip", "192.0.2.7"),
        ("198.51.100.0/24", "Range", "198.51.100.0/24"),
        ("2001:db8::7", "Ip", "2001:db8::7"),
        ("2001:db8:0:1::/64", "Range", "2001:db8:0:1::/64"),
    ],
)
def test_every_field_that_bouncers_demand_is_there(network, scope, value):
    """Go's clients refuse an object without one of these; Caddy's compares the scope's spelling."""
    ban = ban_of(network)
    told = json.loads(notice_of(ban.network, ban).render(3598))
    assert told == {
        "duration": "59m58s",
        "id": id_of(ban.network),
        "origin": "crowdsec",
        "scenario": "visit.path-traversal",
        "scope": scope,
        "simulated": False,
        "type": "ban",
        "uuid": f"PF-{network}",
        "value": value,
    }


@pytest.mark.parametrize(
    ("origin", "called", "scenario"),
    [
        (Origin.LADDER, "crowdsec", "visit.path-traversal"),
        (Origin.OPERATOR, "cscli", "manual"),
        (Origin.IMPORT, "cscli-import", "imported"),
    ],
)
def test_the_origin_is_one_that_bouncers_filter_by(origin, called, scenario):
    ban = ban_of("192.0.2.7", origin=origin)
    found = notice_of(ban.network, ban)
    assert (found.origin, found.scenario) == (called, scenario)


def test_an_end_is_never_early():
    ban = replace(ban_of("192.0.2.7"), ends=NOON.replace(microsecond=1))
    assert notice_of(ban.network, ban).ends == int(NOON.timestamp()) + 1


@given(st.text())
def test_any_reason_gives_json(reason):
    ban = ban_of("192.0.2.7", reason=reason)
    assert json.loads(notice_of(ban.network, ban).render(1))["scenario"] == reason


@given(st.sets(NETWORKS, min_size=2, max_size=30))
def test_each_value_has_a_number_of_its_own_that_lua_can_count_to(networks):
    numbers = {id_of(network) for network in networks}
    assert len(numbers) == len(networks)
    assert all(
        0 < number < 2**53 or network == ip_network((0, 0))
        for number, network in zip(numbers, networks, strict=True)
    )
