"""A batch knows how much it will write."""

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
