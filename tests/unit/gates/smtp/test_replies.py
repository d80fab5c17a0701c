"""Every reply is a line, or lines, of ASCII that fit."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.gates.smtp.replies import greeting, render
from pforte.mail.reception import Answer


@given(st.lists(st.text(max_size=700), max_size=30))
@settings(deadline=None, max_examples=60)
def test_any_text_makes_good_lines(texts):
    lines = render(Answer(550, "5.7.1", tuple(texts))).split(b"\r\n")
    assert lines.pop() == b""
    assert 1 <= len(lines) <= 20
    for line in lines:
        assert len(line) <= 510
        assert all(32 <= octet <= 126 for octet in line)
    assert [line[3:4] for line in lines] == [b"-"] * (len(lines) - 1) + [b" "]


def test_greetings():
    assert render(greeting("mx.example", "[192.0.2.1]", None)) == b"250 mx.example greets [192.0.2.1]\r\n"
    extended = render(greeting("mx.example", "[192.0.2.1]", ("SIZE 5",)))
    assert extended.endswith(b"250-HELP\r\n250 SIZE 5\r\n")
