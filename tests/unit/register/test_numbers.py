"""Numbers of rows have no gaps and are never given twice."""

import pytest

from pforte.register.dialects import writing
from pforte.register.numbers import Numbers, head
from pforte.register.schema import BANS_HEAD, JOURNAL_HEAD


@pytest.fixture
def engine(register):
    return register._engine


def test_they_go_on_where_the_last_transaction_ended(engine):
    for expected in (1, 3):
        with writing(engine) as connection:
            numbers = Numbers(connection)
            assert [numbers.take(JOURNAL_HEAD), numbers.take(JOURNAL_HEAD)] == [expected, expected + 1]
            numbers.save()
    with writing(engine) as connection:
        assert head(connection, JOURNAL_HEAD) == 4
        assert head(connection, BANS_HEAD) == 0


def test_a_transaction_that_fails_leaves_no_gap(engine):
    def fail():
        with writing(engine) as connection:
            numbers = Numbers(connection)
            numbers.take(BANS_HEAD)
            numbers.save()
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with writing(engine) as connection:
        assert Numbers(connection).take(BANS_HEAD) == 1
