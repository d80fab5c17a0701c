"""One value of a setting: from TOML, from a text of the environment or ``--set``, and back to text.

``kind`` is always the annotation of a field in the table of settings: ``bool``, ``int``, ``float``, ``str``,
``timedelta``, ``Path``, a ``Literal`` of words, a ``tuple[X, ...]`` of one of them, or a ``Mapping[str, X]`` of any of
these.
"""

import json
import math
import tomllib
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pforte.settings.durations import DurationError, parse_duration, render_duration
from pforte.settings.limits import suggestion

_YES, _NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
_WANTED = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text in quotes",
    timedelta: 'a duration in quotes such as "90s" or "1d12h"',
    Path: "a path in quotes",
}
_NAMED = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    timedelta: "duration",
    Path: "path",
}
_PLURAL = {int: "whole numbers", float: "numbers", str: "texts", timedelta: "durations", Path: "paths"}
_MOST_SHOWN = 60


class UnfitValueError(ValueError):
    """A value does not fit its setting; the message says why and what is wanted."""


def convert(kind: Any, raw: object) -> object:
    """Turn a value that TOML gave into the type of its setting.

    Raises:
        UnfitValueError: the value is of another type, or no word or duration that is known.
    """
    of_several = _OF_SEVERAL.get(get_origin(kind))
    if of_several is not None:
        return of_several(get_args(kind), raw)
    if kind is timedelta and isinstance(raw, str):
        return _duration(raw)
    if kind is Path and isinstance(raw, str):
        return _path(raw)
    if kind is float and isinstance(raw, int | float) and not isinstance(raw, bool) and math.isfinite(raw):
        return float(raw)
    if type(raw) is not kind or kind is float:
        raise UnfitValueError(f"wants {_WANTED[kind]}, not {_show(raw)}")
    return raw


def convert_text(kind: Any, text: str) -> object:
    """Turn the text of an environment variable or of ``--set`` into the type of its setting.

    Texts, paths, words and durations stand bare; a list is written with commas, or as TOML in brackets.

    Raises:
        UnfitValueError: the text is nothing of that type.
    """
    if get_origin(kind) is tuple:
        if text.lstrip().startswith("["):
            return convert(kind, parse_toml_value(text))
        parts = [part.strip() for part in text.split(",")]
        return tuple(convert_text(get_args(kind)[0], part) for part in parts if part)
    if get_origin(kind) is Mapping:
        return convert(kind, parse_toml_value(text))
    if kind is bool:
        if text.lower() in _YES + _NO:
            return text.lower() in _YES
        raise UnfitValueError(f"wants true or false, not {_show(text)}")
    if kind is int or kind is float:
        try:
            return convert(kind, parse_toml_value(text))
        except UnfitValueError as error:
            raise UnfitValueError(f"wants {_WANTED[kind]}, not {_show(text)}") from error
    return convert(kind, text)


def parse_toml_value(text: str) -> object:
    """Read one TOML value that stands alone.

    Raises:
        UnfitValueError: the text is no TOML value, or more than one.
    """
    try:
        table = tomllib.loads(f"value = {text}\n")
    except (ValueError, RecursionError) as error:
        raise UnfitValueError(f"is no TOML value: {error}") from error
    if list(table) != ["value"]:
        raise UnfitValueError("is more than one TOML value")
    return table["value"]


def describe_kind(kind: Any) -> str:
    """Say in words what kind of value a setting takes.

    >>> describe_kind(tuple[str, ...])
    'list of texts'
    """
    if get_origin(kind) is tuple:
        inner = get_args(kind)[0]
        return f"list of {_PLURAL[inner]}" if inner in _PLURAL else f"list of {describe_kind(inner)}"
    if get_origin(kind) is Mapping:
        return f"table, each a {describe_kind(get_args(kind)[1])}"
    if get_origin(kind) is Literal:
        return " | ".join(json.dumps(word) for word in get_args(kind))
    return _NAMED[kind]


def as_plain(value: object) -> object:
    """Return a value as JSON and TOML can hold it: durations and paths become text, tuples lists."""
    if isinstance(value, tuple):
        return [as_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {name: as_plain(one) for name, one in value.items()}
    if isinstance(value, timedelta):
        return render_duration(value)
    if isinstance(value, Path):
        return "" if value == Path() else str(value)
    return value


def render_toml(value: object) -> str:
    """Render a value as it is written in the settings file.

    >>> render_toml((timedelta(hours=1), timedelta(days=7)))
    '["1h", "7d"]'
    """
    plain = as_plain(value)
    if isinstance(plain, list):
        return f"[{', '.join(render_toml(one) for one in plain)}]"
    if isinstance(plain, dict):
        return f"{{{', '.join(f'{_key(name)} = {render_toml(one)}' for name, one in plain.items())}}}"
    if isinstance(plain, str):
        # JSON's escapes are TOML's, but for the surrogate pairs.
        return "".join(
            sign if sign.isprintable() else f"\\U{ord(sign):08x}"
            for sign in json.dumps(plain, ensure_ascii=False)
        )
    return json.dumps(plain)


def _key(name: str) -> str:
    return name if name.isascii() and name.isidentifier() else render_toml(name)


def _list(kinds: tuple[Any, ...], raw: object) -> tuple[object, ...]:
    if not isinstance(raw, list):
        raise UnfitValueError(f"wants a list such as [{_show(raw)}], not {_show(raw)}")
    return tuple(convert(kinds[0], one) for one in raw)


def _table(kinds: tuple[Any, ...], raw: object) -> dict[str, object]:
    if not isinstance(raw, dict):
        raise UnfitValueError(f"wants a table of names and values in braces, not {_show(raw)}")
    table = {}
    for name, one in raw.items():
        try:
            table[name] = convert(kinds[1], one)
        except UnfitValueError as error:
            raise UnfitValueError(f"{_key(name)} {error}") from error
    return table


def _word(words: tuple[str, ...], raw: object) -> str:
    if isinstance(raw, str) and raw in words:
        return raw
    near = suggestion(raw, words) if isinstance(raw, str) else ""
    raise UnfitValueError(f"must be one of {', '.join(map(json.dumps, words))}, not {_show(raw)}{near}")


def _duration(raw: str) -> timedelta:
    try:
        return parse_duration(raw)
    except DurationError as error:
        raise UnfitValueError(str(error)) from error


def _path(raw: str) -> Path:
    if "\0" in raw:
        raise UnfitValueError("is no path: it holds a NUL character")
    return Path(raw)


def _show(raw: object) -> str:
    shown = json.dumps(raw, ensure_ascii=False, default=str)
    return shown if len(shown) <= _MOST_SHOWN else f"{shown[:_MOST_SHOWN]}..."


_OF_SEVERAL: Mapping[Any, Callable[[tuple[Any, ...], object], object]] = {
    tuple: _list,
    Mapping: _table,
    Literal: _word,
}
"""What converts the values of kinds that stand for several others."""
