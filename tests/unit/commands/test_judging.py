"""Files become offences; what cannot be read is named, and the rest is judged all the same."""

import gc
import gzip
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from log_lines import line

from pforte.clock import SetClock
from pforte.commands.judging import Judging
from pforte.commands.unchecked import UncheckedClaims
from pforte.settings.table import Settings
from pforte.visits.block import Scanned
from pforte.visits.formats.format import FormatError
from pforte.visits.visit import Visit

NOW = datetime(2026, 3, 3, tzinfo=UTC)
LINES = [line("192.0.2.7", f"02/Mar/2026:10:00:{second:02}") for second in range(9)]


class Scanner:
    """Tells the blocks that it is given; each takes a second."""

    def __init__(self, clock):
        self.clock = clock
        self.blocks = []

    def scan(self, data, origin, now, first_line):
        self.blocks.append((data, origin, now, first_line))
        self.clock.move(timedelta(seconds=1))
        return Scanned(lines=data.count(b"\n"), candidates=2, unparsed=1, capped=3)


@pytest.fixture
def judging():
    def _judging(log="auto", zone="UTC"):
        clock = SetClock(NOW)
        return Judging(Scanner(clock), Settings(), clock, log, ZoneInfo(zone), UncheckedClaims(excuse=True))

    return _judging


@pytest.fixture
def write(tmp_path):
    def _write(name, content):
        data = content if isinstance(content, bytes) else "".join(content).encode()
        (tmp_path / name).write_bytes(data)
        return str(tmp_path / name)

    return _write


def test_a_mistake_of_the_program_is_shown(judging, write, monkeypatch):
    """The service sets the line aside; whoever tries a log is to see it."""
    scanned = Scanned(stumbles=(0,), mistake=ValueError("a mistake"))
    monkeypatch.setattr(Scanner, "scan", lambda *_: scanned)
    with pytest.raises(ValueError, match="a mistake"):
        list(judging().offences([write("a.log", LINES)]))


def test_files_are_read_in_their_order_and_summed_up(judging, write):
    first, second = write("a.log", LINES[:4]), write("b.log.gz", gzip.compress("".join(LINES).encode()))
    reading = judging()
    assert list(reading.offences([first, second])) == []
    summary = reading.summary
    assert (summary.lines, summary.candidates, summary.unparsed, summary.capped) == (13, 4, 2, 6)
    assert (summary.seconds, summary.lines_per_second) == (2.0, 6)
    assert summary.formats == {first: "combined", second: "combined"}
    assert [(origin.source, now, number) for _, origin, now, number in reading._scanner.blocks] == [
        (first, NOW, 1),
        (second, NOW + timedelta(seconds=1), 1),
    ]


def test_empty_files_are_named(judging, write):
    """Nothing found in nothing is no good news."""
    empty, blank, good = write("a.log", b""), write("b.log", b"\n\n"), write("c.log", LINES)
    reading = judging()
    assert list(reading.offences([empty, blank, good])) == []
    assert reading.summary.empty == [empty, blank]


def test_unreadable_files_are_named_and_the_others_read(judging, write, tmp_path):
    good = write("good.log", LINES)
    odd = write("odd.log", b"Dear diary\xff,\ntoday\n")
    torn = write("torn.log.gz", gzip.compress("".join(LINES).encode())[:-9])
    absent = str(tmp_path / "absent.log")
    reading = judging()
    list(reading.offences([absent, odd, str(tmp_path), torn, good]))
    unread = reading.summary.unread
    assert list(unread) == [absent, odd, str(tmp_path), torn]
    assert unread[absent] == f"{absent}: cannot be opened: No such file or directory"
    assert unread[odd].startswith(
        f"{odd}: no known format reads these lines; the first is 'Dear diary\\\\xff,'"
    )
    assert "is a folder" in unread[str(tmp_path)]
    assert "ends before its end mark" in unread[torn]
    assert reading.summary.lines >= len(LINES)


@pytest.mark.parametrize("content", [b"", b"\n\n\n"])
def test_an_empty_file_has_no_format_and_is_no_mistake(judging, write, content):
    reading = judging()
    list(reading.offences([write("empty.log", content)]))
    assert reading.summary.unread == reading.summary.formats == {}
    assert reading.summary.lines == content.count(b"\n")


def test_a_file_without_a_line_of_the_given_format_is_named(judging, write):
    """To say that it held no offence would be a lie."""
    wrong, right = write("access.log", LINES), write("b.log", ["hello\n", *LINES])
    reading = judging("sshd")
    list(reading.offences([wrong]))
    assert reading.summary.unread == {
        wrong: f"{wrong}: no line is of format sshd; `pforte formats try` finds the format"
    }
    reading = judging("combined")
    list(reading.offences([right]))
    assert reading.summary.unread == {}


def test_a_log_of_several_programs_is_read_in_each_of_their_formats(judging, write):
    """The lines keep their numbers, and are counted once."""
    login = "Mar  1 12:00:00 mail sshd[311]: Invalid user admin from 192.0.2.7 port 40022\n"
    visit = f"Mar  1 12:00:00 mail nginx: {LINES[0]}"
    file = write("syslog", [login, visit, login])
    reading = judging()
    list(reading.offences([file]))
    assert [
        (origin.log.name, data.strip(), number) for data, origin, _, number in reading._scanner.blocks
    ] == [
        ("syslog", (login + visit + login).strip().encode(), 1),
        ("syslog:combined", visit.strip().encode(), 1),
    ]
    assert reading.summary.lines == 3
    assert reading.summary.formats == {file: "syslog, syslog:combined"}


def test_a_given_format_is_not_looked_for(judging, write):
    file = write("odd.log", b"Dear diary,\n")
    reading = judging("combined", "Europe/Berlin")
    list(reading.offences([file]))
    [(_, origin, _, _)] = reading._scanner.blocks
    assert origin.log.name == "combined"
    assert origin.zone == ZoneInfo("Europe/Berlin")
    with pytest.raises(FormatError, match="unknown format"):
        judging("combind")


def test_a_written_format_reads(judging, write):
    file = write("own.log", b'192.0.2.7 [02/Mar/2026:10:00:00 +0000] "GET / HTTP/1.1" 200\n')
    reading = judging('$remote_addr [$time_local] "$request" $status')
    list(reading.offences([file]))
    [(data, origin, _, _)] = reading._scanner.blocks
    assert isinstance(origin.log.parse(data.rstrip(), UTC), Visit)


def test_cut_lines_are_counted(judging, write):
    reading = judging("combined")
    list(reading.offences([write("long.log", b"x" * 70_000 + b"\n" + b"y\n")]))
    assert reading.summary.cut == 1


def test_rare_garbage_collection_ends_with_the_reading(judging, write):
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    reading = judging()
    within = []
    reading._scanner.scan = lambda *_: within.append(gc.get_threshold()) or Scanned()
    list(reading.offences([write("a.log", LINES)]))
    assert within[0][0] > before[0]
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == frozen == 0


@pytest.mark.parametrize("bar", [True, False])
def test_a_bar_shows_how_far_it_is_unless_it_would_be_in_the_way(judging, write, monkeypatch, bar):
    done = []

    class Bar:
        def __init__(self, name, total):
            done.append(total)

        def __enter__(self):
            return done.append

        def __exit__(self, *_):
            pass

    monkeypatch.setattr("pforte.commands.judging.show_progress", Bar)
    reading = judging()
    reading.bar = bar
    list(reading.offences([write("a.log", LINES)]))
    size = len("".join(LINES))
    assert done == ([size, size] if bar else [])
