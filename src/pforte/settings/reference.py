"""The reference page of all settings, written from the table: ``pforte settings reference``."""

from collections.abc import Iterator

from pforte.settings.changes import AT_START
from pforte.settings.shape import Entry, Form, Name, entries, render_name
from pforte.settings.table import Settings
from pforte.settings.values import describe_kind, render_toml

_HEAD = """\
# Settings

<!-- Written by `pforte settings reference`. Change src/pforte/settings/table.py instead. -->

Every setting, its type, its default and what it does. How settings are given, and which place wins, stands
in the [guide](../guides/settings.md). `pforte settings` prints the values in force.

A running service takes changes over when it is sent SIGHUP (`systemctl reload pforte`), but for the sections that say
otherwise."""

_LATE = "**A change takes effect at the next start of the service.**"


def render_reference() -> str:
    """Render the page in Markdown."""
    return "\n".join([_HEAD, *_section(Settings, ())]) + "\n"


def _section(section: type, name: Name) -> Iterator[str]:
    below = entries(section).values()
    settings = [entry for entry in below if entry.form is Form.SETTING]
    if settings:
        yield from ("", "| name | type | default | what it does |", "|---|---|---|---|")
        yield from (_row(entry) for entry in settings)
    for entry in below:
        if entry.form is not Form.SETTING:
            yield from _heading(entry, (*name, entry.key))
            yield from _section(entry.kind, (*name, entry.key))


def _heading(entry: Entry, name: Name) -> Iterator[str]:
    if any(below.form is Form.SETTING for below in entries(entry.kind).values()):
        header = f"[{render_name(name)}]"
        if entry.form is Form.LIST:
            header = f"[[{render_name(name)}]]"
        elif entry.form is Form.NAMED:
            header = f'[{render_name(name)}."SLUG"]'
        late = name[0] in AT_START
        yield from ("", f"## `{header}`", "", f"{entry.text} {_LATE}" if late else entry.text)


def _row(entry: Entry) -> str:
    cells = (f"`{entry.key}`", describe_kind(entry.kind), f"`{render_toml(entry.default)}`", entry.text)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
