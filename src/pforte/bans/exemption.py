"""Who is never banned, and whom many people share (REGULATION R0, R10)."""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from types import MappingProxyType

from pforte.net.addresses import IPV6_PREFIX, Address, Network, network_of, parse_network
from pforte.net.local import Local
from pforte.net.prefix_table import PrefixTable
from pforte.settings.table import ExemptSettings

NO_HOSTS: Mapping[str, Iterable[Address]] = MappingProxyType({})

LOOPBACK: tuple[Network, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


class Exemptions:
    """The exempt networks with their reasons, and the networks that are shared. Does not change once made.

    Args:
        exempt: networks and why they are never banned, such as ``own address`` or ``setting exempt.networks``;
            loopback is always among them. Of two reasons for one network the first is kept.
        shared: networks that many people share.
    """

    def __init__(self, exempt: Iterable[tuple[Network, str]] = (), shared: Iterable[Network] = ()) -> None:
        self._exempt: PrefixTable[str] = PrefixTable()
        self._shared: PrefixTable[bool] = PrefixTable()
        for network, reason in (*((network, "loopback") for network in LOOPBACK), *exempt):
            if network not in self._exempt:
                self._exempt.set(network, reason)
        for network in shared:
            self._shared.set(network, True)

    def reason(self, who: Address | Network) -> str:
        """Return why all of ``who`` is never banned, from its most exact exemption, or ""."""
        if isinstance(who, IPv4Address | IPv6Address):
            found = self._exempt.longest(who)
        else:
            found = next(self._exempt.covering(who), None)
        return "" if found is None else found[1]

    def held(self, network: Network) -> str:
        """Return why ``network`` may not be shut out as a whole: it is exempt or holds somebody who is, or ""."""
        inside = self.overlaps(network)
        return self.reason(network) or (inside[0][1] if inside else "")

    def overlaps(self, network: Network) -> list[tuple[Network, str]]:
        """Return the exempt networks inside ``network``: a ban of it must let them through."""
        return list(self._exempt.covered_by(network))

    def shared(self, network: Network) -> bool:
        """Say whether ``network`` lies in a shared network or holds one, so that a ban would hit many people."""
        return any(self._shared.covering(network)) or any(self._shared.covered_by(network))

    def networks(self) -> Iterator[tuple[Network, str]]:
        """Yield every exempt network and its reason, IPv4 first."""
        return self._exempt.items()


def build_exemptions(
    settings: ExemptSettings,
    local: Local,
    hosts: Mapping[str, Iterable[Address]] = NO_HOSTS,
    ipv6_prefix: int = IPV6_PREFIX,
) -> Exemptions:
    """Return who is exempt by the settings on this machine.

    Args:
        settings: the section ``[exempt]``.
        local: what belongs to this machine.
        hosts: addresses of the host names in ``exempt.hosts``, as far as they are known now.
        ipv6_prefix: an IPv6 address without a prefix length stands for the network of this length around it.

    Raises:
        AddressError: a network in the settings is none.
    """
    exempt = [(parse_network(text, ipv6_prefix), "setting exempt.networks") for text in settings.networks]
    exempt += [
        (network_of(address, ipv6_prefix), f"address of {host}, setting exempt.hosts")
        for host, addresses in hosts.items()
        for address in addresses
    ]
    for wanted, networks, reason in (
        (settings.gateway, local.gateways, "default gateway"),
        (settings.resolvers, local.resolvers, "DNS resolver"),
        (settings.own, local.own, "own address"),
    ):
        exempt += [(network, reason) for network in networks if wanted]
    return Exemptions(exempt, [parse_network(text, ipv6_prefix) for text in settings.shared])
