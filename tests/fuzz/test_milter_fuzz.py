"""Whatever arrives on a milter connection, the only error is that somebody does not speak the protocol."""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "gates" / "milter"))
from milter_house import Reception, Server

from pforte.gates.milter.wire import Command, Packet, Packets, WireError, packet

COMMANDS = st.one_of(st.sampled_from([int(each) for each in Command]), st.integers(0, 255))
DATA = st.one_of(
    st.binary(max_size=30),
    st.sampled_from(
        [
            b"mail.example.net\x004\0\x19192.0.2.1\0",
            b"x\x006\0\x19IPv6:2001:db8::1\0",
            b"x\0L",
            b"<a@example.org>\0SIZE=1\0",
            b"Subject\0 x\n y\0",
            b"M{tls_version}\0TLSv1.3\0{cipher_bits}\0x\0",
            b"R{rcpt_mailer}\0error\0",
            b"\0\0\0\x06\0\0\1\xff\0\x1f\xff\xff",
            b"",
        ]
    ),
)


@given(st.lists(st.builds(Packet, COMMANDS, DATA), max_size=25), st.integers(0, 200))
@settings(max_examples=400)
def test_no_packets_raise_anything_but_the_protocols_own_error(packets, most):
    """Memory taken for messages is always given back, and each session that began ends once."""
    reception = Reception()

    async def run():
        server = Server(reception, most=most, room=500)
        await server.negotiate()
        for each in packets:
            with suppress(WireError):
                await server.say(each.command, each.data)
        server.conversation.close()
        return server.space.free

    assert asyncio.run(run()) == 500
    assert reception.names().count("receive") == reception.names().count("closed")
    assert not any(len(heard[1]) > most for heard in reception.heard if heard[0] == "message")


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_no_octets_raise_anything_but_the_protocols_own_error(pieces):
    cutter = Packets()
    with suppress(WireError):
        for piece in pieces:
            cutter.feed(piece)


@given(st.builds(Packet, COMMANDS, st.binary(max_size=40)), st.integers(0, 45), st.integers(0, 255))
def test_one_octet_changed_does_no_more(sent, place, octet):
    raw = bytearray(packet(bytes((sent.command,)), sent.data))
    raw[place % len(raw)] = octet
    with suppress(WireError):
        Packets().feed(bytes(raw))
