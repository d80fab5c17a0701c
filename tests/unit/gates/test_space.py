"""What all mails of a gate hold together is bounded."""

from pforte.gates.space import Space


def test_what_is_not_there_is_not_given():
    space = Space(10)
    assert space.take(6)
    assert not space.take(5)
    space.give_back(6)
    assert space.take(10)
