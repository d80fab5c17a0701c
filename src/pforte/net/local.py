"""This machine's own addresses, its default gateways and its DNS resolvers.

Read from ``/proc/net`` and ``resolv.conf``; where one of them cannot be read, the rest is still told.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from itertools import islice
from pathlib import Path

from pforte.net.addresses import Address, AddressError, Network, parse_address

PROC = Path("/proc/net")
"""Where the kernel tells addresses and routes."""

RESOLVER_FILES = (Path("/etc/resolv.conf"), Path("/run/systemd/resolve/resolv.conf"))
"""Where resolvers are configured; the second names those behind systemd-resolved's own 127.0.0.53."""

LOOPBACK: tuple[Network, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
"""The machine's own addresses wherever it stands."""

_MOST_LINES = 4_000_000  # A router with the whole internet's routes has about 3 million lines in fib_trie.
_UP, _GATEWAY = 0x1, 0x2  # RTF_UP and RTF_GATEWAY of linux/route.h
_LEAF = re.compile(r"\|-- ([0-9.]{7,15})$", re.ASCII)
_LOCAL = re.compile(r"/([0-9]{1,2}) host LOCAL$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Local:
    """What belongs to this machine and its way to the world; each list is sorted and without doubles.

    Attributes:
        own: addresses of its interfaces, and loopback.
        gateways: default gateways of both families.
        resolvers: configured DNS resolvers.
        troubles: one sentence for each file that could not be read.
    """

    own: tuple[Network, ...]
    gateways: tuple[Network, ...]
    resolvers: tuple[Network, ...]
    troubles: tuple[str, ...] = ()


def read_local(proc: Path = PROC, resolver_files: Sequence[Path] = RESOLVER_FILES) -> Local:
    """Read what belongs to this machine now.

    A file that is missing says that there is none of its kind (a machine without IPv6, without
    systemd-resolved); a file that cannot be read is named in ``troubles``.
    """
    troubles: list[str] = []

    def read(file: Path, parse: Callable[[Iterable[str]], Iterator[Network]]) -> list[Network]:
        try:
            with file.open(encoding="ascii", errors="replace") as lines:
                return list(parse(islice(lines, _MOST_LINES)))
        except FileNotFoundError:
            return []
        except OSError as error:
            troubles.append(f"{file} cannot be read: {error.strerror}")
            return []

    own = [*LOOPBACK, *read(proc / "fib_trie", parse_own_v4), *read(proc / "if_inet6", parse_own_v6)]
    gateways = [*read(proc / "route", parse_gateways_v4), *read(proc / "ipv6_route", parse_gateways_v6)]
    resolvers = [network for file in resolver_files for network in read(file, parse_resolvers)]
    return Local(_ordered(own), _ordered(gateways), _ordered(resolvers), tuple(troubles))


def parse_own_v4(lines: Iterable[str]) -> Iterator[Network]:
    """Yield what the kernel takes as its own in ``/proc/net/fib_trie``."""
    leaf = ""
    for line in lines:
        bare = line.strip()
        if found := _LEAF.search(bare):
            leaf = found[1]
        elif leaf and (found := _LOCAL.search(bare)):
            try:
                yield IPv4Network(f"{leaf}/{found[1]}")
            except ValueError:
                continue


def parse_own_v6(lines: Iterable[str]) -> Iterator[Network]:
    """Yield the addresses of interfaces in ``/proc/net/if_inet6``."""
    for line in lines:
        address = _hex_v6(line.partition(" ")[0])
        if address is not None:
            yield IPv6Network(address)


def parse_gateways_v4(lines: Iterable[str]) -> Iterator[Network]:
    """Yield the gateways of default routes in ``/proc/net/route``."""
    for line in lines:
        fields = line.split()
        if len(fields) < 8 or (fields[1], fields[7]) != ("00000000", "00000000"):
            continue
        gateway, flags = _hex(fields[2], 8), _hex(fields[3], 4)
        if gateway and flags is not None and flags & (_UP | _GATEWAY) == _UP | _GATEWAY:
            # The kernel prints the bytes of the address as one number of the machine's own byte order.
            yield IPv4Network(IPv4Address(gateway.to_bytes(4, sys.byteorder)))


def parse_gateways_v6(lines: Iterable[str]) -> Iterator[Network]:
    """Yield the gateways of default routes in ``/proc/net/ipv6_route``."""
    for line in lines:
        fields = line.split()
        if len(fields) < 9 or (fields[0], fields[1]) != ("0" * 32, "00"):
            continue
        gateway, flags = _hex_v6(fields[4]), _hex(fields[8], 8)
        if gateway and int(gateway) and flags is not None and flags & (_UP | _GATEWAY) == _UP | _GATEWAY:
            yield IPv6Network(gateway)


def parse_resolvers(lines: Iterable[str]) -> Iterator[Network]:
    """Yield the ``nameserver`` lines of a ``resolv.conf`` (resolv.conf(5)); what is no address is passed over."""
    for line in lines:
        fields = line.split(maxsplit=2)
        if len(fields) > 1 and fields[0] == "nameserver":
            try:
                yield _host(parse_address(fields[1]))
            except AddressError:
                continue


def _host(address: Address) -> Network:
    return ip_network(address)


def _hex(text: str, digits: int) -> int | None:
    try:
        return int(text, 16) if len(text) == digits and text.isalnum() else None
    except ValueError:
        return None


def _hex_v6(text: str) -> IPv6Address | None:
    value = _hex(text, 32)
    return None if value is None else IPv6Address(value)


def _ordered(networks: Iterable[Network]) -> tuple[Network, ...]:
    return tuple(sorted(set(networks), key=lambda network: (network.version, network)))
