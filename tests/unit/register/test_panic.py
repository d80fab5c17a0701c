"""A panic is in force until it is taken back, and what was said stays known."""

from datetime import timedelta

from pforte.register.panic import NAME


def test_a_panic_is_in_force_until_its_end(register, clock):
    assert register.panic() is None
    said = register.begin_panic("root", "locked out")
    assert (said.since, said.who, said.reason) == (clock.now(), "root", "locked out")
    assert register.panic() == said
    clock.move(timedelta(days=900))
    register.purge(timedelta(days=1))
    assert register.panic() == said
    assert register.end_panic("anna") == said
    assert register.panic() is None
    assert register.end_panic("anna") is None


def test_a_second_panic_changes_nothing(register, clock):
    first = register.begin_panic("root", "first")
    clock.move(timedelta(seconds=1))
    assert register.begin_panic("anna", "second") == first


def test_the_last_word_counts_whatever_the_clock_says(register, clock):
    register.begin_panic("root", "")
    clock.move(timedelta(days=-1))
    register.end_panic("root")
    assert register.panic() is None
    register.begin_panic("root", "")
    register.end_panic("root")
    assert register.panic() is None
    assert register.begin_panic("root", "again") == register.panic()


def test_every_word_stays_known(register):
    register.begin_panic("root", "locked out")
    register.end_panic("anna")
    register.begin_panic("root", "locked out")
    said = [version.content.decode() for version in register.documents(NAME)]
    assert [("locked out" in text, "anna" in text) for text in said] == [
        (True, False),
        (False, True),
        (True, False),
    ]
