"""No settings file, variable or override does more than be refused in bounded sentences."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.settings.load import SettingsError, read
from pforte.settings.shape import render_name, settings_below
from pforte.settings.table import Settings

_names = st.sampled_from(
    [render_name(name) for name, _ in settings_below()] + ["source", "check", "check.a.mode", "gate"]
)
_tokens = st.sampled_from(
    ["[", "]", "[[", "]]", "{", "}", "=", ".", ",", "\n", " ", '"', "'", '"""', "'''", "\\", "#", "1", "true", "é", "\r\n",
     "source", "path", "check", "log", "level", "regulation", "durations", '"1h"', "gate", "nftables"]
)  # fmt: skip
_texts = st.one_of(st.lists(_tokens, max_size=25).map("".join), st.text(max_size=40))


def _try(*arguments):
    try:
        found = read(*arguments).settings
    except SettingsError as error:
        found = error
    if isinstance(found, SettingsError):
        assert found.mistakes
        assert len(str(found).splitlines()) == len(found.mistakes)
        assert max(map(len, found.mistakes)) < 1_800
    else:
        assert isinstance(found, Settings)


@settings(max_examples=200)
@given(_texts.map(str.encode) | st.binary(max_size=60))
def test_no_file_does_more_than_be_refused(tmp_path_factory, raw):
    file = tmp_path_factory.getbasetemp() / "fuzz.toml"
    file.write_bytes(raw)
    _try(file, (), {})


@settings(max_examples=150)
@given(st.lists(st.tuples(_names | _texts, _texts).map("=".join) | _texts, max_size=4))
def test_no_override_does_more_than_be_refused(tmp_path_factory, overrides):
    file = tmp_path_factory.getbasetemp() / "empty.toml"
    file.touch()
    _try(file, overrides, {})


@settings(max_examples=100)
@given(
    st.dictionaries(_names.map(lambda name: "PFORTE_" + name.upper().replace(".", "__")), _texts, max_size=3)
)
def test_no_variable_does_more_than_be_refused(tmp_path_factory, environ):
    file = tmp_path_factory.getbasetemp() / "empty.toml"
    file.touch()
    _try(file, (), environ)
