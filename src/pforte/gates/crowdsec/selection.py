"""What a question asks for: the parameters of the dialect, read from the query of a URL."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from urllib.parse import parse_qsl

from pforte.gates.crowdsec.notice import TYPE, Notice
from pforte.net.addresses import Network, fold

MOST_FIELDS = 64

_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})
"""What Go's strconv.ParseBool knows."""


class QueryError(ValueError):
    """A question that cannot be answered; the message is what CrowdSec says to it."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which notices are meant.

    Attributes:
        network: those that hold this network, or that it holds; None for all.
        inward: those that the network holds.
        tests: what each must pass.
    """

    network: Network | None = None
    inward: bool = False
    tests: Sequence[Callable[[Notice], bool]] = ()

    def takes(self, notice: Notice) -> bool:
        """Say whether a notice passes all tests; the network is not looked at."""
        return all(test(notice) for test in self.tests)


def parse_query(query: str) -> Mapping[str, str]:
    """Read a query; of a name given twice the first counts, as in CrowdSec.

    Raises:
        QueryError: it has more than ``MOST_FIELDS`` fields.
    """
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="replace")
    except ValueError as error:
        raise QueryError(f"at most {MOST_FIELDS} parameters") from error
    return dict(reversed(pairs))


def select_stream(fields: Mapping[str, str]) -> Selection:
    """Return what a question for all or for news asks for: addresses and networks unless it names scopes."""
    tests = _tests(fields)
    scopes = fields.get("scopes") or fields.get("scope") or "ip,range"
    if not {"ip", "range"} <= _words(scopes):
        tests.append(_in_scopes(scopes))
    return Selection(tests=tests)


def select_live(fields: Mapping[str, str]) -> Selection:
    """Return what a question about one address, network or value asks for.

    Raises:
        QueryError: the address or network is none, or ``contains`` is neither true nor false.
    """
    tests = _tests(fields)
    if scopes := fields.get("scopes") or fields.get("scope"):
        tests.append(_in_scopes(scopes))
    if value := fields.get("value"):
        tests.append(lambda notice: notice.value == value)
    if (kind := fields.get("type")) and kind != TYPE:
        tests.append(_never)
    text = fields.get("ip", fields.get("range"))
    network = None if text is None else _network(text)
    return Selection(network, not _truth(fields.get("contains", "true")), tests)


def _tests(fields: Mapping[str, str]) -> list[Callable[[Notice], bool]]:
    tests: list[Callable[[Notice], bool]] = []
    if origins := fields.get("origins"):
        wanted = frozenset(origins.split(","))
        tests.append(lambda notice: notice.origin in wanted)
    if within := _words(fields.get("scenarios_containing", "")):
        tests.append(lambda notice: any(word in notice.scenario.lower() for word in within))
    if without := _words(fields.get("scenarios_not_containing", "")):
        tests.append(lambda notice: not any(word in notice.scenario.lower() for word in without))
    return tests


def _in_scopes(scopes: str) -> Callable[[Notice], bool]:
    wanted = _words(scopes)
    return lambda notice: notice.scope.lower() in wanted


def _never(_: Notice) -> bool:
    return False


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip().lower() for word in text.split(",")) - {""}


def _truth(text: str) -> bool:
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise QueryError(
        f'invalid contains value : strconv.ParseBool: parsing "{text}": invalid syntax: invalid filter'
    )


def _network(text: str) -> Network:
    """Read an address or a network as Go does: host bits are dropped; a v4-mapped address is IPv4."""
    try:
        if "/" not in text:
            return ip_network(fold(ip_address(text)))
        network = ip_network(text, strict=False)
    except ValueError as error:
        why = (
            f"while parsing range {text}: invalid CIDR address: {text}" if "/" in text else "invalid address"
        )
        raise QueryError(f"unable to convert '{text}' to int: {why}: invalid ip address / range") from error
    mapped = network.network_address.ipv4_mapped if network.version == 6 else None
    if mapped is not None and network.prefixlen >= 96:
        return ip_network((mapped, network.prefixlen - 96))
    return network
