"""The format of a file is found from its first lines."""

import pytest

from pforte.visits.formats.catalogue import KNOWN
from pforte.visits.formats.detect import LINES, detect, first_lines
from pforte.visits.formats.format import UnknownFormat
from pforte.visits.formats.syslog import SyslogFormat

EXAMPLES = {known.format.name: known.example.encode() for known in KNOWN}


@pytest.mark.parametrize(
    "known", [known for known in KNOWN if known.detected], ids=lambda known: known.format.name
)
def test_every_format_is_found(known):
    """Even among some other lines, with a half-written last one."""
    line = known.example.encode()
    sample = b"\n".join((b"# a comment", line, b"", line + b"\r", line[: len(line) // 2]))
    assert detect(sample).name == known.format.name


@pytest.mark.parametrize("name", ["sshd", "postfix", "dovecot"])
def test_services_are_found_as_syslog(name):
    """The file may hold the other services as well."""
    found = detect(EXAMPLES[name], 5.0)
    assert found.name == "syslog"
    assert isinstance(found, SyslogFormat)
    assert found.now == 5.0


def test_most_lines_win():
    """A few lines of another format do not decide, wherever they stand."""
    sample = b"\n".join([EXAMPLES["common"]] * 3 + [EXAMPLES["combined"]] * 4)
    assert detect(sample).name == "combined"
    mixed = b"\n".join((EXAMPLES["syslog:combined"], EXAMPLES["sshd"], b""))
    assert detect(mixed).name == "syslog"


def test_only_the_first_lines_count():
    """A hundred lines tell; a long sample costs no more."""
    sample = b"\n".join([EXAMPLES["common"]] * 100 + [EXAMPLES["combined"]] * 500)
    assert detect(sample).name == "common"


def test_unknown():
    """The message quotes the first line and says where the formats are listed."""
    with pytest.raises(UnknownFormat, match=r"the first is 'hello\\x1b\\\\xff'\. `pforte formats`"):
        detect(b"\nhello\x1b\xff\nworld")
    with pytest.raises(UnknownFormat, match=r"'x{120}'\.\.\."):
        detect(b"x" * 500)


def test_what_is_not_text_is_not_quoted():
    """Half a screen of escapes helps nobody."""
    with pytest.raises(UnknownFormat, match=r"^this is not text: it holds NUL bytes"):
        detect(b"\x7fELF\x02\x01\x01\0\0\n\0\xff")


def test_lines_before_which_nul_bytes_stand_are_read_all_the_same():
    """A program that does not append leaves them where its log was emptied."""
    assert detect(b"\0\0\n" + EXAMPLES["combined"] + b"\n").name == "combined"


@pytest.mark.parametrize("sample", [b"", b"\n\r\n"])
def test_no_lines(sample):
    """An empty file has no format."""
    with pytest.raises(UnknownFormat, match="there is none"):
        detect(sample)


def test_first_lines():
    """A half-written last line is left out, unless it is all there is."""
    assert first_lines(b"a\nb") == [b"a"]
    assert first_lines(b"a\nb\r\n") == [b"a", b"b"]
    assert first_lines(b"\nhalf") == [b"half"]
    assert len(first_lines(b"a\n" * 500)) == LINES
