"""The gate's table as text for nft: its sets, its one chain, and changes to elements."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Network
from typing import Literal

from pforte.gates.gate import GateError
from pforte.gates.overlap import collapse
from pforte.net.addresses import Network

ADDRESSES_V4 = "ban4"
ADDRESSES_V6 = "ban6"
PREFIXES_V4 = "net4"
PREFIXES_V6 = "net6"
ADDRESS_SETS = {ADDRESSES_V4: 4, ADDRESSES_V6: 6}
PREFIX_SETS = {PREFIXES_V4: 4, PREFIXES_V6: 6}
SETS = {**ADDRESS_SETS, **PREFIX_SETS}
"""The sets that hold bans, each with its IP version."""

EXEMPT_V4 = "allow4"
EXEMPT_V6 = "allow6"
EXEMPT_SETS = {EXEMPT_V4: 4, EXEMPT_V6: 6}
"""The sets of networks that are let through."""

CHAIN = "visitors"
REFUSED = "refused"
"""The chain that answers who is refused instead of dropping what comes; a table that drops has none."""

Elements = Mapping[Network, int]
"""Networks of one set, each with the whole seconds it still stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What the table looks like.

    Attributes:
        table: its name; the family is ``inet``.
        priority: of the prerouting chain. Below -100 it comes before destination NAT, so that visits to
            containers are covered too.
        size: elements that each set holds at most.
        ipv6_prefix: length of the IPv6 prefixes that the hash set holds (its rule masks the source with it).
        action: whether packets of who is banned are dropped, or answered with a refusal.
        ports: ports of TCP and UDP that are closed to who is banned; none closes everything.
    """

    table: str
    priority: int
    size: int
    ipv6_prefix: int
    action: Literal["drop", "reject"] = "drop"
    ports: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        # The name becomes part of commands, so it must not be able to become a command.
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,30}", self.table):
            raise GateError(
                f"gate.nftables.table: {self.table[:60]!r} cannot name a table; "
                "give letters, digits and underscores, at most 31"
            )

    def set_of(self, network: Network) -> str:
        """Return the set that a banned network belongs to."""
        if network.version == 4:
            return ADDRESSES_V4 if network.prefixlen == 32 else PREFIXES_V4
        return ADDRESSES_V6 if network.prefixlen == self.ipv6_prefix else PREFIXES_V6

    def render_key(self, set_name: str, network: Network) -> str:
        """Return a network as an element of a set: hash sets hold addresses, interval sets prefixes."""
        return str(network) if set_name in PREFIX_SETS else str(network.network_address)

    def render_elements(self, set_name: str, elements: Elements) -> str:
        """Return elements with their time-outs, separated by commas."""
        return ",".join(
            f"{self.render_key(set_name, network)} timeout {left}s" for network, left in elements.items()
        )


def render_table(layout: Layout, exempt: Iterable[Network], sets: Mapping[str, Elements]) -> str:
    """Return one transaction that puts the table with all its elements in the place of an older one.

    Loopback, neighbour discovery (RFC 4890 s4.4.1) and exempt networks are let through before any ban is
    looked up. The two rules of each family stand apart, so an address may be in both sets with two ends.
    """
    table = f"inet {layout.table}"
    lines = [
        # Deleting needs a table that exists; adding one that exists does nothing.
        f"add table {table}",
        f"delete table {table}",
        f'add table {table} {{ comment "bans of pforte; rewritten by it at any time"; }}',
        *_set_lines(layout, exempt, sets),
    ]
    if layout.action == "reject":
        lines.append(f"add chain {table} {REFUSED}")
        lines += [f"add rule {table} {REFUSED} {match}{verdict}" for match, verdict in _REFUSALS]
    hook = f"type filter hook prerouting priority {layout.priority}; policy accept;"
    lines.append(f"add chain {table} {CHAIN} {{ {hook} }}")
    lines += [f"add rule {table} {CHAIN} {match} {verdict}" for match, _, verdict in _rules(layout)]
    return "\n".join(lines) + "\n"


def render_exempt(layout: Layout, exempt: Iterable[Network]) -> str:
    """Return one transaction that replaces the networks that are let through."""
    networks = list(exempt)
    flush = (f"flush set inet {layout.table} {name}" for name in EXEMPT_SETS)
    return "\n".join((*flush, *_exempt_elements(layout, networks))) + "\n"


@dataclass(frozen=True, slots=True)
class Change:
    """One step in one set.

    Attributes:
        set_name: the set.
        out: networks to take out first, whether they are still there or not.
        added: networks to put in afterwards, with the whole seconds they stay.
        flush: take out everything first instead.
    """

    set_name: str
    out: Collection[Network] = ()
    added: Elements = field(default_factory=dict)
    flush: bool = False


def render_change(layout: Layout, change: Change) -> str:
    """Return the commands of one step, or "" where nothing changes.

    What goes out is added first, because deleting an element that has just run out would fail. To renew an
    end, a network goes out and in: older kernels may keep the end of an element that is there.
    """
    head = f"inet {layout.table} {change.set_name}"
    lines = [f"flush set {head}"] if change.flush else []
    if change.out:
        keys = ",".join(layout.render_key(change.set_name, network) for network in change.out)
        lines += [f"add element {head} {{ {keys} }}", f"delete element {head} {{ {keys} }}"]
    if change.added:
        lines.append(f"add element {head} {{ {layout.render_elements(change.set_name, change.added)} }}")
    return "".join(f"{line}\n" for line in lines)


def render_removal(layout: Layout) -> str:
    """Return one transaction that leaves no trace of the gate, whether the table is there or not."""
    return f"add table inet {layout.table}\ndelete table inet {layout.table}\n"


def expected_chain(layout: Layout) -> tuple[tuple[str, ...], ...]:
    """Return what a listing says of the chain and its rules as long as nobody has touched them."""
    rules = ((listed, verdict.removeprefix("counter ").split()[0]) for _, listed, verdict in _rules(layout))
    return (("prerouting", str(layout.priority), "accept"), *rules)


def expected_refusals(layout: Layout) -> tuple[tuple[str, str], ...]:
    """Return what a listing says of the rules of the chain that answers, none where the table drops."""
    return (("tcp", "reject"), ("", "reject")) if layout.action == "reject" else ()


# RFC 9293 s3.10.7.1: a reset tells TCP at once that nobody is there. RFC 1812 s5.2.7.1: administratively prohibited.
_REFUSALS = (("meta l4proto tcp ", "reject with tcp reset"), ("", "reject with icmpx admin-prohibited"))


def _rules(layout: Layout) -> list[tuple[str, str, str]]:
    """Return for each rule its match, the right side of it as nftables lists it ("" for a list), and its verdict."""
    mask = IPv6Network((0, layout.ipv6_prefix)).netmask
    banned = "counter drop" if layout.action == "drop" else f"counter goto {REFUSED}"
    discovery = "nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert"
    return [
        ('iifname "lo"', "lo", "accept"),
        (f"icmpv6 type {{ {discovery} }}", "", "accept"),
        (f"ip saddr @{EXEMPT_V4}", f"@{EXEMPT_V4}", "accept"),
        (f"ip6 saddr @{EXEMPT_V6}", f"@{EXEMPT_V6}", "accept"),
        *_open_ports(layout.ports),
        (f"ip saddr @{ADDRESSES_V4}", f"@{ADDRESSES_V4}", banned),
        (f"ip saddr @{PREFIXES_V4}", f"@{PREFIXES_V4}", banned),
        (f"ip6 saddr & {mask} @{ADDRESSES_V6}", f"@{ADDRESSES_V6}", banned),
        (f"ip6 saddr @{PREFIXES_V6}", f"@{PREFIXES_V6}", banned),
    ]


def _open_ports(ports: tuple[int, ...]) -> list[tuple[str, str, str]]:
    """Return the rules that let through everything but the ports, none where all are closed."""
    if not ports:
        return []
    listed = ",".join(map(str, sorted(set(ports))))
    closed = listed if len(set(ports)) == 1 else f"{{ {listed} }}"
    return [
        ("meta l4proto != { tcp, udp }", "", "accept"),
        (f"th dport != {closed}", listed, "accept"),
    ]


def _set_lines(layout: Layout, exempt: Iterable[Network], sets: Mapping[str, Elements]) -> list[str]:
    head = f"inet {layout.table}"
    lines = [
        f"add set {head} {name} {{ type ipv{version}_addr; flags interval; }}"
        for name, version in EXEMPT_SETS.items()
    ]
    lines += _exempt_elements(layout, exempt)
    for name, version in SETS.items():
        # The size is a promise of memory to the kernel's hash; interval sets grow by themselves.
        form = "flags interval,timeout" if name in PREFIX_SETS else f"flags timeout; size {layout.size}"
        lines.append(f"add set {head} {name} {{ type ipv{version}_addr; {form}; }}")
        elements = layout.render_elements(name, sets.get(name, {}))
        if elements:
            lines.append(f"add element {head} {name} {{ {elements} }}")
    return lines


def _exempt_elements(layout: Layout, exempt: Iterable[Network]) -> list[str]:
    networks = collapse(exempt)
    lines = []
    for name, version in EXEMPT_SETS.items():
        keys = ",".join(sorted(str(network) for network in networks if network.version == version))
        if keys:
            lines.append(f"add element inet {layout.table} {name} {{ {keys} }}")
    return lines
