"""Written formats become one linear pattern, and what cannot be read is refused with a reason."""

from datetime import UTC

import pytest

from pforte.visits.formats.format import FormatError
from pforte.visits.formats.template import Dialect, Field, compile_template

IP = Field("$ip", "client")
TIME = Field("$t", "at")
REQUEST = Field("$r", "request")
DIALECT = Dialect(
    "log_format",
    lambda raw: raw,
    escapes=True,
    times=((frozenset(("at",)), lambda found, _: float(found["at"])),),
)


def test_the_rest_of_the_line_does_not_matter():
    """What stands behind the last field that is needed may be anything, so that new fields do no harm."""
    log = compile_template([IP, b" ", TIME, b' "', REQUEST, b'" ', Field("$x"), b"!"], DIALECT)
    visit = log.parse(b'192.0.2.7 5 "GET / HTTP/1.1" whatever', UTC)
    assert (visit.client, visit.at, visit.method, visit.status) == ("192.0.2.7", 5.0, b"GET", 0)
    assert log.status_marks((404,)) == ()


def test_fields_nobody_needs_may_touch():
    """Two unknown fields in a row are one."""
    log = compile_template([IP, b" ", Field("$x"), Field("$y"), b" ", TIME, b' "', REQUEST, b'"'], DIALECT)
    assert log.parse(b'192.0.2.7 xy 5 "GET / HTTP/1.1"', UTC).at == 5.0


def test_fields_that_touch_are_refused():
    """Nobody could tell where the address ends."""
    with pytest.raises(FormatError, match=r"\$ip and \$t touch"):
        compile_template([IP, TIME, b' "', REQUEST, b'"'], DIALECT)


def test_a_pattern_of_its_own_ends_a_field():
    """A field that says what it looks like may touch the next."""
    status = Field("$s", "status", pattern=rb"\d{3}", exact=True)
    log = compile_template([status, IP, b" ", TIME, b' "', REQUEST, b'"'], DIALECT)
    visit = log.parse(b'404192.0.2.7 5 "GET / HTTP/1.1"', UTC)
    assert (visit.status, visit.client) == (404, "192.0.2.7")
    assert log.status_marks((401, 404)) == (b"(?:401|404)",)


def test_text_of_several_bytes_ends_a_field():
    """A field may hold the first bytes of the text that ends it."""
    log = compile_template([IP, b" | ", Field("$u", "user"), b" | ", TIME, b' "', REQUEST, b'"'], DIALECT)
    assert log.parse(b'192.0.2.7 | a |b|  c | 5 "GET / HTTP/1.1"', UTC).user == b"a |b|  c"


def test_the_lowest_rank_counts():
    """A better field replaces another one wherever they stand."""
    log = compile_template([Field("$peer", "client", 1), b" ", IP, b" ", TIME, b' "', REQUEST, b'"'], DIALECT)
    assert log.client(b'192.0.2.1 192.0.2.2 5 "-"') == "192.0.2.2"


def test_path_and_query():
    """A target in two pieces is put together."""
    pieces = [
        IP,
        b" ",
        TIME,
        b" ",
        Field("$p", "path"),
        b" ",
        Field("$q", "query"),
        b" ",
        Field("$m", "method"),
        b";",
    ]
    log = compile_template(pieces, DIALECT)
    assert log.parse(b"192.0.2.7 5 /a b=1 GET;", UTC).target == b"/a?b=1"
    assert log.parse(b"192.0.2.7 5 /a - GET;", UTC).target == b"/a"
    assert log.parse(b"192.0.2.7 5 /a ?b GET;", UTC).target == b"/a?b"


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        ([TIME, b" ", REQUEST], r"no client address; add \$remote_addr"),
        ([IP, b" ", REQUEST], "no time; add"),
        ([IP, b" ", TIME], "no request; add"),
        ([IP, b" ", TIME, b" ", Field("$a", "agent", spaced=True), b" ", REQUEST], "put it between quotes"),
    ],
)
def test_what_is_missing_is_named(pieces, said):
    """The message says what to add."""
    with pytest.raises(FormatError, match=said):
        compile_template(pieces, DIALECT)


def test_other_lines():
    """A line of another shape, a host name and a bad time give nothing."""
    log = compile_template(
        [IP, b" ", TIME, b' "', REQUEST, b'"'],
        Dialect("log_format", bytes, escapes=True, times=((frozenset(("at",)), lambda *_: None),)),
    )
    assert log.parse(b"x", UTC) is None
    assert log.parse(b'192.0.2.7 5 "-"', UTC) is None
    assert log.time_of(b"x", UTC) is None
    assert log.client(b"x") is None
    assert log.client(b'host 5 "-"') is None
    assert not log.recognises(b'host 5 "-"')
    assert log.recognises(b'192.0.2.7 5 "-"')
