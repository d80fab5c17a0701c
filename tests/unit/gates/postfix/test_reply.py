"""Who is refused by Postfix reads one short line that says why, until when, and whom to ask."""

from datetime import UTC, datetime, timedelta

from pforte.bans.ban import Ban
from pforte.clock import SetClock
from pforte.gates.postfix.reply import PUT_OFF, Replies
from pforte.gates.table.gate import TableGate
from pforte.net.addresses import parse_network

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def ban_of(network: str) -> Ban:
    ends = NOON + timedelta(hours=1)
    return Ban(
        network=parse_network(network), rung=1, starts=NOON, ends=ends, reference="PF-1", reason="visit.xss"
    )


def test_clients_are_judged_by_the_table_and_the_clock():
    clock, table = SetClock(NOON), TableGate()
    replies = Replies(table=table, clock=clock, contact="abuse@example.net")
    assert replies.to("192.0.2.1") is None
    table.load([ban_of("192.0.2.1"), ban_of("2001:db8::/64")], NOON)
    for address in ("192.0.2.1", "::ffff:192.0.2.1", "2001:db8::7"):
        reply = replies.to(address) or ""
        assert reply.startswith("554 5.7.1 Refused until 2026-03-01T13:00:00Z, reference PF-1: ")
        assert reply.endswith(" abuse@example.net")
    for address in ("192.0.2.2", "2001:db8:1::7", "unknown", "", "mail.example.net"):
        assert replies.to(address) is None
    clock.move(timedelta(hours=1))
    assert replies.to("192.0.2.1") is None


def test_closed_puts_clients_off_until_the_bans_are_known():
    table = TableGate([parse_network("127.0.0.0/8")])
    replies = Replies(table=table, clock=SetClock(NOON), closed=True)
    assert replies.to("192.0.2.1") == PUT_OFF
    for unjudged in ("127.0.0.1", "mail.example.net", "192.0.2"):
        assert replies.to(unjudged) is None
    table.load([], NOON)
    assert replies.to("192.0.2.1") is None
