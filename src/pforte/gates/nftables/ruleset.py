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
"""The sets of the bans that close what most bans close, each with its IP version; further scopes number theirs."""

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
        scopes: ports that the bans with some reasons close instead, by the reason.
    """

    table: str
    priority: int
    size: int
    ipv6_prefix: int
    action: Literal["drop", "reject"] = "drop"
    ports: tuple[int, ...] = ()
    scopes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    closing: tuple[tuple[int, ...], ...] = field(init=False)
    """What the bans of each scope close; the first scope is that of all bans whose reason has none."""
    _numbers: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        others = sorted({_in_order(ports) for ports in self.scopes.values()} - {_in_order(self.ports)})
        closing = (_in_order(self.ports), *others)
        numbers = {reason: closing.index(_in_order(ports)) for reason, ports in self.scopes.items()}
        object.__setattr__(self, "closing", closing)
        object.__setattr__(self, "_numbers", numbers)
        # The name becomes part of commands, so it must not be able to become a command.
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,30}", self.table):
            raise GateError(
                f"gate.nftables.table: {self.table[:60]!r} cannot name a table; "
                "give letters, digits and underscores, at most 31"
            )

    def scope_of(self, reason: str) -> int:
        """Return the number of the scope of the bans with a reason."""
        return self._numbers.get(reason, 0)

    def sets(self, scope: int | None = None) -> dict[str, int]:
        """Return the sets that hold the bans of a scope, or of all, each with its IP version."""
        scopes = range(len(self.closing)) if scope is None else (scope,)
        return {name_of(name, number): version for number in scopes for name, version in SETS.items()}

    def set_of(self, network: Network, scope: int = 0) -> str:
        """Return the set that a banned network belongs to."""
        if network.version == 4:
            name = ADDRESSES_V4 if network.prefixlen == 32 else PREFIXES_V4
        else:
            name = ADDRESSES_V6 if network.prefixlen == self.ipv6_prefix else PREFIXES_V6
        return name_of(name, scope)

    def scope_ports(self, set_name: str) -> tuple[int, ...]:
        """Return the ports that the bans of a set close where its scope is not that of most bans, else none."""
        number = int(set_name.partition("_")[2] or 0)
        return self.closing[number] if number else ()

    def render_key(self, set_name: str, network: Network) -> str:
        """Return a network as an element of a set: hash sets hold addresses, interval sets prefixes."""
        return str(network) if holds_prefixes(set_name) else str(network.network_address)

    def render_elements(self, set_name: str, elements: Elements) -> str:
        """Return elements with their time-outs, separated by commas."""
        return ",".join(
            f"{self.render_key(set_name, network)} timeout {left}s" for network, left in elements.items()
        )


def name_of(name: str, scope: int) -> str:
    """Return the name of one of :data:`SETS` in a scope."""
    return f"{name}_{scope}" if scope else name


def base_of(set_name: str) -> str:
    """Return which of :data:`SETS` a set is in its scope."""
    return set_name.partition("_")[0]


def holds_prefixes(set_name: str) -> bool:
    """Say whether a set is an interval set."""
    return base_of(set_name) in PREFIX_SETS


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
    banned = "counter drop" if layout.action == "drop" else f"counter goto {REFUSED}"
    discovery = "nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert"
    return [
        ('iifname "lo"', "lo", "accept"),
        (f"icmpv6 type {{ {discovery} }}", "", "accept"),
        (f"ip saddr @{EXEMPT_V4}", f"@{EXEMPT_V4}", "accept"),
        (f"ip6 saddr @{EXEMPT_V6}", f"@{EXEMPT_V6}", "accept"),
        *(
            (
                f"meta l4proto {{ tcp, udp }} th dport {_among(ports)} {match}",
                f"{_listed(ports)} {right}",
                banned,
            )
            for scope, ports in enumerate(layout.closing)
            if scope and ports
            for match, right in _banned_in(layout, scope)
        ),
        *_open_ports(layout.closing[0]),
        *((match, right, banned) for match, right in _banned_in(layout, 0)),
    ]


def _banned_in(layout: Layout, scope: int) -> list[tuple[str, str]]:
    """Return what matches the banned of a scope, and its right side as nftables lists it."""
    mask = IPv6Network((0, layout.ipv6_prefix)).netmask
    addresses_v4, addresses_v6, prefixes_v4, prefixes_v6 = layout.sets(scope)
    return [
        (f"ip saddr @{addresses_v4}", f"@{addresses_v4}"),
        (f"ip saddr @{prefixes_v4}", f"@{prefixes_v4}"),
        (f"ip6 saddr & {mask} @{addresses_v6}", f"@{addresses_v6}"),
        (f"ip6 saddr @{prefixes_v6}", f"@{prefixes_v6}"),
    ]


def _open_ports(ports: tuple[int, ...]) -> list[tuple[str, str, str]]:
    """Return the rules that let through everything but the ports, none where all are closed."""
    if not ports:
        return []
    return [
        ("meta l4proto != { tcp, udp }", "", "accept"),
        (f"th dport != {_among(ports)}", _listed(ports), "accept"),
    ]


def _in_order(ports: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(set(ports)))


def _listed(ports: tuple[int, ...]) -> str:
    return ",".join(map(str, ports))


def _among(ports: tuple[int, ...]) -> str:
    return _listed(ports) if len(ports) == 1 else f"{{ {_listed(ports)} }}"


def _set_lines(layout: Layout, exempt: Iterable[Network], sets: Mapping[str, Elements]) -> list[str]:
    head = f"inet {layout.table}"
    lines = [
        f"add set {head} {name} {{ type ipv{version}_addr; flags interval; }}"
        for name, version in EXEMPT_SETS.items()
    ]
    lines += _exempt_elements(layout, exempt)
    for name, version in layout.sets().items():
        # The size is a promise of memory to the kernel's hash; interval sets grow by themselves.
        form = "flags interval,timeout" if holds_prefixes(name) else f"flags timeout; size {layout.size}"
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
