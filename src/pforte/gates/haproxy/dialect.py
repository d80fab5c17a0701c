"""The commands about maps, and what HAProxy says to them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pforte.gates.gate import GateError
from pforte.net.addresses import AddressError, Network, parse_network

MOST_BYTES = 8_000
"""Bytes of one command. HAProxy reads one into a buffer of 16,384 (tune.bufsize) and closes where it does not fit."""

_OVERVIEW = re.compile(
    r"^\S+ \((?P<file>[^)\n]*)\) .* curr_ver=(?P<version>\d+) next_ver=\d+ entry_cnt=(?P<count>\d+)"
)
_VERSION = re.compile(r"New version created: (\d{1,10})")
_PATH = re.compile(r"/[A-Za-z0-9._/@+=:-]{1,250}")

Entries = Mapping[Network, str]
"""Networks and what the map says of them."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What HAProxy says of a map without listing it.

    Attributes:
        version: number of the content in use; 0 is what HAProxy read from the file.
        count: its own count of entries. It is no true number in every version of HAProxy, but who changes the map
            changes it.
    """

    version: int
    count: int


def require_path(path: str) -> str:
    """Return the path of a map as it may stand in a command, where blanks and semicolons mean something.

    Raises:
        GateError: it may not.
    """
    if _PATH.fullmatch(path):
        return path
    raise GateError(
        f"gate.haproxy.map: {path[:100]!r} cannot name a map; give an absolute path of letters, digits and . _ / @ + = : -"
    )


def render_additions(path: str, entries: Entries, version: int | None = None) -> Iterator[str]:
    """Render commands that add entries, each with as many as fit.

    Args:
        path: the map.
        entries: what to add; none of them may be in the map.
        version: a version that was prepared; None is the one in use.
    """
    head = f"add map {'' if version is None else f'@{version} '}{path} <<\n"
    for lines in _fill(
        (f"{network} {value}\n" for network, value in entries.items()), MOST_BYTES - len(head) - 1
    ):
        yield head + lines


def render_removals(path: str, networks: Iterable[Network]) -> Iterator[str]:
    """Render commands that take entries out, each with as many as fit."""
    for commands in _fill((f"del map {path} {network};" for network in networks), MOST_BYTES):
        yield commands.removesuffix(";")


def render_replacements(path: str, entries: Entries) -> Iterator[str]:
    """Render commands that let entries say something else, each with as many as fit."""
    for commands in _fill(
        (f"set map {path} {network} {value};" for network, value in entries.items()), MOST_BYTES
    ):
        yield commands.removesuffix(";")


def parse_overview(answer: str, path: str) -> Overview:
    """Read the answer to ``show map``.

    Raises:
        GateError: HAProxy has no such map, or refuses.
    """
    for line in answer.split("\n"):
        found = _OVERVIEW.match(line[:2_000])
        if found and found["file"] == path:
            return Overview(int(found["version"]), int(found["count"]))
    if not answer.startswith("# id"):
        raise GateError(refused(answer))
    raise GateError(
        f"HAProxy knows no map {path}; its configuration must use map_ip({path}), see docs/guides/haproxy.md"
    )


def parse_version(answer: str) -> int:
    """Read the answer to ``prepare map``.

    Raises:
        GateError: it is a refusal.
    """
    found = _VERSION.fullmatch(answer.strip())
    if found is None:
        raise GateError(refused(answer))
    return int(found[1])


def parse_entries(answer: str) -> tuple[dict[Network, str], list[str]]:
    """Read the answer to ``show map FILE``: entries, and those lines that are none or stand there twice."""
    entries: dict[Network, str] = {}
    strange = []
    for line in filter(None, answer.split("\n")):
        _, _, entry = line.partition(" ")
        key, _, value = entry.partition(" ")
        try:
            network = parse_network(key if "/" in key else f"{key}/{128 if ':' in key else 32}")
        except AddressError:
            strange.append(line[:100])
            continue
        if network in entries:
            strange.append(line[:100])
        entries[network] = value
    return entries, strange


def refused(answer: str) -> str:
    """Say that HAProxy refused a command, and what to do about it."""
    shown = " ".join(answer.split())[:200] or "without saying why"
    if "Permission denied" in answer:
        return f"HAProxy refused ({shown}); the socket needs `level admin`"
    return f"HAProxy refused: {shown}"


def _fill(parts: Iterable[str], most: int) -> Iterator[str]:
    """Join parts to texts of at most ``most`` characters."""
    text: list[str] = []
    length = 0
    for part in parts:
        if text and length + len(part) > most:
            yield "".join(text)
            text, length = [], 0
        text.append(part)
        length += len(part)
    if text:
        yield "".join(text)
