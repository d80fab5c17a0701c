"""Lines are measured without their ends, whichever they are."""

import pytest

from pforte.mail.checks.long_line import LONGEST, find_long_line

FITS, LONG = b"a" * LONGEST, b"a" * (LONGEST + 1)


@pytest.mark.parametrize(
    ("raw", "begins"),
    [
        (b"", -1),
        (FITS, -1),
        (FITS + b"\n" + FITS + b"\r\n" + FITS, -1),
        (LONG, 0),
        (LONG + b"\n", 0),
        (LONG + b"\r\n", 0),
        (b"a\n" + LONG + b"\n", 2),
        (b"a\r\n\r\n" + LONG, 5),
        (FITS + b"\r\n" + LONG + b"\r\n", LONGEST + 2),
    ],
)
def test_the_first_long_line_is_found(raw, begins):
    assert find_long_line(raw) == begins
