"""Looking only at the lengths in use near an address finds what looking at all of them finds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.gates.table.family import Family

BITS, BLOCK = 32, 16
ENDS = st.integers(1, 9)


def key_of(value: int, length: int) -> int:
    return value >> BITS - length


# Few differing bits, so that networks cover one another, in two blocks and beside them.
VALUES = st.builds(
    lambda high, low: high << 16 | low, st.sampled_from([0xC000, 0xC001, 0xD000]), st.integers(0, 3)
)
LENGTHS = st.sampled_from([0, 1, 8, 15, 16, 17, 24, 31, 32])


@given(
    bans=st.lists(st.tuples(VALUES, LENGTHS, ENDS), max_size=20),
    later=st.lists(st.tuples(VALUES, LENGTHS, ENDS), max_size=8),
    now=st.integers(0, 9),
    value=VALUES,
)  # fmt: skip
def test_every_ban_over_an_address_is_found(bans, later, now, value):
    family = Family(BITS, BLOCK)
    held: dict[tuple[int, int], int] = {}

    def put(some):
        for at, length, ends in some:
            family.put(key_of(at, length), length, ends)
            held[key_of(at, length), length] = ends

    put(bans)
    dropped = family.drop_ended(now)
    assert sorted(dropped) == sorted(at for at, ends in held.items() if ends <= now)
    held = {at: ends for at, ends in held.items() if ends > now}
    put(later)
    over = {length: ends for (key, length), ends in held.items() if key == key_of(value, length)}
    assert family.lasting(value) == max(over.values(), default=0)
    assert {BITS - shift: ends for shift, ends in family.over(value)} == over
    assert len(family) == len(held)


def test_what_is_known_of_blocks_takes_no_memory_for_each_of_them():
    """An attacker with many networks, banned one after the other, must not fill the memory for good."""
    family = Family(128, 32)
    for number in range(100_000):
        family.put(number << 32, 64, 1)
    assert len({id(steps) for steps in family._slots}) == 1
    assert sum(map(family.lasting, (number << 96 for number in range(100_000)))) == 100_000
    family.put(70_000 << 16, 48, 9)  # blocks whose numbers end alike share what is known of them
    assert [family.lasting(number << 96) for number in (70_000, 70_000 - 65_536, 70_001)] == [9, 1, 1]


@pytest.mark.parametrize("length", [8, 24])
def test_blocks_alike_share_what_is_known_of_them(length):
    family = Family(BITS, BLOCK)
    for block in range(100):
        family.put(block << 16, 32, 1)
    family.put(0, length, 1)
    assert len({id(steps) for steps in family._slots[:100]}) == (1 if length == 8 else 2)
