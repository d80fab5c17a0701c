"""Only who has a key may pull, and of each address it is known how far it came."""

from datetime import UTC, datetime
from ipaddress import ip_address
from types import SimpleNamespace

import pytest

from pforte.gates.crowdsec import keys
from pforte.gates.crowdsec.board import Position
from pforte.gates.crowdsec.keys import Pullers, digest_of, draw_key

HERE = ip_address("127.0.0.1")


def test_a_digest_is_what_crowdsec_keeps_of_a_key():
    """The hashes of a CrowdSec database stay good: hexadecimal SHA-512 (FIPS 180-4, example "abc")."""
    assert digest_of("abc").startswith("ddaf35a193617abacc417349ae204131")
    assert len(digest_of("\udcff")) == 128


def test_keys_are_long_and_never_the_same():
    made = {draw_key() for _ in range(100)}
    assert len(made) == 100
    assert all(len(key) >= 40 and key.isascii() for key in made)


def test_a_key_counts_until_it_is_removed():
    pullers = Pullers()
    assert pullers.name("abc") is None
    pullers.admit({digest_of("abc"): "edge"})
    assert pullers.name("abc") == "edge"
    assert pullers.name("abx") is None
    pullers.move("edge", HERE, "a/1", Position(7, 1.0))
    pullers.admit({})
    assert pullers.name("abc") is None
    assert pullers.position("edge", HERE) == Position()


def test_what_was_pulled_is_to_be_stored_once():
    pullers = Pullers()
    pullers.move("edge", HERE, "a/1", Position(7, 60.0))
    pullers.touch("edge", HERE, "a/2", 61.0)
    assert pullers.position("edge", HERE) == Position(7, 61.0)
    (pull,) = pullers.unsaved()
    assert (pull.bouncer, pull.address, pull.agent) == ("edge", HERE, "a/2")
    assert pull.pulled == datetime(1970, 1, 1, 0, 1, 1, tzinfo=UTC)
    assert not pullers.unsaved()


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(keys, "ADDRESSES_EACH", 2)


@pytest.mark.usefixtures("few")
def test_of_too_many_addresses_the_one_that_pulled_first_is_forgotten():
    pullers = Pullers()
    for last in (1, 2, 1, 3):
        pullers.move("edge", ip_address(f"10.0.0.{last}"), "", Position(last))
    found = [pullers.position("edge", ip_address(f"10.0.0.{last}")).number for last in (1, 2, 3)]
    assert found == [1, None, 3]
    assert {str(pull.address) for pull in pullers.unsaved()} == {"10.0.0.1", "10.0.0.3"}


@pytest.mark.usefixtures("few")
def test_the_latest_pulls_of_a_run_before_are_remembered():
    pullers = Pullers()
    pullers.recall(
        [
            SimpleNamespace(
                bouncer="edge", address=ip_address(f"10.0.0.{n}"), pulled=datetime.fromtimestamp(n, UTC)
            )
            for n in (4, 3, 2)
        ]
    )
    found = [pullers.position("edge", ip_address(f"10.0.0.{n}")) for n in (2, 3, 4)]
    assert found == [Position(), Position(pulled=3.0), Position(pulled=4.0)]
