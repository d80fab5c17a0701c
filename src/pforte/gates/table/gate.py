"""The gate that holds the bans in force in memory, for those that answer questions."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_network

from pforte.bans.ban import Ban, Decision
from pforte.gates.table.family import Family
from pforte.gates.table.packed import Held, Packing, end_of, is_of, reference_number
from pforte.net.addresses import Network, number_of
from pforte.net.prefix_table import PrefixTable

SWEEP_EVERY = timedelta(minutes=1)
"""How often ended bans leave the memory; they shut nobody out from the second of their end."""


_BLOCKS = {32: 16, 128: 32}
"""For each length of an address the prefix length of the blocks for which is known what to look for."""


class _Bans:
    """All bans: for each network the one that lasts longest, and beside it the few that stand under it."""

    def __init__(self) -> None:
        self.families = {bits: Family(bits, block) for bits, block in _BLOCKS.items()}
        self.packing = Packing()
        self.others: dict[Network, list[int]] = {}

    def put(self, ban: Ban, now: float) -> None:
        """Take a ban over its older self; one that has ended or was lifted only takes its older self away."""
        network = ban.network
        length = network.prefixlen
        family = self.families[network.max_prefixlen]
        key = int(network.network_address) >> family.bits - length
        table = family.tables.get(length, {})
        first = table.get(key)
        packed = self.packing.pack(ban)
        stands = ban.lifted is None and end_of(packed) > now
        if first is None:
            if stands:
                family.put(key, length, packed)
            return
        number = reference_number(ban.reference)
        standing = [one for one in (first, *self.others.pop(network, ())) if not is_of(one, number)]
        if stands:
            standing.append(packed)
        standing.sort(key=end_of, reverse=True)
        if not standing:
            del table[key]
            return
        table[key] = standing[0]
        if len(standing) > 1:
            self.others[network] = standing[1:]

    def standing_over(self, number: int, bits: int, now: float) -> list[int]:
        """Return every packed ban over an address that has not ended."""
        found = []
        for shift, packed in self.families[bits].over(number):
            if end_of(packed) <= now:  # the first one lasts longest: where it has ended, so have the others
                continue
            found.append(packed)
            if self.others:
                network = ip_network(((number >> shift << shift).to_bytes(bits // 8), bits - shift))
                found += [other for other in self.others.get(network, ()) if end_of(other) > now]
        return found

    def sweep(self, now: float) -> None:
        """Let go of the networks whose longest ban has ended."""
        for family in self.families.values():
            for key, length in family.drop_ended(now):
                if self.others:
                    self.others.pop(_network(key, length, family.bits), None)

    def __iter__(self) -> Iterator[tuple[Network, Held]]:
        for family in self.families.values():
            for length, table in list(family.tables.items()):
                for key, packed in list(table.items()):
                    yield _network(key, length, family.bits), self.packing.unpack(packed)

    def __len__(self) -> int:
        return sum(map(len, self.families.values()))


def _network(key: int, length: int, bits: int) -> Network:
    return ip_network(((key << bits - length).to_bytes(bits // 8), length))


class TableGate:
    """Answers whether an address is shut out.

    One thread changes it by the calls of :class:`~pforte.gates.gate.Gate`; any thread may ask at the same time.

    Args:
        exempt: networks that are let through whatever ban they lie in.
    """

    name = "table"

    def __init__(self, exempt: Iterable[Network] = ()) -> None:
        self._bans = _Bans()
        self._exempt: PrefixTable[None] = _exempted(exempt)
        self._swept: datetime | None = None
        self.stands_open = False
        """Everybody is to be let in, whatever else a gate knows of a visitor."""
        self._changed = 0

    @property
    def changed(self) -> int:
        """Return the second of the last change that the register asked for, POSIX; 0 before the first load."""
        return self._changed

    @property
    def loaded(self) -> bool:
        """Say whether anything is known of the bans yet."""
        return self._swept is not None

    def load(self, bans: Iterable[Ban], moment: datetime) -> None:
        """Hold exactly these bans; questions meanwhile are answered by those held before."""
        now = moment.timestamp()
        fresh = _Bans()
        for ban in bans:
            fresh.put(ban, now)
        self._bans, self._swept = fresh, moment
        self._changed, self.stands_open = int(now), False

    def stand_open(self, moment: datetime) -> None:
        """Shut nobody out, until the next load."""
        self.load((), moment)
        self.stands_open = True

    def apply(self, decisions: Sequence[Decision], moment: datetime) -> None:
        """Do what was decided."""
        now = moment.timestamp()
        for decision in decisions:
            self._bans.put(decision.ban, now)
        self._changed = int(now)

    def exempt(self, networks: Iterable[Network], moment: datetime) -> None:  # noqa: ARG002  nothing depends on the moment
        """Take over a new list of networks that are let through."""
        self._exempt = _exempted(networks)

    def tend(self, moment: datetime) -> datetime:
        """Let go of what has ended."""
        if self._swept is None or moment - self._swept >= SWEEP_EVERY:
            self._bans.sweep(moment.timestamp())
            self._swept = moment
        return self._swept + SWEEP_EVERY

    def entries(self) -> int:
        """Return how many networks are held."""
        return len(self._bans)

    def close(self) -> None:
        """Do nothing: the table ends with the process."""

    def held(self) -> Iterator[tuple[Network, Held]]:
        """Yield each network with the ban that lasts longest, those that ended lately included."""
        return iter(self._bans)

    def shut_out(self, text: str, now: float) -> Held | None:
        """Return the ban that shuts an address out and lasts longest, or None where it may come in.

        Args:
            text: the address as programs print it; brackets and a zone id are dropped, and a v4-mapped address is
                taken as IPv4. A text that is no address is not shut out.
            now: POSIX seconds.
        """
        at = number_of(text)
        if at is None:
            return None
        number, bits = at
        bans = self._bans
        packed = bans.families[bits].lasting(number)
        if not packed or end_of(packed) <= now or self._exempt.longest_number(number, bits) is not None:
            return None
        return bans.packing.unpack(packed)

    def may_shut_out(self, text: str) -> bool:
        """Say whether a ban could shut an address out: the text is an address, and it is not exempt."""
        at = number_of(text)
        return at is not None and self._exempt.longest_number(*at) is None

    def standing_over(self, number: int, bits: int, now: float) -> list[Held]:
        """Return every ban that shuts an address out, the longest-lasting first; none where it may come in.

        Args:
            number: the address as a number; one that is v4-mapped must be given as IPv4.
            bits: 32 for IPv4, 128 for IPv6.
            now: POSIX seconds.
        """
        bans = self._bans
        found = bans.standing_over(number, bits, now)
        if not found or self._exempt.longest_number(number, bits) is not None:
            return []
        if len(found) > 1:
            found.sort(key=end_of, reverse=True)
        return [bans.packing.unpack(packed) for packed in found]

    def is_shut_out(self, text: str, now: float) -> bool | None:
        """Say whether an address is shut out, quicker than :meth:`shut_out`.

        None where nobody knows: the text is no address, or nothing is known of the bans yet.
        """
        at = number_of(text)
        if at is None or self._swept is None:
            return None
        number, bits = at
        packed = self._bans.families[bits].lasting(number)
        return packed != 0 and end_of(packed) > now and self._exempt.longest_number(number, bits) is None


def _exempted(networks: Iterable[Network]) -> PrefixTable[None]:
    table: PrefixTable[None] = PrefixTable()
    for network in networks:
        table.set(network, None)
    return table
