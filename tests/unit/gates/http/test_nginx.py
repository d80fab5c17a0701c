"""A question of nginx is read with one look, and never otherwise than the parser reads it."""

import re
from pathlib import Path

import pytest
from httptools import HttpParserError, HttpRequestParser
from hypothesis import example, given
from hypothesis import strategies as st

from pforte.gates.http.nginx import START, read_questions

GUIDE = (Path(__file__).parents[4] / "docs" / "guides" / "http-gate.md").read_text()
AGENT = b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def question(
    visitor: bytes = b"192.0.2.7",
    target: bytes = b"/blog?id=1",
    method: bytes = b"GET",
    agent: bytes | None = AGENT,
    referrer: bytes | None = b"https://www.example.org/",
) -> bytes:
    """Return what nginx writes; it leaves out fields without a value."""
    lines = [
        b"GET /nginx HTTP/1.1",
        b"Host: www.example.org",
        b"X-Forwarded-For: " + visitor,
        b"X-Original-URI: " + target,
        b"X-Original-Method: " + method,
        *([] if agent is None else [b"User-Agent: " + agent]),
        *([] if referrer is None else [b"Referer: " + referrer]),
    ]
    return b"\r\n".join([*lines, b"", b""])


class Parsed:
    """What the parser reads of one piece."""

    def __init__(self, piece: bytes) -> None:
        self.url = b""
        self.fields: list[tuple[bytes, bytes]] = []
        self.ended = 0
        self._parser = HttpRequestParser(self)
        self._parser.feed_data(piece)

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.fields.append((name, value))

    def on_message_complete(self) -> None:
        self.ended += 1
        self.stays = self._parser.should_keep_alive()


def test_what_the_guide_lets_nginx_write_is_read():
    """Whoever changes the snippet must change the expression with it."""
    location = GUIDE.partition("location = /pforte {")[2].partition("}")[0]
    set_fields = re.findall(r"proxy_set_header (\S+) (\S+);", location)
    names = [name.encode() for name, value in set_fields if value != '""']
    assert [name for name, _ in Parsed(question()).fields] == names


@pytest.mark.parametrize(
    ("piece", "asked"),
    [
        (question(), (b"192.0.2.7", b"/blog?id=1", b"GET", AGENT, b"https://www.example.org/")),
        (question(b"2001:db8::7", agent=None), (b"2001:db8::7", b"/blog?id=1", b"GET", b"-", b"https://www.example.org/")),
        (question(referrer=None), (b"192.0.2.7", b"/blog?id=1", b"GET", AGENT, b"-")),
        (question(agent=None, referrer=None, method=b"POST"), (b"192.0.2.7", b"/blog?id=1", b"POST", b"-", b"-")),
    ],
)  # fmt: skip
def test_a_question_of_the_usual_form(piece, asked):
    assert piece.startswith(START)
    assert read_questions([piece]) == [asked]


@pytest.mark.parametrize(
    "piece",
    [
        b"",
        question()[:-1],
        question() + question(),
        question() + b"G",
        question().replace(b"1.1", b"1.0"),
        question().replace(b"/nginx", b"/forward"),
        question().replace(b"Referer: ", b"Referer:"),
        question().replace(b"Referer", b"referer"),
        question().replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"),
        question().replace(b"Host: ", b"Content-Length: 4\r\nHost: "),
        question(visitor=b"192.0.2.7, 198.51.100.1"),
        question(visitor=b"unix:"),
        question(agent=b'say "hello"'),
        question(agent=b"a\nX-Forwarded-For: 198.51.100.1"),
        question(agent=b" led by a space"),
        question(agent=b""),
    ],
)
def test_whatever_differs_is_left_to_the_parser(piece):
    assert read_questions([piece]) == [None]


def test_each_piece_is_read_by_itself():
    assert [one is None for one in read_questions([question(), b"GET / HTTP/1.1", question()])] == [
        False,
        True,
        False,
    ]


VALUES = st.one_of(
    st.sampled_from(
        [b"/", AGENT, b"x\r\nHost: b", b"x\r", b"\n", b"\t", b"\x00", b"a\x7f", b"\xc3\xa4", b"a  "]
    ),
    st.binary(max_size=12),
    st.text(alphabet=" !#$%&/:;=?ab-~", max_size=20).map(str.encode),
)


@given(
    visitor=st.one_of(st.ip_addresses().map(lambda address: str(address).encode()), VALUES),
    target=VALUES,
    method=st.one_of(st.sampled_from([b"GET", b"HEAD"]), VALUES),
    agent=st.none() | VALUES,
    referrer=st.none() | VALUES,
    cut=st.none() | st.tuples(st.integers(0, 400), st.binary(max_size=3)),
)
@example(b"192.0.2.7", b"/", b"GET", b"a\rb", None, None)
def test_the_parser_reads_the_same_unless_an_octet_is_odd(visitor, target, method, agent, referrer, cut):
    """Control characters and octets beyond ASCII may stand in what is read: the door is not content with those."""
    piece = question(visitor, target, method, agent, referrer)
    if cut is not None:
        piece = piece[: cut[0]] + cut[1] + piece[cut[0] + len(cut[1]) :]
    (asked,) = read_questions([piece])
    if asked is None or any(octet < 0x20 or octet > 0x7E for part in asked for octet in part):
        return
    try:
        parsed = Parsed(piece)
    except HttpParserError as error:  # pragma: no cover  the test fails here
        raise AssertionError(f"the parser refuses {piece!r}") from error
    assert (parsed.url, parsed.ended, parsed.stays) == (b"/nginx", 1, True)
    fields = dict(parsed.fields)
    assert len(fields) == len(parsed.fields)
    assert set(fields) <= {
        b"Host",
        b"X-Forwarded-For",
        b"X-Original-URI",
        b"X-Original-Method",
        b"User-Agent",
        b"Referer",
    }
    assert asked == (
        fields[b"X-Forwarded-For"],
        fields[b"X-Original-URI"],
        fields[b"X-Original-Method"],
        fields.get(b"User-Agent", b"-"),
        fields.get(b"Referer", b"-"),
    )
