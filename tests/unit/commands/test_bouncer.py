"""`pforte bouncer` makes keys that are shown once, and says who pulls."""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from pforte.__main__ import main
from pforte.clock import SystemClock
from pforte.gates.crowdsec.keys import digest_of
from pforte.net.addresses import parse_address
from pforte.register import Pull, Register

ON = ("--set", "gate.crowdsec.enabled=true")


@pytest.fixture
def digests(state):
    def _digests():
        with Register.open(state, SystemClock()) as register:
            return register.bouncer_digests()

    return _digests


def test_a_key_is_made_and_shown_once(run, digests):
    made = run(*ON, "bouncer", "add", "edge")
    assert made.code == 0
    key = made.out.strip()
    assert len(key) >= 40
    assert "cannot be shown again" in made.err
    assert digests() == {digest_of(key): "edge"}
    listed = run(*ON, "bouncer", "list")
    assert listed.out.splitlines()[1].split()[0] == "edge"
    assert "never" in listed.out
    assert key not in listed.out + listed.err
    assert run("bouncer", "add", "--json", "web").json.keys() == {"bouncer", "key"}


def test_a_key_of_ones_own_is_taken_and_not_repeated(run, digests):
    """Whoever comes from CrowdSec leaves its bouncers as they are."""
    answer = run(*ON, "bouncer", "add", "edge", "--key", "0123456789abcdef0123")
    assert (answer.code, answer.out) == (0, "")
    assert digests() == {digest_of("0123456789abcdef0123"): "edge"}


@pytest.mark.usefixtures("state")
def test_a_key_from_standard_input_is_in_no_list_of_processes(digests):
    done = CliRunner().invoke(main, ["bouncer", "add", "edge", "--key", "-"], input="fedcba98765432100\n")
    assert done.exit_code == 0
    assert digests() == {digest_of("fedcba98765432100"): "edge"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "a b"), "NAME"),
        (("add", "-x" * 40), ""),
        (("add", "edge", "--key", "short"), "16 to 256"),
        (("add", "edge", "--key", "with a space in it"), "printable"),
        (("add", "edge", "--key", "ümläut-ümläut-ümläut"), "printable"),
    ],
)
def test_bad_names_and_keys_are_refused(run, state, arguments, said):
    answer = run("bouncer", *arguments)
    assert answer.code == 2
    assert said in answer.err
    assert not state.exists()


def test_two_of_one_name_are_refused(run):
    run("bouncer", "add", "edge")
    answer = run("bouncer", "add", "edge")
    assert answer.code == 1
    assert "bouncer edge already" in answer.err


def test_pulls_are_listed(run, state):
    run("bouncer", "add", "edge")
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    with Register.open(state, SystemClock()) as register:
        register.save_pulls(
            [
                Pull(
                    bouncer="edge",
                    address=parse_address(address),
                    agent="a/1\x1b",
                    pulled=SystemClock().now(),
                )
                for address in ("192.0.2.1", "2001:db8::1")
            ]
        )
    found = run(*ON, "bouncer", "list", "--json").json
    assert {pull["address"] for pull in found["pulls"]} == {"192.0.2.1", "2001:db8::1"}
    assert found["made"] > moment.isoformat()
    table = run(*ON, "bouncer", "list")
    assert [line.split()[0] for line in table.out.splitlines()] == ["bouncer", "edge", "edge"]
    assert "a/1\\x1b" in table.out
    assert table.err == ""


def test_a_bouncer_is_removed(run, digests):
    run("bouncer", "add", "edge")
    assert run("bouncer", "remove", "edge").out == "edge may pull no longer\n"
    assert digests() == {}
    answer = run("bouncer", "remove", "edge")
    assert answer.code == 1
    assert "there is no bouncer edge" in answer.err


def test_nobody_pulls_while_the_gate_is_off(run):
    assert "not enabled" in run("bouncer", "add", "edge").err
    assert "not enabled" in run("bouncer", "list").err
    assert "not enabled" not in run(*ON, "bouncer", "list").err


def test_without_bouncers_the_way_to_one_is_told(run, state):
    assert "pforte bouncer add NAME" in run("bouncer", "list").err
    assert not state.exists()
