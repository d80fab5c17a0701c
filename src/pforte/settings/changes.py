"""Which settings differ, so that a reload knows what it has to do."""

from collections.abc import Iterator
from typing import Any

from pforte.settings.shape import Form, Name, entries, render_name
from pforte.settings.table import Settings

AT_START = ("service", "desk", "register", "dns", "gate")
"""Sections whose settings take effect at the next start of the service only, not when it reads them again."""


def changes(old: Settings, new: Settings) -> list[str]:
    """Return the names of the settings that differ, in the order of the table.

    A list of sections (``source``, ``site``) is named once and as a whole; a check by its own name,
    such as ``check."visit.sql-injection"``.
    """
    return [render_name(name) for name in _differing(Settings, old, new, ())]


def _differing(section: type, old: Any, new: Any, name: Name) -> Iterator[Name]:
    for entry in entries(section).values():
        before, after, below = getattr(old, entry.key), getattr(new, entry.key), (*name, entry.key)
        if before == after:
            continue
        if entry.form is Form.SECTION:
            yield from _differing(entry.kind, before, after, below)
        elif entry.form is Form.NAMED:
            keys = dict.fromkeys((*before, *after))
            yield from ((*below, key) for key in keys if before.get(key) != after.get(key))
        else:
            yield below
