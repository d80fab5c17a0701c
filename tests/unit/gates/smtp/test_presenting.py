"""The next hop learns who the client is."""

import asyncio

import pytest
from next_hop_house import Server
from test_trace import letter

from pforte.gates.smtp.next_hop import Channel, NextHopError
from pforte.gates.smtp.presenting import present, xtext


def told(server, **client):
    """Present a client; return the commands and whether the session begins anew."""

    async def run():
        async with server.listening() as place:
            channel = await Channel.open(place)
            try:
                await channel.greet("mx")
                return await present(channel, letter(**client))
            finally:
                channel.close()

    anew = asyncio.run(run())
    return server.heard[1:], anew


XCLIENT = "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT"


def test_xclient_is_told_what_it_knows():
    lines, anew = told(Server(offers=(XCLIENT, "XFORWARD NAME ADDR")))
    assert anew
    assert lines[0] == "XCLIENT NAME=mail.a.example ADDR=192.0.2.1 PORT=1 PROTO=ESMTP HELO=mail.a.example"


def test_xforward_is_second():
    lines, anew = told(Server(offers=("XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE",)), extended=False)
    assert not anew
    assert lines[0] == (
        "XFORWARD NAME=mail.a.example ADDR=192.0.2.1 PORT=1 PROTO=SMTP HELO=mail.a.example SOURCE=REMOTE"
    )


def test_what_is_not_known_is_said_so():
    lines, _ = told(
        Server(offers=(XCLIENT,)), name="", helo="a b\r\nX", port=0, address=letter().client.address
    )
    assert (
        lines[0]
        == "XCLIENT NAME=[UNAVAILABLE] ADDR=192.0.2.1 PORT=[UNAVAILABLE] PROTO=ESMTP HELO=[192.0.2.1]"
    )


def test_no_line_is_too_long():
    lines, _ = told(Server(offers=(XCLIENT,)), name="n" * 253, helo="h" * 253)
    assert [line.count("XCLIENT") for line in lines[:2]] == [1, 1]
    assert all(len(line) <= 510 for line in lines)
    assert "h" * 253 in lines[1]


def test_nothing_is_told_to_who_does_not_ask():
    lines, anew = told(Server(offers=()))
    assert not [line for line in lines if line.startswith("X")]
    assert not anew


def test_who_does_not_want_to_hear_it_gets_no_mail():
    with pytest.raises(NextHopError, match=r"550 5\.7\.0 not you"):
        told(Server(offers=(XCLIENT,), replies={"XCLIENT": b"550 5.7.0 not you\r\n"}))


def test_xtext():
    """RFC 3461 s4."""
    assert xtext("IPV6:2001:db8::1") == "IPV6:2001:db8::1"
    assert xtext("a=b+c\udcff\n") == "a+3Db+2Bc+FF+0A"
