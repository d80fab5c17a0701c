"""Where the next hop is, and how it is understood; what follows from its answers stands in test_relay."""

import asyncio

import pytest
from next_hop_house import Server

from pforte.gates.smtp.next_hop import Channel, Heard, NextHopError, Place, read_place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("smtp:127.0.0.1:25", Place(False, "127.0.0.1", 25)),
        ("smtp:[::1]:25", Place(False, "::1", 25)),
        ("lmtp:mail.internal:24", Place(True, "mail.internal", 24)),
        ("lmtp:/run/lmtp", Place(True, socket="/run/lmtp")),
    ],
)
def test_places(text, place):
    assert read_place(text) == place


def ask(reply):
    """Return how one reply is understood."""

    async def run():
        async with Server(replies={"NOOP": reply}).listening() as place:
            channel = await Channel.open(place)
            try:
                return await channel.ask("NOOP")
            finally:
                channel.close()

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("reply", "heard"),
    [
        (b"250 2.1.5 ok\r\n", Heard(250, "2.1.5", ("ok",))),
        (b"250\r\n", Heard(250, "", ("",))),
        (b"250 ok\n", Heard(250, "", ("ok",))),
        (b"550-5.1.1 no\r\n550 5.1.1 \xff\r\n", Heard(550, "5.1.1", ("no", "\ufffd"))),
        (b"250 2.0.0.1 x\r\n", Heard(250, "", ("2.0.0.1 x",))),
    ],
)
def test_replies(reply, heard):
    assert ask(reply) == heard


@pytest.mark.parametrize("reply", [b"25 x\r\n", b"250_x\r\n", b"\r\n", b"x" * 5_000, b"250-x\r\n" * 201, b""])
def test_what_is_no_reply(reply):
    with pytest.raises(NextHopError):
        ask(reply)


def test_a_unix_socket(tmp_path):
    async def run():
        made = Server(local=True)
        server = await asyncio.start_unix_server(made.serve, tmp_path / "s")
        channel = await Channel.open(Place(True, socket=str(tmp_path / "s")))
        await channel.greet("mx")
        channel.close()
        server.close()
        await asyncio.wait(made._held)
        return channel.offers

    assert asyncio.run(run())["SIZE"] == "1000000"
