"""Who is never banned, and whom many people share (REGULATION R0, R10)."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from pforte.net.addresses import Address, Network
from pforte.net.prefix_table import PrefixTable

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

    def overlaps(self, network: Network) -> list[tuple[Network, str]]:
        """Return the exempt networks inside ``network``: a ban of it must let them through."""
        return list(self._exempt.covered_by(network))

    def shared(self, network: Network) -> bool:
        """Say whether ``network`` lies in a shared network or holds one, so that a ban would hit many people."""
        return any(self._shared.covering(network)) or any(self._shared.covered_by(network))

    def networks(self) -> Iterator[tuple[Network, str]]:
        """Yield every exempt network and its reason, IPv4 first."""
        return self._exempt.items()
