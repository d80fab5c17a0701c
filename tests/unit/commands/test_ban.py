"""`pforte ban` shuts a network out, and refuses what would be a mistake."""

from datetime import timedelta

import pytest

from pforte.bans.ban import Origin, Reach
from pforte.bans.regulation import regulation_of
from pforte.clock import SystemClock
from pforte.commands.register_access import operator
from pforte.register import Register
from pforte.settings.table import RegulationSettings


def bans(state):
    with Register.open(state, SystemClock()) as register:
        return register.snapshot().bans


def length_of(ban):
    """Return how long a ban lasts that begins within a second and ends with a whole one."""
    assert ban.ends.microsecond == 0
    return ban.ends - ban.starts.replace(microsecond=0) - timedelta(seconds=ban.starts.microsecond > 0)


def test_a_rung_sets_the_length(run, state):
    answer = run("ban", "192.0.2.7", "--rung", "2", "--reason", "spam run")
    (ban,) = bans(state)
    assert (answer.code, ban.rung, ban.reason, ban.origin) == (0, 2, "spam run", Origin.OPERATOR)
    assert length_of(ban) == regulation_of(RegulationSettings()).duration(2)
    assert ban.reference in answer.out


@pytest.mark.parametrize(("length", "rung"), [("30m", 1), ("1h", 1), ("2d", 1), ("8d", 2), ("400d", 4)])
def test_a_length_counts_as_the_highest_rung_it_reaches(run, state, length, rung):
    run("ban", "192.0.2.7", "--for", length, "--reason", "spam")
    assert bans(state)[0].rung == rung


def test_rung_and_length_together(run, state):
    run("ban", "192.0.2.7", "--for", "2h", "--rung", "3", "--reason", "spam")
    (ban,) = bans(state)
    assert (ban.rung, length_of(ban)) == (3, timedelta(hours=2))


def test_programs_get_the_ban(run):
    answer = run("ban", "2001:db8::1", "--rung", "1", "--reason", "x", "--json")
    assert (answer.json["network"], answer.json["in_force"]) == ("2001:db8::/64", True)


def test_it_is_audited_by_name(run, state):
    reference = run("ban", "192.0.2.7", "--rung", "1", "--reason", "x", "--json").json["reference"]
    with Register.open(state, SystemClock()) as register:
        (act,) = register.case(reference).acts
    assert (act.who, act.act) == (operator(), "ban")


@pytest.mark.parametrize(
    ("network", "why"),
    [
        ("127.0.0.1", "loopback"),
        ("192.0.2.254", "default gateway"),
        ("192.0.2.200", "own address"),
        ("192.0.2.53", "DNS resolver"),
    ],
)
def test_who_is_exempt_is_never_banned(run, state, network, why):
    """An operator who locks out the own gateway cannot even lift it from afar."""
    answer = run("ban", network, "--rung", "1", "--reason", "x")
    assert answer.code == 1
    assert f"never banned: {why}" in answer.err
    assert bans(state) == []


def test_a_network_around_exempt_ones_is_banned_and_they_are_named(run, state):
    answer = run("ban", "192.0.2.0/24", "--rung", "1", "--reason", "x")
    assert answer.code == 0
    assert "let through nonetheless: " in answer.err
    assert "192.0.2.53/32 (DNS resolver)" in answer.err
    assert len(bans(state)) == 1


def test_shared_networks_are_kept_from_the_firewall(run, state):
    answer = run("ban", "100.64.9.9", "--rung", "1", "--reason", "x")
    assert "many people share" in answer.err
    assert bans(state)[0].reach is Reach.APPLICATION


def test_a_longer_ban_is_named(run):
    longer = run("ban", "192.0.2.0/25", "--rung", "3", "--reason", "x", "--json").json["reference"]
    answer = run("ban", "192.0.2.7", "--rung", "1", "--reason", "x")
    assert f"{longer} holds 192.0.2.0/25 longer" in answer.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("192.0.2.7", "--reason", "x"), "Give --rung N or --for DURATION"),
        (("192.0.2.7", "--rung", "5", "--reason", "x"), "5 is no rung; there are 1 to 4"),
        (("192.0.2.7", "--rung", "0", "--reason", "x"), "0 is no rung"),
        (("192.0.2.7", "--for", "soon", "--reason", "x"), '"soon" is no duration'),
        (("192.0.2.7", "--for", "0s", "--reason", "x"), "longer than nothing"),
        (("192.0.2.7", "--rung", "1", "--reason", "  "), "say why"),
        (("192.0.2.7", "--rung", "1"), "--reason"),
        (("192.0.2.7/24", "--rung", "1", "--reason", "x"), "is not a network"),
        (("nonsense", "--rung", "1", "--reason", "x"), "is not an IP address"),
        (("0.0.0.0/0", "--rung", "1", "--reason", "x"), "add --wide if that is meant"),
        (("2001::/16", "--rung", "1", "--reason", "x"), "add --wide if that is meant"),
    ],
)
def test_mistakes_are_named_with_the_way_out(run, state, arguments, said):
    answer = run("ban", *arguments)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert bans(state) == []


def test_a_wide_network_on_purpose(run, state):
    assert run("ban", "10.0.0.0/8", "--rung", "1", "--reason", "x", "--wide").code == 0
    assert str(bans(state)[0].network) == "10.0.0.0/8"


@pytest.mark.parametrize(
    "arguments",
    [("192.0.2.1", "--rung", "9"), ("192.0.2.1/24", "--rung", "1"), ("127.0.0.1", "--rung", "1")],
)
def test_what_is_refused_makes_no_register(run, state, arguments):
    """A mistyped command in the wrong folder must leave nothing behind."""
    assert run("ban", *arguments, "--reason", "x").code != 0
    assert not state.exists()
