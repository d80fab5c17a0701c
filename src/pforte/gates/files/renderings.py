"""The forms in which other software reads a list of banned networks.

Each form is a file name and a function from bans to lines. The order of the bans is kept: the longest
prefixes come first, because Postfix takes the first line that fits.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from pforte.bans.ban import Ban, Reach
from pforte.bans.reference import contact_about
from pforte.clock import render_time
from pforte.net.addresses import Network

_CLEAN = re.compile(r"[A-Za-z0-9._-]{1,40}")
_UNCLEAN = re.compile(r"[^A-Za-z0-9._-]")
_LONGEST_WORD = 40
_NETWORKS_OF_A_DIRECTIVE = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One line's worth, prepared once and rendered in every form.

    Attributes:
        order: sorts IPv4 first, then longer prefixes, then by address.
        network: the ban's network, or a piece of it where an exempt network lies inside.
        reference: the ban's reference, without anything that means something to the readers.
        ends: first moment at liberty as RFC 3339.
        ban: the ban.
        contact: where outsiders turn to about it, or "".
    """

    order: int
    network: str
    reference: str
    ends: str
    ban: Ban
    contact: str = ""

    def shortest(self) -> str:
        """Return the network, a single address without its length."""
        return self.network.removesuffix("/128" if ":" in self.network else "/32")


def entry_of(network: Network, ban: Ban, contact: str = "") -> Entry:
    """Prepare the entry of a ban, or of a piece of its network.

    Args:
        network: the ban's network or the piece.
        ban: the ban.
        contact: the setting ``desk.contact``.
    """
    reference = _word(ban.reference)
    widest_first = (network.version << 8) + network.max_prefixlen - network.prefixlen
    return Entry(
        order=(widest_first << 128) + int(network.network_address),
        network=str(network),
        reference=reference,
        ends=render_time(ban.effective_end().replace(microsecond=0)),
        ban=ban,
        contact=contact_about(contact, reference),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """One form.

    Attributes:
        file_name: name of the file in the gate's folder.
        comment: what a comment begins with, or "" where the form has none.
        render: makes the lines, each with its line end.
        firewall: the file may feed a firewall, so networks that many people share are left out of it.
    """

    file_name: str
    comment: str
    render: Callable[[Iterable[Entry]], Iterator[str]]
    firewall: bool = False


def render_plain(entries: Iterable[Entry]) -> Iterator[str]:
    """Render one network per line; a single address without its length."""
    for entry in entries:
        yield f"{entry.shortest()}\n"


def render_nginx_geo(entries: Iterable[Entry]) -> Iterator[str]:
    """Render the inside of nginx's ``geo`` block; the value of a banned address is its reference."""
    for entry in entries:
        yield f"{entry.network} {entry.reference};\n"


def render_nginx_deny(entries: Iterable[Entry]) -> Iterator[str]:
    """Render ``deny`` lines for nginx."""
    for entry in entries:
        yield f"deny {entry.shortest()};\n"


def render_apache(entries: Iterable[Entry]) -> Iterator[str]:
    """Render ``Require not ip`` directives for Apache, which go inside ``<RequireAll>``.

    Each names many networks, one per line: with a directive for each, Apache needs a minute to read 100,000 of them.
    """
    remaining = iter(entries)
    while directive := list(islice(remaining, _NETWORKS_OF_A_DIRECTIVE)):
        yield "Require not ip \\\n"
        for entry in directive:
            yield f"{entry.shortest()} \\\n"
        yield "\n"


def render_haproxy_map(entries: Iterable[Entry]) -> Iterator[str]:
    """Render a map file for HAProxy's ``map_ip``; the value is the reference."""
    for entry in entries:
        yield f"{entry.network} {entry.reference}\n"


def render_postfix_cidr(entries: Iterable[Entry]) -> Iterator[str]:
    """Render a table for Postfix's ``cidr:`` (cidr_table(5)): refuse for good, with reference, end and contact.

    RFC 5321 s4.2.1: 5yz is a permanent answer. RFC 3463 s3.8: X.7.1 means delivery not authorised. The text is
    English and German in ASCII, and with the longest contact shorter than a reply may be (RFC 5321 s4.5.3.1.5).
    """
    for entry in entries:
        contact = f" {entry.contact}" if entry.contact else ""
        yield (
            f"{entry.network} 554 5.7.1 Refused until {entry.ends}, reference {entry.reference}. "
            f"Gesperrt bis {entry.ends}, Referenz {entry.reference}.{contact}\n"
        )


def render_json(entries: Iterable[Entry]) -> Iterator[str]:
    """Render one JSON document with one ban per line."""
    between = '{"bans": [\n'
    for entry in entries:
        ban = entry.ban
        yield (
            f'{between}{{"network": "{entry.network}", "rung": {ban.rung}, "starts": "{render_time(ban.starts)}", '
            f'"ends": "{entry.ends}", "reference": "{entry.reference}", "reason": {json.dumps(ban.reason)}, '
            f'"origin": "{ban.origin}", "reach": "{ban.reach}"}}'
        )
        between = ",\n"
    yield "\n]}\n" if between == ",\n" else '{"bans": []}\n'


RENDERINGS: Mapping[str, Rendering] = {
    "plain": Rendering(file_name="banned.txt", comment="", render=render_plain, firewall=True),
    "nginx-geo": Rendering(file_name="nginx-geo.conf", comment="#", render=render_nginx_geo),
    "nginx-deny": Rendering(file_name="nginx-deny.conf", comment="#", render=render_nginx_deny),
    "apache": Rendering(file_name="apache.conf", comment="#", render=render_apache),
    "haproxy": Rendering(file_name="haproxy.map", comment="#", render=render_haproxy_map),
    "postfix": Rendering(file_name="postfix.cidr", comment="#", render=render_postfix_cidr),
    "json": Rendering(file_name="bans.json", comment="", render=render_json),
}
"""The forms by the names that the setting ``gate.files.kinds`` gives them."""


def render(rendering: Rendering, entries: Iterable[Entry]) -> Iterator[str]:
    """Make the whole content of a file, line by line."""
    if rendering.comment:
        yield f"{rendering.comment} Bans in force, written by pforte; changes to this file are lost.\n"
    if rendering.firewall:
        entries = (entry for entry in entries if entry.ban.reach is Reach.EVERYWHERE)
    yield from rendering.render(entries)


def _word(text: str) -> str:
    if _CLEAN.fullmatch(text):
        return text
    return _UNCLEAN.sub("", text[:_LONGEST_WORD]) or "banned"
