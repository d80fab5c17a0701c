"""Both ways into the gate give the same answer, at addresses of their own."""

import asyncio
from datetime import UTC, datetime, timedelta

from pforte.bans.ban import Ban
from pforte.clock import SetClock
from pforte.gates.postfix.gate import PostfixGate
from pforte.gates.postfix.reply import Replies
from pforte.gates.table.gate import TableGate
from pforte.net.addresses import parse_network

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_policy_service_and_table() -> None:
    table = TableGate()
    ban = Ban(
        network=parse_network("192.0.2.1"),
        rung=1,
        starts=NOON,
        ends=NOON + timedelta(hours=1),
        reference="PF-1",
        reason="visit.xss",
    )
    table.load([ban], NOON)

    async def ask(port: int, question: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(question)
        answer = await reader.read(1_000)
        writer.close()
        return answer

    async def run() -> None:
        replies = Replies(table=table, clock=SetClock(NOON))
        gate = PostfixGate("127.0.0.1:0", "127.0.0.1:0", ("Postmaster",), replies)
        await gate.open()
        policy = (
            b"request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=192.0.2.1\nrecipient=%s\n\n"
        )
        assert (await ask(gate.policy.port(), policy % b"a@example.net")).startswith(b"action=554 5.7.1 ")
        assert await ask(gate.policy.port(), policy % b"postMASTER@example.net") == b"action=DUNNO\n\n"
        assert b"OK 554 5.7.1 " in await ask(gate.socketmap.port(), b"16:pforte 192.0.2.1,")
        assert await ask(gate.socketmap.port(), b"16:pforte 192.0.2.2,") == b"9:NOTFOUND ,"
        await gate.close()

    asyncio.run(asyncio.wait_for(run(), 20))
