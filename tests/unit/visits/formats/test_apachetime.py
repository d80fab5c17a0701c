"""All ways in which Apache writes a time are read back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pforte.visits.formats.apache import compile_apache_format
from pforte.visits.formats.apachetime import compile_time
from pforte.visits.formats.format import FormatError

AT = datetime(2026, 3, 1, 12, 0, 5, tzinfo=UTC).timestamp()
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("written", "text", "at"),
    [
        ("%t", b"[01/Mar/2026:12:00:05 +0000]", AT),
        ("%{begin:}t", b"[01/Mar/2026:12:00:05 +0000]", AT),
        ("%{sec}t", b"1772366405", AT),
        ("%{msec}t", b"1772366405250", AT + 0.25),
        ("%{usec}t", b"1772366405250000", AT + 0.25),
        ("%{end:sec}t.%{end:msec_frac}t", b"1772366405.250", AT + 0.25),
        ("%{%s}t", b"1772366405", AT),
        ("%{%Y-%m-%dT%H:%M:%S%z}t", b"2026-03-01T13:00:05+0100", AT),
        ("%{%FT%T}t.%{usec_frac}t%{%z}t", b"2026-03-01T13:00:05.250000+0100", AT + 0.25),
        ("[%{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t]", b"[01/Mar/2026 13:00:05.250 +0100]", AT + 0.25),
        ("%{%a %e %b %y %R}t", b"Sun  1 Mar 26 13:00", AT - 5),
        ("%{%D %T %Z %%}t", b"03/01/26 13:00:05 CET %", AT),
    ],
)
def test_times(written, text, at):
    """Fixed form, strftime, POSIX times, and fractions in a piece of their own; without a zone the setting counts."""
    log = compile_apache_format(f'%h {written} "%r"')
    line = b"192.0.2.7 " + text + b' "GET / HTTP/1.1"'
    assert log.time_of(line, BERLIN) == at
    assert log.parse(line, BERLIN).at == at


@pytest.mark.parametrize(
    "text",
    [b"01/Foo/2026:12:00:05", b"31/Feb/2026:12:00:05", b"01/Mar/2026:12:00:61", b"xx/Mar/2026:12:00:00"],
)
def test_days_that_never_were(text):
    """What is no time gives no visit."""
    log = compile_apache_format('%h [%{%d/%b/%Y:%T}t] "%r"')
    assert log.parse(b"192.0.2.7 [" + text + b'] "GET / HTTP/1.1"', UTC) is None


def test_a_bad_offset():
    """An offset of a day and more is none."""
    log = compile_apache_format('%h %{%F %T %z}t "%r"')
    assert log.parse(b'192.0.2.7 2026-03-01 12:00:00 +9900 "-"', UTC) is None


def test_unknown_parts_are_named():
    """Only what can be read back is accepted, and the message lists it."""
    with pytest.raises(FormatError, match=r"%Q of %\{%Q\}t cannot be read back; known are %Y"):
        compile_time("%{%Q}t", "%Q")
