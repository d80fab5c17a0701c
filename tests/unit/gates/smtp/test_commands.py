"""The grammar of commands."""

from contextlib import nullcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.gates.smtp.commands import (
    Command,
    CommandError,
    Path,
    check_mail_parameters,
    read_chunk,
    read_command,
    read_path,
)


def test_a_command_is_verb_and_argument():
    assert read_command(b"ehlo  mail.example ") == Command("EHLO", "mail.example")
    assert read_command(b"QUIT") == Command("QUIT", "")
    assert read_command("MAIL FROM:<ü@x>".encode()).argument == "FROM:<ü@x>"
    assert read_command(b"NOOP \xff").argument == "\udcff"


@pytest.mark.parametrize(
    "line", [b"", b" NOOP", b"N0OP", b"EHLO\tx", b"\xff\xfe", b"x" * 17, b"NOOP a\x07", b"NOOP \x7f"]
)
def test_what_is_no_command(line):
    with pytest.raises(CommandError):
        read_command(line)


@pytest.mark.standard("5321:3.6.1")
@pytest.mark.parametrize(
    ("argument", "path"),
    [
        ("FROM:<a@b.example>", Path("a@b.example")),
        ("from: <a@b.example>  SIZE=1  BODY=8BITMIME", Path("a@b.example", ("SIZE=1", "BODY=8BITMIME"))),
        ("FROM:<>", Path("")),
        ('FROM:<"a b>"@b.example>', Path('"a b>"@b.example')),
        (r'FROM:<"a\"b"@b.example>', Path(r'"a\"b"@b.example')),
        ("FROM:<@x.example,@y.example:a@b.example>", Path("a@b.example")),
    ],
)
def test_paths(argument, path):
    assert read_path(argument, "FROM") == path


@pytest.mark.parametrize(
    ("argument", "status"),
    [
        ("", "5.5.4"),
        ("TO:<a@b.example>", "5.5.4"),
        ("FROM", "5.5.4"),
        ("FROM:a@b.example", "5.1.7"),
        ("FROM:<a@b.example", "5.1.7"),
        ("FROM:<a b@c.example>", "5.1.7"),
        ("FROM:<a@b.example>SIZE=1", "5.1.7"),
        ('FROM:<"a@b.example>', "5.1.7"),
        ("FROM:<a@b.example> SIZE=1 size=2", "5.5.4"),
        ("FROM:<a@b.example> -x", "5.5.4"),
    ],
)
def test_what_is_no_path(argument, status):
    with pytest.raises(CommandError) as error:
        read_path(argument, "FROM")
    assert (error.value.code, error.value.enhanced) == (501, status)


@given(st.text(max_size=300))
@settings(deadline=None, max_examples=60)
def test_any_text_is_a_path_or_is_refused(text):
    try:
        path = read_path(f"TO:<{text}", "TO")
    except CommandError:
        return
    assert not {"\r", "\n"} & set(path.address) or "\n" in text or "\r" in text


def test_a_long_path_takes_no_time():
    """Quotes and backslashes must not be tried in many ways."""
    for text in ('"' * 560, '"\\' * 280, "<" * 560, '"a"' * 180 + "x"):
        with pytest.raises(CommandError):
            read_path(f"FROM:<{text}", "FROM")


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        (("SIZE=100",), 0),
        (("size=101",), 552),
        (("SIZE",), 501),
        (("SIZE=x",), 501),
        (("BODY=7BIT", "SMTPUTF8"), 0),
        (("BODY=BINARYMIME",), 501),
        (("SMTPUTF8=1",), 501),
        (("RET=HDRS",), 555),
        (("AUTH=x",), 555),
    ],
)
def test_parameters_of_mail(parameters, code):
    expected = pytest.raises(CommandError) if code else nullcontext()
    with expected as error:
        check_mail_parameters(Path("", parameters), 100)
    assert (error.value.code if error else 0) == code


def test_a_parameter_has_a_value_or_not():
    path = Path("", ("Size=7", "SMTPUTF8"))
    assert [path.parameter(name) for name in ("SIZE", "SMTPUTF8", "BODY")] == ["7", "", None]


def test_chunks():
    assert read_chunk("12") == (12, False)
    assert read_chunk("0 last") == (0, True)
    for argument in ("", "x", "-1", "1 FIRST", "9" * 21, "1LAST"):
        with pytest.raises(CommandError):
            read_chunk(argument)
