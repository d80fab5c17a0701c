"""Every setting with its value, default, help and origin: for the terminal, for programs and as a file.

A password in a URL is never shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pforte.settings.database_url import hide_password
from pforte.settings.load import Reading
from pforte.settings.shape import Entry, Form, Name, entries, render_name
from pforte.settings.table import Settings
from pforte.settings.values import as_plain, describe_kind, render_toml

DEFAULT = "default"
"""Origin of a value that nobody gave."""


@dataclass(frozen=True, slots=True)
class Row:
    """One setting as it stands.

    Attributes:
        name: such as ``regulation.grace``.
        kind: what it takes, in words.
        default: its default, as JSON and TOML can hold it.
        value: its value in force, likewise.
        help: what it does.
        origin: ``default``, ``FILE:LINE``, a variable's name or ``--set``.
    """

    name: str
    kind: str
    default: object
    value: object
    help: str
    origin: str


def rows(reading: Reading) -> list[Row]:
    """Return every setting in the order of the table; sections of a list or by name only where given."""
    return list(_rows(Settings, reading.settings, (), reading))


def render_example(reading: Reading) -> str:
    """Render a settings file that says every setting: what was given in full, defaults as comments."""
    return "\n".join(_example(Settings, reading.settings, (), reading)).strip("\n") + "\n"


def _rows(section: type, values: Any, name: Name, reading: Reading) -> Iterator[Row]:
    for entry in entries(section).values():
        below, value = (*name, entry.key), getattr(values, entry.key)
        if entry.form is Form.SETTING:
            yield Row(
                render_name(below),
                describe_kind(entry.kind),
                as_plain(entry.default),
                as_plain(_shown(value)),
                entry.text,
                reading.places.get(below, DEFAULT),
            )
        else:
            for key, one in _sections(entry, value):
                yield from _rows(entry.kind, one, (*below, *key), reading)


def _sections(entry: Entry, value: Any) -> Iterator[tuple[Name, Any]]:
    if entry.form is Form.SECTION:
        yield (), value
    elif entry.form is Form.LIST:
        yield from (((index,), one) for index, one in enumerate(value))
    else:
        yield from (((key,), one) for key, one in value.items())


def _example(section: type, values: Any, name: Name, reading: Reading) -> Iterator[str]:
    for entry in entries(section).values():
        below, value = (*name, entry.key), getattr(values, entry.key)
        if entry.form is Form.SETTING:
            yield f"# {entry.text}"
            mark = "" if below in reading.places else "# "
            yield f"{mark}{entry.key} = {render_toml(_shown(value))}"
            continue
        given = list(_sections(entry, value))
        # A section that is not there is shown as a comment, lest it come to be.
        for key, one in given or [(("SLUG",) if entry.form is Form.NAMED else (0,), entry.kind())]:
            yield from _header(entry, (*below, *key), "" if given else "# ")
            yield from _example(entry.kind, one, (*below, *key), reading)


def _header(entry: Entry, name: Name, mark: str) -> Iterator[str]:
    if any(below.form is Form.SETTING for below in entries(entry.kind).values()):
        if entry.form is Form.LIST:
            yield from ("", f"# {entry.text}", f"{mark}[[{render_name(name[:-1])}]]")
        else:
            yield from ("", f"# {entry.text}", f"{mark}[{render_name(name)}]")


def _shown(value: object) -> object:
    return hide_password(value) if isinstance(value, str) else value
