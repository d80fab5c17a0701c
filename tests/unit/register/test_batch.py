"""A batch knows how much it will write, and can be divided."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pforte.net.addresses import parse_network
from pforte.register import Batch, Entry, Settlement, Tally


def test_the_weight_counts_every_row(offence):
    entry = Entry(offence=offence())
    tally = Tally(check="c", network=parse_network("192.0.2.1"), state=b"1")
    assert Batch().weight() == 0
    assert (
        Batch(
            entries=(entry, entry),
            claims=(entry,),
            settlements=(Settlement(number=1, offence=None),),
            positions={"a": "1"},
            tallies=(tally,),
        ).weight()
        == 6
    )


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(["entries", "claims", "settlements", "tallies", "positions"]), min_size=2, max_size=12
    )
)
def test_halves_are_the_whole_in_its_order_with_positions_last(offence, kinds):
    """Were a position written before its offences, a kill in between would lose them."""
    entries = [Entry(offence=offence(line=number)) for number in range(len(kinds))]
    chosen = {kind: [number for number, one in enumerate(kinds) if one == kind] for kind in kinds}
    network = parse_network("192.0.2.1")
    batch = Batch(
        entries=tuple(entries[number] for number in chosen.get("entries", [])),
        claims=tuple(entries[number] for number in chosen.get("claims", [])),
        settlements=tuple(Settlement(number=n, offence=None) for n in chosen.get("settlements", [])),
        tallies=tuple(Tally(check=f"{n}", network=network, state=b"") for n in chosen.get("tallies", [])),
        positions={f"{n}": "" for n in chosen.get("positions", [])},
    )
    first, second = batch.halves()
    assert {first.weight(), second.weight()} == {batch.weight() // 2, batch.weight() - batch.weight() // 2}
    assert first.entries + second.entries == batch.entries
    assert first.claims + second.claims == batch.claims
    assert first.settlements + second.settlements == batch.settlements
    assert first.tallies + second.tallies == batch.tallies
    assert {**first.positions, **second.positions} == batch.positions
    if first.positions:
        assert second.weight() == len(second.positions)
