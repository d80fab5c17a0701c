"""Each promise of the register is checked: broken by hand, it is named."""

import pytest
from sqlalchemy import text

from pforte.register.dialects import writing

BREAKS = [
    ("DELETE FROM journal WHERE sequence = 2", "journal: 2 decisions between 0 and 3"),
    ("DELETE FROM journal WHERE sequence = 3", "begin is not in the journal: PF-"),
    ("UPDATE bans SET until = until + 1", "end does not fit their lift: PF-"),
    ("UPDATE bans SET ends = starts, until = starts", "end before they start: PF-"),
    ("UPDATE journal SET ends = ends + 1", "differ from their last decision: PF-"),
    ("UPDATE journal SET lifted = 1", "differ from their last decision: PF-"),
    ("UPDATE offences SET ban = NULL", "offences without their ban: 1, 2, 3"),
    ("DELETE FROM widths", "prefix length that look-ups do not know: 192.0.2.1/32"),
    ("UPDATE heads SET sequence = 1 WHERE name = 'bans'", "bans: row 3 is above the counter"),
    ("UPDATE heads SET sequence = 1 WHERE name = 'offences'", "offences: row 3 is above the counter"),
    ("UPDATE heads SET sequence = 9 WHERE name = 'journal'", "journal: 3 decisions between 0 and 9"),
    (
        "UPDATE bans SET network = (SELECT network FROM bans WHERE id = 1)",
        "in which another ban of the ladder begins: PF-",
    ),
]


@pytest.fixture
def three(record):
    record("192.0.2.1", "192.0.2.2", "192.0.2.3")


@pytest.mark.usefixtures("three")
def test_a_whole_register_has_nothing_to_say(register):
    assert register.check() == []


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(("statement", "said"), BREAKS, ids=[said for _, said in BREAKS])
def test_a_broken_promise_is_named(register, statement, said):
    with writing(register._engine) as connection:
        connection.execute(text(statement))
    assert any(said in problem for problem in register.check())


def test_only_some_of_many_are_named(register, record):
    record(*[f"192.0.2.{number}" for number in range(1, 10)])
    with writing(register._engine) as connection:
        connection.execute(text("UPDATE offences SET ban = NULL"))
    assert register.check() == ["offences without their ban: 1, 2, 3, 4, 5 and 4 more"]
