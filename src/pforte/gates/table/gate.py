"""The bans in force, in memory, by prefix length: the longest-lasting ban over an address is found in a few looks."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Network, ip_network
from socket import AF_INET, AF_INET6, inet_pton

from pforte.bans.ban import Ban, Decision
from pforte.gates.table.packed import Held, Packing, end_of, is_of, reference_number
from pforte.net.addresses import LONGEST_TEXT, AddressError, Network, parse_address
from pforte.net.prefix_table import PrefixTable

SWEEP_EVERY = timedelta(minutes=1)
"""How often ended bans leave the memory; they shut nobody out from the second of their end."""

_MAPPED = 0xFFFF  # the upper 96 bits of a v4-mapped address (RFC 4291 s2.5.5.2)

_INET, _INET6 = int(AF_INET), int(AF_INET6)  # as numbers they are taken in half the time

_Table = dict[int, int]


class _Family:
    """The bans of one address family by prefix length.

    Attributes:
        bits: length of an address.
        tables: for each length the ban of each network that lasts longest.
        steps: the lengths in use as how far an address is shifted, with the look into their tables.
    """

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self.tables: dict[int, _Table] = {}
        self.steps: tuple[tuple[int, Callable[[int], int | None]], ...] = ()

    def table(self, length: int) -> _Table:
        table = self.tables.get(length)
        if table is None:
            table = self.tables[length] = {}
            self.steps = tuple((self.bits - used, self.tables[used].get) for used in sorted(self.tables))
        return table

    def lasting(self, value: int) -> int:
        """Return the packed ban over an address that lasts longest, or 0."""
        longest = 0
        for shift, look in self.steps:
            packed = look(value >> shift)
            if packed is not None and (not longest or end_of(packed) > end_of(longest)):
                longest = packed
        return longest


class _Bans:
    """All bans: for each network the one that lasts longest, and beside it the few that stand under it."""

    def __init__(self) -> None:
        self.v4, self.v6 = _Family(32), _Family(128)
        self.packing = Packing()
        self.others: dict[Network, list[int]] = {}

    def family(self, network: Network) -> _Family:
        return self.v4 if isinstance(network, IPv4Network) else self.v6

    def put(self, ban: Ban, now: float) -> None:
        """Take a ban over its older self; one that has ended or was lifted only takes its older self away."""
        network = ban.network
        family = self.family(network)
        table = family.table(network.prefixlen)
        key = int(network.network_address) >> family.bits - network.prefixlen
        first = table.get(key)
        packed = self.packing.pack(ban)
        stands = ban.lifted is None and end_of(packed) > now
        if first is None:
            if stands:
                table[key] = packed
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

    def over(self, text: str) -> int | None:
        """Return the packed ban over an address that lasts longest, or 0; None where the text is no address."""
        try:
            if ":" not in text:
                return self.v4.lasting(int.from_bytes(inet_pton(_INET, text)))
            if len(text) > LONGEST_TEXT:
                return None
            bare = text.removeprefix("[").removesuffix("]").partition("%")[0]
            value = int.from_bytes(inet_pton(_INET6, bare))
        except (OSError, ValueError):  # ValueError: a NUL character or a lone surrogate
            return None
        return self.v4.lasting(value & 0xFFFF_FFFF) if value >> 32 == _MAPPED else self.v6.lasting(value)

    def standing_over(self, number: int, bits: int, now: float) -> list[int]:
        """Return every packed ban over an address that has not ended."""
        found = []
        for shift, look in (self.v4 if bits == self.v4.bits else self.v6).steps:
            packed = look(number >> shift)
            # The first one lasts longest: where it has ended, so have the others.
            if packed is None or end_of(packed) <= now:
                continue
            found.append(packed)
            if self.others:
                network = ip_network(((number >> shift << shift).to_bytes(bits // 8), bits - shift))
                found += [other for other in self.others.get(network, ()) if end_of(other) > now]
        return found

    def sweep(self, now: float) -> None:
        """Let go of the networks whose longest ban has ended."""
        for family in (self.v4, self.v6):
            for length, table in family.tables.items():
                ended = [key for key, packed in table.items() if end_of(packed) <= now]
                for key in ended:
                    del table[key]
                    if self.others:
                        self.others.pop(ip_network((key << family.bits - length, length)), None)

    def __iter__(self) -> Iterator[tuple[Network, Held]]:
        for family in (self.v4, self.v6):
            for length, table in list(family.tables.items()):
                for key, packed in list(table.items()):
                    number = key << family.bits - length
                    address = number.to_bytes(family.bits // 8)
                    yield ip_network((address, length)), self.packing.unpack(packed)

    def __len__(self) -> int:
        return sum(len(table) for family in (self.v4, self.v6) for table in family.tables.values())


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
        bans = self._bans
        packed = bans.over(text)
        if not packed or end_of(packed) <= now or self._exempt.longest_text(text) is not None:
            return None
        return bans.packing.unpack(packed)

    def may_shut_out(self, text: str) -> bool:
        """Say whether a ban could shut an address out: the text is an address, and it is not exempt."""
        try:
            parse_address(text)
        except AddressError:
            return False
        return self._exempt.longest_text(text) is None

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
        packed = self._bans.over(text)
        if not packed:
            return None if packed is None or self._swept is None else False
        return end_of(packed) > now and self._exempt.longest_text(text) is None


def _exempted(networks: Iterable[Network]) -> PrefixTable[None]:
    table: PrefixTable[None] = PrefixTable()
    for network in networks:
        table.set(network, None)
    return table
