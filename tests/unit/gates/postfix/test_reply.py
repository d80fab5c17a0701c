"""Who is refused by Postfix reads one short line that says why, until when, and whom to ask."""

from datetime import UTC, datetime, timedelta

import pytest

from pforte.bans.ban import Ban, Reach
from pforte.clock import SetClock
from pforte.gates.postfix.reply import LONGEST_TEXT, PUT_OFF, Replies, render_refusal
from pforte.gates.table.gate import TableGate
from pforte.gates.table.packed import Held
from pforte.net.addresses import parse_network
from pforte.visits.checks import CHECKS

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def held(reason: str, reference: str = "PF-7K3M-Q2XD") -> Held:
    return Held(int(NOON.timestamp()) + 3600, 1, Reach.EVERYWHERE, reason, reference)


def ban_of(network: str) -> Ban:
    ends = NOON + timedelta(hours=1)
    return Ban(
        network=parse_network(network), rung=1, starts=NOON, ends=ends, reference="PF-1", reason="visit.xss"
    )


@pytest.mark.standard("5321:4.5.3.1.5")
@pytest.mark.parametrize("check", [*(check.id for check in CHECKS), "by hand"])
@pytest.mark.parametrize("contact", ["", "x" * 160 + "/{reference}"])
def test_every_refusal_is_a_short_line_of_ascii(check, contact):
    reply = render_refusal(held(check), contact)
    assert reply.startswith("554 5.7.1 Refused until 2026-03-01T13:00:00Z, reference PF-7K3M-Q2XD: ")
    assert reply.isascii()
    assert reply.isprintable()
    assert len(reply) <= len("554 5.7.1 ") + LONGEST_TEXT
    assert not contact or reply.endswith(" " + "x" * 160 + "/PF-7K3M-Q2XD")


def test_the_reason_stands_in_it():
    check = next(check for check in CHECKS if check.id == "visit.mail-password")
    assert render_refusal(held(check.id)).endswith(f": {check.summary.en}")


def test_a_reason_without_room_is_cut_at_a_word():
    text = render_refusal(held("visit.mail-password"), "y" * 280)
    assert len(text) <= len("554 5.7.1 ") + LONGEST_TEXT
    assert "... yyy" in text


def test_strange_references_break_no_line():
    assert render_refusal(held("x", "a\r\n250 ok ü" + "z" * 90)).isprintable()


def test_clients_are_judged_by_the_table_and_the_clock():
    clock, table = SetClock(NOON), TableGate()
    replies = Replies(table=table, clock=clock, contact="abuse@example.net")
    assert replies.to("192.0.2.1") is None
    table.load([ban_of("192.0.2.1"), ban_of("2001:db8::/64")], NOON)
    for address in ("192.0.2.1", "::ffff:192.0.2.1", "2001:db8::7"):
        assert "PF-1" in (replies.to(address) or "")
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
