"""The gate keeps keys, bans and pulls up to date by itself."""

from datetime import timedelta

import pytest
from bouncer_house import KEY, NOON, House, Store, ban_of

from pforte.gates.crowdsec.keys import digest_of


class AwayError(Exception):
    """The register is away."""


def test_a_new_key_counts_within_a_second_and_a_removed_one_no_longer(house):
    assert house.gate.tend(NOON) == NOON + timedelta(seconds=1)
    house.store.digests = {digest_of("another-key-that-is-new"): "new"}
    house.move(seconds=1)
    assert house.ask("/v1/decisions", key=KEY).status == 403
    assert house.ask("/v1/decisions", key="another-key-that-is-new").status == 200


def test_pulls_are_stored_now_and_then_and_a_newcomers_at_once(house):
    house.gate.tend(house.clock.now())
    house.pull("startup=true", "a/1")
    house.move(seconds=1)
    (pull,) = house.store.saved
    assert (pull.bouncer, str(pull.address), pull.agent) == ("edge", "127.0.0.1", "a/1")
    assert pull.pulled == NOON
    house.pull("", "a/1")
    house.move(seconds=9)
    assert len(house.store.saved) == 1
    house.move(seconds=1)
    assert house.store.saved[1].pulled == NOON + timedelta(seconds=1)
    house.move(seconds=30)
    assert len(house.store.saved) == 2
    house.pull("", "a/1")
    house.gate.close()
    assert len(house.store.saved) == 3


def test_while_the_register_is_away_the_last_known_keys_and_bans_count(house):
    """Law 3: whoever drives the gate takes the error for what it is."""
    house.decide(ban_of("192.0.2.1"))

    def away():
        raise AwayError

    house.store.bouncer_digests = away
    with pytest.raises(AwayError):
        house.gate.tend(house.clock.now())
    assert house.pull("startup=true")[0] == {"192.0.2.1": "1h0m0s"}


def test_a_register_that_is_away_at_first_leaves_the_gate_unloaded():
    house = House(store=Store())
    house.store.pulls = lambda: (_ for _ in ()).throw(AwayError)
    with pytest.raises(AwayError):
        house.load()
    assert not house.gate.board.loaded
    assert house.ask("/v1/decisions/stream?startup=true").status == 503
    assert house.ask("/v1/decisions/stream", method="HEAD").status == 200


def test_ended_bans_are_let_go_of_every_few_seconds(house):
    house.decide(ban_of("192.0.2.1"))
    assert house.gate.entries() == 1
    house.move(hours=1, seconds=1)
    assert house.gate.entries() == 0
    house.gate.close()
