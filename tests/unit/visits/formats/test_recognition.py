"""A format is found, kept, and found again when the lines change."""

import pytest

from pforte.visits.formats.catalogue import KNOWN, find_format
from pforte.visits.formats.format import UnknownFormat
from pforte.visits.formats.recognition import Reading, Recognition

EXAMPLES = {known.format.name: known.example.encode() + b"\n" for known in KNOWN}
COMBINED, JSON, LOGIN = EXAMPLES["combined"], EXAMPLES["json"], EXAMPLES["sshd"]
NOISE = b"PHP Warning: something\n"


def names(reading: Reading) -> list[str]:
    return [log.name for log, _ in reading.parts]


@pytest.mark.parametrize("name", [known.format.name for known in KNOWN if known.detected])
def test_every_format_is_found_from_one_line(name: str) -> None:
    reading = Recognition().read(EXAMPLES[name])
    assert reading.readable
    assert reading.parts[-1][0].name == name


def test_it_is_found_wherever_it_begins_in_the_block() -> None:
    """A log that begins with 100 warnings of another program, or with 64 KiB of them."""
    assert names(Recognition().read(NOISE * 10_000 + COMBINED * 100)) == ["combined"]


def test_until_a_line_is_known_there_is_no_format() -> None:
    recognition = Recognition()
    with pytest.raises(UnknownFormat, match="PHP Warning"):
        recognition.read(NOISE)
    assert names(recognition.read(COMBINED)) == ["combined"]


def test_a_format_that_changed_is_found_from_the_next_block() -> None:
    """Nginx was told to write JSON; its log is read on without a restart."""
    recognition = Recognition()
    recognition.read(COMBINED)
    reading = recognition.read(JSON)
    assert (names(reading), reading.readable) == (["json"], True)
    assert [(program, log.name) for program, log in reading.found] == [(b"", "json")]
    assert recognition.read(JSON).found == ()
    assert list(recognition.names) == ["combined", "json"]


def test_a_format_that_some_lines_still_have_stays() -> None:
    recognition = Recognition()
    recognition.read(COMBINED)
    assert names(recognition.read(JSON * 200 + COMBINED)) == ["combined"]


def test_lines_of_no_format_change_nothing_and_are_told() -> None:
    recognition = Recognition()
    recognition.read(COMBINED)
    reading = recognition.read(NOISE)
    assert (names(reading), reading.readable) == (["combined"], False)
    assert names(recognition.read(COMBINED)) == ["combined"]


def test_a_named_format_stays_whatever_the_lines_are() -> None:
    recognition = Recognition(find_format("sshd"))
    reading = recognition.read(COMBINED)
    assert (names(reading), reading.readable, reading.found) == (["sshd"], False, ())


def test_syslog_of_other_programs_is_readable() -> None:
    """A quiet night of sshd is no reason to warn."""
    reading = Recognition(find_format("sshd")).read(b"Mar  1 12:00:00 mail CRON[12]: (root) CMD (x)\n")
    assert reading.readable


def test_mixed_syslog_is_told_apart_by_program() -> None:
    recognition = Recognition()
    assert names(recognition.read(LOGIN)) == ["syslog"]
    assert names(recognition.read(EXAMPLES["syslog:combined"] + LOGIN)) == ["syslog", "syslog:combined"]
    assert names(recognition.read(COMBINED)) == ["combined"]


def test_syslog_without_a_program_is_read_by_what_stands_in_it() -> None:
    """Nginx's ``tag`` may be empty on its way through a relay."""
    line = b"<190>Mar  1 12:00:00 web " + COMBINED
    reading = Recognition().read(line)
    assert (names(reading), reading.readable) == (["syslog", "syslog:combined"], True)


def test_a_carriage_return_is_no_part_of_a_line() -> None:
    assert Recognition(find_format("common")).read(EXAMPLES["common"].replace(b"\n", b"\r\n")).readable
