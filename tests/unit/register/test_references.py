"""Every ban gets a reference of its own, whatever is drawn."""

import itertools

import pytest

from pforte.bans.reference import render_reference
from pforte.register import Batch, Entry, Register, RegisterError
from pforte.register.dialects import writing
from pforte.register.references import References


def test_a_reference_that_a_ban_carries_is_drawn_again(url, clock, offence):
    """References are short, so with many bans one is met by chance every now and then."""
    draws = iter([1, 1, 1, 2])
    with Register.open(url, clock, draw=lambda _below: next(draws)) as register:
        first = register.record(Batch(entries=(Entry(offence=offence("192.0.2.1")),)))
        second = register.record(Batch(entries=(Entry(offence=offence("192.0.2.2")),)))
    assert first.filed[0].ban.reference == render_reference(1)
    assert second.filed[0].ban.reference == render_reference(2)


def test_many_in_one_transaction_are_all_different(register):
    numbers = itertools.cycle(range(600))
    with writing(register._engine) as connection:
        references = References(connection, lambda _below: next(numbers))
        references.expect(600)
        assert len({references.take() for _ in range(600)}) == 600


def test_broken_randomness_is_named_instead_of_searching_for_ever(url, clock, offence):
    with Register.open(url, clock, draw=lambda _below: 1) as register:
        register.record(Batch(entries=(Entry(offence=offence("192.0.2.1")),)))
        with pytest.raises(RegisterError, match="source of randomness"):
            register.record(Batch(entries=(Entry(offence=offence("192.0.2.2")),)))
        assert register.snapshot().sequence == 1
