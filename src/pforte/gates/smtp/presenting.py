"""Telling the next hop who the client is: XCLIENT, or XFORWARD where that is not offered.

With XCLIENT the next hop treats us as the client; with XFORWARD it only logs it. Values are xtext (RFC 3461 s4).
"""

from collections.abc import Iterator

from pforte.gates.smtp.handover import Client, Letter
from pforte.gates.smtp.next_hop import Channel
from pforte.gates.smtp.trace import plain_name

_LONGEST = 512
_LONGEST_VALUE = 255
UNAVAILABLE = "[UNAVAILABLE]"


async def present(channel: Channel, letter: Letter) -> bool:
    """Present the client; say whether the session begins anew (XCLIENT), so that the greeting must be said again.

    Raises:
        NextHopError: the next hop refuses the client, or what is said of it.
        OSError: it is gone.
    """
    for command, code in (("XCLIENT", 220), ("XFORWARD", 250)):
        if command not in channel.offers:
            continue
        known = {word.upper() for word in channel.offers[command].split()}
        for line in _lines(command, [each for each in _attributes(letter.client) if each[0] in known]):
            channel.want(await channel.ask(line), code)
        return command == "XCLIENT"
    return False


def xtext(value: str) -> str:
    """Return a text in xtext: what is not printable ASCII, ``+`` and ``=`` as hexadecimal octets.

    >>> xtext("a+b ä")
    'a+2Bb+20+C3+A4'
    """
    return "".join(
        chr(octet) if 33 <= octet <= 126 and octet not in b"+=" else f"+{octet:02X}"
        for octet in value.encode("utf-8", "surrogateescape")
    )


def _attributes(client: Client) -> Iterator[tuple[str, str]]:
    yield "NAME", client.name or UNAVAILABLE
    yield "ADDR", f"IPV6:{client.address}" if client.address.version == 6 else str(client.address)
    yield "PORT", str(client.port) if client.port else UNAVAILABLE
    yield "PROTO", "ESMTP" if client.extended else "SMTP"
    yield "HELO", plain_name(client)
    yield "SOURCE", "REMOTE"


def _lines(command: str, attributes: list[tuple[str, str]]) -> Iterator[str]:
    """Yield commands that fit into a line each."""
    line = command
    for name, value in attributes:
        told = xtext(value)
        word = f" {name}={told if len(told) <= _LONGEST_VALUE else UNAVAILABLE}"
        if len(line) + len(word) + 2 > _LONGEST:
            yield line
            line = command
        line += word
    if line != command:
        yield line
