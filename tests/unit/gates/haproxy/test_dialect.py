"""Commands fit into HAProxy's buffer, and its answers are read or refused in words."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.gates.gate import GateError
from pforte.gates.haproxy.dialect import (
    MOST_BYTES,
    Overview,
    parse_entries,
    parse_overview,
    parse_version,
    refused,
    render_additions,
    render_removals,
    render_replacements,
    require_path,
)

HOSTS = st.integers(0, 2**32 - 1).map(lambda number: ip_network((number, 32)))
NETWORKS = st.one_of(HOSTS, st.integers(0, 2**64 - 1).map(lambda number: ip_network((number << 64, 64))))
MANY = {ip_network((0x0A000000 + number, 32)): f"PF-{number}" for number in range(1_000)}
OVERVIEW = """\
# id (file) description
-1 (/etc/other.map) pattern loaded from file '/etc/other.map' used by map at file 'h.cfg' line 9. curr_ver=3 next_ver=3 entry_cnt=7
0 (/etc/p.map) pattern loaded from file '/etc/p.map' used by map at file 'h.cfg' line 11. curr_ver=1 next_ver=2 entry_cnt=18446744073709551614"""


def test_additions_carry_the_entries_as_lines():
    (command,) = render_additions(
        "/p.map", {ip_network("192.0.2.1"): "PF-1", ip_network("2001:db8::/64"): "PF-2"}, 7
    )
    assert command == "add map @7 /p.map <<\n192.0.2.1/32 PF-1\n2001:db8::/64 PF-2\n"
    assert next(render_additions("/p.map", {ip_network("192.0.2.1"): "PF-1"})).startswith(
        "add map /p.map <<\n"
    )


def test_removals_and_replacements_stand_in_a_row():
    assert list(render_removals("/p.map", [ip_network("192.0.2.1"), ip_network("192.0.2.0/24")])) == [
        "del map /p.map 192.0.2.1/32;del map /p.map 192.0.2.0/24"
    ]
    assert list(render_replacements("/p.map", {ip_network("192.0.2.1"): "PF-2"})) == [
        "set map /p.map 192.0.2.1/32 PF-2"
    ]
    assert list(render_additions("/p.map", {})) == []


def test_many_entries_become_commands_that_fit():
    for commands in (
        render_additions("/p.map", MANY, 1),
        render_removals("/p.map", MANY),
        render_replacements("/p.map", MANY),
    ):
        found = list(commands)
        assert len(found) > 1
        assert max(map(len, found)) < MOST_BYTES
        assert sum(command.count("10.") for command in found) == len(MANY)


def test_the_overview_of_the_right_map_is_read():
    assert parse_overview(OVERVIEW, "/etc/p.map") == Overview(1, 18446744073709551614)
    assert parse_overview(OVERVIEW, "/etc/other.map") == Overview(3, 7)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (OVERVIEW, r"knows no map /etc/x\.map; its configuration must use map_ip"),
        ("Permission denied\n", "Permission denied"),
    ],
)
def test_a_map_that_is_not_there_is_told_with_what_to_do(answer, said):
    with pytest.raises(GateError, match=said):
        parse_overview(answer, "/etc/x.map")


def test_versions():
    assert parse_version("New version created: 12\n") == 12
    with pytest.raises(GateError, match="refused: Unknown map"):
        parse_version("Unknown map identifier. Please use #<id> or <file>.")


@given(st.dictionaries(NETWORKS, st.from_regex(r"[A-Z0-9-]{1,12}", fullmatch=True)))
def test_a_listing_says_what_was_put_in(entries):
    listing = "\n".join(
        f"0x55{place:06x} {network} {value}" for place, (network, value) in enumerate(entries.items())
    )
    assert parse_entries(listing) == (entries, [])


def test_what_people_put_into_the_map_is_found():
    listing = "0x1 192.0.2.1 by hand\n0x2 192.0.2.1/32 PF-1\n0x3 nonsense\n0x4\n0x5 2001:db8::7 PF-2\n"
    entries, strange = parse_entries(listing)
    assert entries == {ip_network("192.0.2.1"): "PF-1", ip_network("2001:db8::7/128"): "PF-2"}
    assert strange == ["0x2 192.0.2.1/32 PF-1", "0x3 nonsense", "0x4"]


@given(st.text(max_size=200))
def test_no_answer_does_more_than_be_refused(answer):
    parse_entries(answer)
    assert len(refused(answer)) < 400
    for parse in (parse_version, lambda text: parse_overview(text, "/p.map")):
        try:
            parse(answer)
        except GateError as error:
            said = str(error)
            assert len(said) < 700


def test_too_few_rights_are_told_with_the_remedy():
    assert refused("Permission denied\n").endswith("the socket needs `level admin`")


@pytest.mark.parametrize("path", ["", "p.map", "/p;q", "/p q", "/p\nq", "/" + "x" * 300, "/p<<"])
def test_a_path_that_could_be_a_command_is_refused(path):
    with pytest.raises(GateError, match=r"gate\.haproxy\.map"):
        require_path(path)


def test_a_path():
    assert require_path("/var/lib/pforte/haproxy.map") == "/var/lib/pforte/haproxy.map"
