"""`pforte lift` opens again, and says what still holds."""

import click
import pytest

from pforte.commands.lift import parse_target
from pforte.net.addresses import parse_network


@pytest.mark.parametrize("by", ["network", "reference"])
def test_a_ban_is_lifted_with_an_amnesty(run, seen, by):
    ban = seen("192.0.2.7").ban
    target = "192.0.2.7" if by == "network" else ban.reference.lower().replace("-", "")
    answer = run("lift", target, "--reason", "mistake")
    assert answer.code == 0
    assert answer.out == f"192.0.2.7/32 is at liberty: {ban.reference} is lifted, its history is forgiven\n"
    assert run("status", "192.0.2.7", "--json").json["banned"] is False
    assert seen("192.0.2.7").outcome == "evidence"


def test_with_expire_the_history_counts(run, seen):
    seen("192.0.2.7")
    answer = run("lift", "192.0.2.7", "--reason", "mistake", "--expire", "--json")
    assert (answer.json["amnesty"], answer.json["in_force"]) == (False, False)


def test_the_lift_is_in_the_explanation(run, seen):
    ban = seen("192.0.2.7").ban
    run("lift", ban.reference, "--reason", "they cleaned up")
    (act,) = run("explain", ban.reference, "--json").json["acts"]
    assert (act["act"], act["reason"]) == ("lift", "they cleaned up")


def test_what_still_holds_is_named(run, seen):
    ban = seen("192.0.2.7").ban
    wide = run("ban", "192.0.2.0/25", "--rung", "2", "--reason", "x", "--json").json["reference"]
    answer = run("lift", ban.reference, "--reason", "mistake")
    assert f"still banned: {wide} holds 192.0.2.0/25" in answer.err


@pytest.mark.parametrize(
    ("target", "code", "said"),
    [
        ("192.0.2.9", 1, "192.0.2.9/32 is not banned"),
        ("PF-7K3M-Q2XD", 1, "no ban carries the reference PF-7K3M-Q2XD"),
        ("PF-7K3M-Q2XF", 2, "one was misread"),
        ("192.0.2.0/7", 2, "is not a network"),
    ],
)
def test_what_cannot_be_lifted(run, seen, target, code, said):
    seen("192.0.2.7")
    answer = run("lift", target, "--reason", "x")
    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err


def test_a_reason_is_needed(run, seen):
    seen("192.0.2.7")
    assert run("lift", "192.0.2.7", "--reason", " ").code == 2
    assert run("status", "192.0.2.7", "--json").json["banned"] is True


def test_targets():
    assert parse_target("192.0.2.7", 64) == parse_network("192.0.2.7")
    assert parse_target("2001:db8::1", 56) == parse_network("2001:db8::/56")
    assert parse_target("pf 7k3m q2xd", 64) == "PF-7K3M-Q2XD"
    with pytest.raises(click.BadParameter):
        parse_target("nonsense", 64)
