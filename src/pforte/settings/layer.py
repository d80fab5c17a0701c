"""One layer of settings (the file, the environment, one ``--set``), checked against the table, and their union."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pforte.settings.limits import suggestion
from pforte.settings.shape import Entry, Form, Name, entries, render_name, settings_below
from pforte.settings.table import Settings
from pforte.settings.values import UnfitValueError, convert, convert_text, parse_toml_value

MOST_MISTAKES = 100
"""Mistakes that are told; for more of them no near name is searched, which takes long."""

S = TypeVar("S")
Given = dict[str, Any]
"""What was given for a section, by key: a typed value, a Given, or a list of Given."""


@dataclass(frozen=True, slots=True)
class Text:
    """A value from the environment or ``--set``, which is not TOML but for lists and tables."""

    written: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: where it stands, which setting it is about (() for the whole file), what is wrong."""

    place: str
    name: Name
    sentence: str


class Layer:
    """The settings that one place gives.

    Args:
        place: renders where a name stands in this layer.
        known_checks: slugs that ``check`` may name; None allows all.
        mistakes: where mistakes are put.
    """

    def __init__(
        self, place: Callable[[Name], str], known_checks: Collection[str] | None, mistakes: list[Mistake]
    ) -> None:
        self.given: Given = {}
        self.places: dict[Name, str] = {}
        self._place = place
        self._known = known_checks
        self._mistakes = mistakes

    def take(self, tree: Mapping[str, object]) -> None:
        """Take a whole tree, as TOML gave it."""
        self.given = self._section(Settings, tree, ())

    def take_text(self, name: tuple[str, ...], text: Text) -> None:
        """Take one value by its name, written as the environment and ``--set`` do."""
        tree: object = text
        for part in reversed(name):
            tree = {part: tree}
        assert isinstance(tree, dict)  # noqa: S101  a name has at least one part
        self.given = _united(self.given, self._section(Settings, tree, ()))

    def _section(self, section: type, tree: Mapping[str, object], name: Name) -> Given:
        known, given = entries(section), {}
        for key, raw in tree.items():
            below = (*name, key)
            if key not in known:
                near = _nearest(key, section, name) if len(self._mistakes) < MOST_MISTAKES else ""
                self._wrong(below, f"unknown {self._what(raw)}{near}")
                continue
            entry = known[key]
            try:
                given[key] = self._entry(entry, raw, below)
            except UnfitValueError as problem:
                self._wrong(below, str(problem))
                continue
            self.places.setdefault(below, self._place(below))
        return given

    def _entry(self, entry: Entry, raw: object, name: Name) -> object:
        if entry.form is Form.SETTING:
            return _setting(entry, raw)
        value = parse_toml_value(raw.written) if isinstance(raw, Text) else raw
        if entry.form is Form.LIST:
            return self._list(entry, value, name)
        if not isinstance(value, dict):
            header = f'[{name[0]}."NAME"]' if entry.form is Form.NAMED else f"[{render_name(name)}]"
            raise UnfitValueError(f"is a section: write {header} and its settings below")
        if entry.form is Form.NAMED:
            return {key: self._named(entry, key, tree, (*name, key)) for key, tree in value.items()}
        return self._section(entry.kind, value, name)

    def _list(self, entry: Entry, value: object, name: Name) -> list[Given]:
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise UnfitValueError(f"is a list of sections: write [[{render_name(name)}]] before each")
        given = []
        for index, tree in enumerate(value):
            self.places[*name, index] = self._place((*name, index))
            given.append(self._section(entry.kind, tree, (*name, index)))
        return given

    def _named(self, entry: Entry, key: str, tree: object, name: Name) -> Given:
        if isinstance(tree, dict) and any(isinstance(below, dict) for below in tree.values()):
            self._wrong(name, f'is cut at its points: put the whole name in quotes, [{name[0]}."{key}..."]')
            return {}
        if self._known is not None and key not in self._known:
            self._wrong(name, f"unknown {entry.key}{suggestion(key, sorted(self._known))}")
        if not isinstance(tree, dict):
            self._wrong(name, f'is a section: write [{name[0]}."{key}"] and its settings below')
            return {}
        self.places[name] = self._place(name)
        return self._section(entry.kind, tree, name)

    def _wrong(self, name: Name, sentence: str) -> None:
        self._mistakes.append(Mistake(self._place(name), name, sentence))

    @staticmethod
    def _what(raw: object) -> str:
        of_sections = isinstance(raw, list) and raw and all(isinstance(one, dict) for one in raw)
        return "section" if of_sections or isinstance(raw, dict) else "setting"


def merge(layers: Iterable[Layer]) -> tuple[Given, dict[Name, str]]:
    """Unite layers, the later over the earlier; a list of sections is replaced as a whole."""
    given: Given = {}
    places: dict[Name, str] = {}
    for layer in layers:
        given = _united(given, layer.given)
        replaced = {key for key, value in layer.given.items() if isinstance(value, list)}
        places = {name: place for name, place in places.items() if name[0] not in replaced}
        places.update(layer.places)
    return given, places


def build(section: type[S], given: Given) -> S:
    """Make a section's dataclass of what was given; the rest are its defaults."""
    fields: type = section
    known, values = entries(fields), {}
    for key, value in given.items():
        entry = known[key]
        if entry.form is Form.SECTION:
            values[key] = build(entry.kind, value)
        elif entry.form is Form.LIST:
            values[key] = tuple(build(entry.kind, one) for one in value)
        elif entry.form is Form.NAMED:
            values[key] = {name: build(entry.kind, one) for name, one in value.items()}
        else:
            values[key] = value
    return section(**values)


def _united(old: Given, new: Given) -> Given:
    united = dict(old)
    for key, value in new.items():
        below = united.get(key)
        united[key] = _united(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return united


def _setting(entry: Entry, raw: object) -> object:
    value = convert_text(entry.kind, raw.written) if isinstance(raw, Text) else convert(entry.kind, raw)
    said = entry.limit(value) if entry.limit is not None else ""
    if said:
        raise UnfitValueError(said)
    return value


def _nearest(key: str, section: type, name: Name) -> str:
    """Suggest a key of the same section, else the same or a near name in another one."""
    here = suggestion(key, list(entries(section)))
    if here:
        return here
    everywhere = [(path, render_name(path)) for path, _ in settings_below()]
    same = next((whole for path, whole in everywhere if path[-1] == key), "")
    if same:
        return f'; did you mean "{same}"?'
    return suggestion(render_name((*name, key)), [whole for _, whole in everywhere])
