"""A zone with this content lists the same addresses as the gate that answers itself."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.bans.ban import Action, Ban, Decision
from pforte.bans.offence import Kind
from pforte.gates.dnsbl.listing import code_of, told_of
from pforte.gates.dnsupdate.content import NOTHING, Content, Records
from pforte.gates.table.gate import TableGate
from pforte.net.addresses import Address, Network, parse_network

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW = NOON.timestamp()
REASONS = ("visit.xss", "visit.form-spam", "by hand")


def ban_of(
    network: str | Network, reason: str = "visit.xss", hours: float = 1, reference: str = "PF-1"
) -> Ban:
    return Ban(
        network=parse_network(network) if isinstance(network, str) else network,
        rung=1,
        starts=NOON,
        ends=NOON + timedelta(hours=hours),
        reference=reference,
        reason=reason,
    )


def decision(ban: Ban) -> Decision:
    return Decision(sequence=1, action=Action.BEGIN, ban=ban, decided=NOON)


def found(zone: dict[str, Records], name: str) -> Records:
    """Look a name up as RFC 4592 s3.3 tells a name server to."""
    if name in zone:
        return zone[name]
    exists = {end for owner in zone for end in ends(owner)}
    for end in ends(name):
        if end in exists:
            return NOTHING if end == name else zone.get(f"*.{end}", NOTHING)
    return NOTHING


def ends(name: str) -> list[str]:
    labels = name.split(".")
    return [".".join(labels[begin:]) for begin in range(len(labels))]


def name_of(address: Address) -> str:
    return address.reverse_pointer.removesuffix(".in-addr.arpa").removesuffix(".ip6.arpa")


# Both families share the names below 2, so that a wildcard of one could be found by the other.
V4 = st.builds(
    lambda number, length: ip_network((0x02000000 | number, length), strict=False),
    st.sampled_from([0, 1, 7, 10, 77, 255, 256, 2560, 2561]),
    st.sampled_from([21, 23, 24, 25, 30, 32]),
)
V6 = st.builds(
    lambda number, length: ip_network(((0x2000_0200 << 96) | number << 64, length), strict=False),
    st.sampled_from([0, 1, 2, 16, 17, 256]),
    st.sampled_from([54, 56, 60, 63, 64, 128]),
)
NETWORKS = st.one_of(V4, V6)
ADDRESSES = [
    ip_address(0x02000000 | number) for number in (0, 1, 7, 8, 77, 255, 256, 257, 2560, 2561, 2562, 4095)
] + [
    ip_address((0x2000_0200 << 96) | number << 64 | low)
    for number in (0, 1, 2, 16, 17, 256)
    for low in (0, 9)
]


@given(
    bans=st.lists(st.tuples(NETWORKS, st.sampled_from(REASONS), st.sampled_from([-1, 1, 2])), max_size=7),
    exempt=st.lists(NETWORKS, max_size=2),
    later=st.lists(NETWORKS, max_size=1),
    loaded=st.integers(0, 7),
    kind=st.sampled_from([None, Kind.SPAM]),
)
@settings(max_examples=30, deadline=None)
def test_a_server_lists_what_the_table_shuts_out(bans, exempt, later, loaded, kind) -> None:  # type: ignore[no-untyped-def]
    made = [
        ban_of(network, reason, hours, f"PF-{number}") for number, (network, reason, hours) in enumerate(bans)
    ]
    content, table = Content(kind, "", exempt), TableGate(exempt)
    content.load(made[:loaded], NOON)
    table.load(made[:loaded], NOON)
    zone = content.whole()
    changes = content.apply([decision(ban) for ban in made[loaded:]], NOON)
    table.apply([decision(ban) for ban in made[loaded:]], NOON)
    for moment in (NOON, NOON + timedelta(hours=1, seconds=1)):
        changes |= content.expire(moment)
        zone |= changes
        zone = {name: records for name, records in zone.items() if records != NOTHING}
        assert zone == content.whole(), "what was told of the changes is not the whole of them"
        check(zone, table, kind, moment)
    if later:
        table.exempt([*exempt, *later], NOON)
        content.exempt([*exempt, *later])
        check(content.whole(), table, kind, NOON + timedelta(hours=1, seconds=1))


def check(zone: dict[str, Records], table: TableGate, kind: Kind | None, moment: datetime) -> None:
    for address in ADDRESSES:
        over = told_of(table.standing_over(int(address), address.max_prefixlen, moment.timestamp()), kind)
        codes = found(zone, name_of(address)).codes
        assert bool(codes) == bool(over), address
        assert codes <= {code_of(held) for held in over}


@pytest.mark.standard("5782:5")
def test_the_test_entries_stand_whatever_is_banned() -> None:
    content = Content(Kind.SPAM, "")
    content.load([ban_of("127.0.0.0/8", "visit.form-spam"), ban_of("127.0.0.2", "visit.form-spam")], NOON)
    zone = content.whole()
    for listed in ("127.0.0.2", "::ffff:7f00:2"):
        assert found(zone, name_of(ip_address(listed))).codes == {bytes((127, 0, 0, 2))}
    for free in ("127.0.0.1", "127.255.0.1", "::ffff:7f00:1"):
        assert not found(zone, name_of(ip_address(free))).codes


def test_a_ban_by_hand_is_in_the_zone_of_all_only() -> None:
    for kind, listed in ((None, 1), (Kind.ATTACK, 0)):
        content = Content(kind, "https://desk.example/")
        content.load([ban_of("192.0.2.1", "words", reference="PF-7K3M-Q2XD")], NOON)
        assert len(content) == listed
        texts = content.whole().get("1.2.0.192", NOTHING).texts
        assert [text.endswith(b"https://desk.example/PF-7K3M-Q2XD") for text in texts] == [True] * listed


def test_one_host_costs_one_name() -> None:
    content = Content(None, "")
    content.load([], NOON)
    changes = content.apply([decision(ban_of("192.0.2.1"))], NOON)
    assert [name for name, records in changes.items() if records != NOTHING] == ["1.2.0.192"]
    assert not content.apply([], NOON)
    assert not content.expire(NOON)


def test_the_same_exempt_networks_change_nothing() -> None:
    content = Content(None, "", [parse_network("192.0.2.0/24")])
    assert not content.exempt([parse_network("192.0.2.0/25"), parse_network("192.0.2.128/25")])
    assert content.exempt([])
