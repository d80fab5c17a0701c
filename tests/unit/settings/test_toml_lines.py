"""Every key of a TOML text is found, at its line, in every way TOML allows to write it."""

import tomllib

import pytest
import tomlkit
import tomlkit.exceptions
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pforte.settings.toml_lines import locate


def paths(tree, at=()):
    below = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in below:
        yield (*at, key)
        yield from paths(value, (*at, key))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", {}),
        ("# only a comment", {}),
        ("a = 1\n\nb = 2", {("a",): 1, ("b",): 3}),
        ("\r\n[log]\r\nlevel = 'info'\r\n", {("log",): 2, ("log", "level"): 3}),
        ("[a.b]\nc.d = 1", {("a",): 1, ("a", "b"): 1, ("a", "b", "c"): 2, ("a", "b", "c", "d"): 2}),
        ('[check."visit.probe"]\nmode = "off"', {("check",): 1, ("check", "visit.probe"): 1, ("check", "visit.probe", "mode"): 2}),
        ("[ a . 'b' ]", {("a",): 1, ("a", "b"): 1}),
        ('"\\u0061\\"" = 1', {('a"',): 1}),
        (
            "[[s]]\nn = 1\n[[s]]\nn = 2\n[s.t]\n[[s.v]]\n[[s.v]]",
            {("s",): 1, ("s", 0): 1, ("s", 0, "n"): 2, ("s", 1): 3, ("s", 1, "n"): 4, ("s", 1, "t"): 5,
             ("s", 1, "v"): 6, ("s", 1, "v", 0): 6, ("s", 1, "v", 1): 7},
        ),
        ('a = """\nx = 1\n"\\""""\nb = 1', {("a",): 1, ("b",): 4}),
        ('a = """x"""""\nb = 1', {("a",): 1, ("b",): 2}),
        ("a = '''\n\\'''\nb = 1", {("a",): 1, ("b",): 3}),
        ("a = [ # ]\n  1, # ,\n\n  2,\n]\nb = 1", {("a",): 1, ("a", 0): 2, ("a", 1): 4, ("b",): 6}),
        ("a = [\n{ b = 1 },\n{ b.c = [] }\n]", {("a",): 1, ("a", 0): 2, ("a", 0, "b"): 2, ("a", 1): 3, ("a", 1, "b"): 3, ("a", 1, "b", "c"): 3}),
        ("a = 1979-05-27 07:32:00 # noon\nb = +inf", {("a",): 1, ("b",): 2}),
        ("a.b = 1\na.c = 2", {("a",): 1, ("a", "b"): 1, ("a", "c"): 2}),
    ],
)  # fmt: skip
def test_each_key_is_found_at_its_line(text, lines):
    assert locate(text) == lines
    assert set(lines) == set(paths(tomllib.loads(text)))


_keys = st.text(max_size=6)
_leaves = st.one_of(
    st.booleans(), st.integers(-9, 9**9), st.text(max_size=9), st.floats(allow_nan=False), st.datetimes()
)
_values = st.recursive(
    _leaves,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(_keys, below, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150)
@given(st.dictionaries(_keys, _values, max_size=4))
def test_exactly_the_keys_that_tomllib_reads_are_found(tree):
    try:
        text = tomlkit.dumps(tree)
        read = tomllib.loads(text)
    except (tomlkit.exceptions.TOMLKitError, tomllib.TOMLDecodeError):
        assume(False)  # tomlkit cannot write every tree
    assert set(locate(text)) == set(paths(read))


@given(
    st.lists(
        st.sampled_from(
            ["", "# x = 1", "[a{n}]", "[[s]]", "k{n} = '#'", 'm{n} = """\n[x]\n"""', "l{n} = [\n1,\n]"]
        )
    )
)
def test_lines_stay_right_after_whatever_came_before(blocks):
    text = "\n".join(block.replace("{n}", str(number)) for number, block in enumerate(blocks))
    written = text.split("\n")
    for path, line in locate(text).items():
        key = next(part for part in reversed(path) if isinstance(part, str))
        if not isinstance(path[-1], int) or path[-2] == "s":
            assert written[line - 1].lstrip("[").startswith(key)
