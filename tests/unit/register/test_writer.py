"""Group commit: nobody waits for more than one commit, nothing is lost, a bad batch fails alone."""

import threading

import pytest

from pforte.register import Batch, Entry, Outcome, RegisterUnavailableError, Writer, WriterClosedError
from pforte.register.batch import Recorded
from pforte.register.writer import ROWS_PER_COMMIT

LONG = 10


class Recorder:
    """Remembers transactions; holds the first one until it is let go."""

    def __init__(self, *, held=False):
        self.transactions = []
        self.inside = threading.Event()
        self.go = threading.Event()
        if not held:
            self.go.set()

    def record_all(self, batches):
        self.inside.set()
        self.go.wait(LONG)
        self.transactions.append(batches)
        if any("unavailable" in batch.positions for batch in batches):
            raise RegisterUnavailableError("the disk is full")
        if any("bad" in batch.positions for batch in batches):
            raise ValueError("bad batch")
        return [Recorded() for _ in batches]


def batch(name):
    return Batch(positions={name: ""})


def held():
    """Return a recorder that is inside its first transaction, and its writer."""
    recorder = Recorder(held=True)
    writer = Writer(recorder)
    first = writer.submit(batch("first"))
    recorder.inside.wait(LONG)
    return recorder, writer, first


def test_what_waits_shares_one_commit():
    recorder, writer, first = held()
    rest = [writer.submit(batch(str(number))) for number in range(10)]
    assert not first.done()
    recorder.go.set()
    for future in (first, *rest):
        assert future.result(LONG) == Recorded()
    writer.close()
    assert [len(batches) for batches in recorder.transactions] == [1, 10]


def test_order_is_kept():
    recorder, writer, _ = held()
    names = [str(number) for number in range(10)]
    for name in names:
        writer.submit(batch(name))
    recorder.go.set()
    writer.close()
    assert [next(iter(each.positions)) for each in recorder.transactions[1]] == names


def test_one_commit_is_bounded():
    """A flood must not become one transaction of any size."""
    recorder, writer, _ = held()
    heavy = Batch(positions={str(number): "" for number in range(ROWS_PER_COMMIT)})
    for _ in range(3):
        writer.submit(heavy)
    recorder.go.set()
    writer.close()
    assert [len(batches) for batches in recorder.transactions] == [1, 1, 1, 1]


def test_a_bad_batch_fails_alone():
    recorder, writer, _ = held()
    futures = {name: writer.submit(batch(name)) for name in ("good", "bad", "better")}
    recorder.go.set()
    assert futures["good"].result(LONG) == futures["better"].result(LONG) == Recorded()
    with pytest.raises(ValueError, match="bad batch"):
        futures["bad"].result(LONG)
    writer.close()


def test_trouble_of_the_register_reaches_everybody_who_waits():
    recorder, writer, _ = held()
    futures = [writer.submit(batch(name)) for name in ("unavailable", "other")]
    recorder.go.set()
    for future in futures:
        with pytest.raises(RegisterUnavailableError, match="disk is full"):
            future.result(LONG)
    assert writer.submit(batch("later")).result(LONG) == Recorded()
    writer.close()


def test_a_full_queue_pushes_back():
    recorder = Recorder(held=True)
    writer = Writer(recorder, waiting=1)
    writer.submit(batch("first"))
    recorder.inside.wait(LONG)
    writer.submit(batch("second"))
    with pytest.raises(RegisterUnavailableError, match="1 batches wait"):
        writer.submit(batch("third"), timeout=0.01)
    recorder.go.set()
    writer.close()


def test_a_batch_whose_owner_gave_up_is_left_out():
    recorder, writer, _ = held()
    future = writer.submit(batch("given up"))
    assert future.cancel()
    recorder.go.set()
    writer.close()
    assert len(recorder.transactions) == 1


def test_closing_writes_what_waits_and_takes_no_more():
    recorder, writer, first = held()
    second = writer.submit(batch("second"))
    closing = threading.Thread(target=writer.close)
    closing.start()
    recorder.go.set()
    closing.join(LONG)
    assert first.done()
    assert second.done()
    with pytest.raises(WriterClosedError):
        writer.submit(batch("late"))
    writer.close()


def test_it_writes_into_the_register(register, offence):
    with Writer(register) as writer:
        futures = [
            writer.submit(Batch(entries=(Entry(offence=offence(f"192.0.2.{number}")),)))
            for number in range(50)
        ]
        assert {future.result(LONG).filed[0].outcome for future in futures} == {Outcome.BAN}
    assert register.head() == 50
    assert register.check() == []
