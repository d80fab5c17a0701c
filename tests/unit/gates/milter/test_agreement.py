"""Only what the server offers and we need is agreed on."""

import pytest
from milter_house import ALL_ACTS, ALL_STEPS

from pforte.gates.milter.agreement import Step, agree
from pforte.gates.milter.wire import Command, WireError


def offered(version, acts, steps):
    return b"".join(each.to_bytes(4, "big") for each in (version, acts, steps))


def test_with_postfix_few_answers_are_waited_for():
    agreed = agree(offered(6, ALL_ACTS, ALL_STEPS))
    assert agreed.unanswered == {Command.CONNECT, Command.HELO, Command.HEADER, Command.BODY}
    assert agreed.names_macros
    assert agreed.may_add
    assert agreed.may_change
    assert agreed.space == b" "


def test_nothing_is_asked_for_that_is_not_offered():
    agreed = agree(offered(2, 0, 0))
    assert agreed.packet == b"\0\0\0\x0dO" + offered(2, 0, 0)
    assert not agreed.unanswered
    assert not agreed.names_macros
    assert not agreed.may_add
    assert not agreed.may_change
    assert agreed.space == b""


def test_nothing_is_taken_that_is_not_needed():
    """Nobody here replaces bodies or recipients, and a server need not be ready for it."""
    packet = agree(offered(7, 0xFFFFFFFF, 0xFFFFFFFF)).packet
    assert packet[5:9] == b"\0\0\0\x06"
    acts, steps = int.from_bytes(packet[9:13], "big"), int.from_bytes(packet[13:17], "big")
    assert acts == 0x111
    needed = {"CONNECT": 0x1, "HELO": 0x2, "MAIL": 0x4, "RCPT": 0x8, "BODY": 0x10, "HEADER": 0x20}
    assert not any(steps & bit for bit in needed.values())
    answered = {"MAIL": 0x4000, "RCPT": 0x8000}
    assert not any(steps & bit for bit in answered.values())
    assert Step.LEADING_SPACE & steps


def test_macros_are_asked_for_stage_by_stage():
    packet = agree(offered(6, ALL_ACTS, ALL_STEPS)).packet
    assert b"\0\0\0\0j {client_resolve}\0" in packet
    assert b"\0\0\0\x02{tls_version} {cipher} {cipher_bits} {auth_authen}\0" in packet
    assert packet.endswith(b"\0\0\0\x05i\0")


@pytest.mark.parametrize("data", [b"", bytes(11)])
def test_a_short_offer_is_none(data):
    with pytest.raises(WireError, match=f"an offer of {len(data)} octets"):
        agree(data)


def test_a_server_of_long_ago_is_told_so():
    with pytest.raises(WireError, match="version 1 of the protocol is older than 2"):
        agree(offered(1, 0, 0))
