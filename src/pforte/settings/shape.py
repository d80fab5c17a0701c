"""How the table of settings is built: which names there are, and what stands under each.

The table nests in four ways: a section, a list of sections (``[[source]]``), sections by a free name
(``[check."visit.sql-injection"]``), and the settings themselves.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from pforte.settings.limits import Limit
from pforte.settings.table import Settings

Name = tuple[str | int, ...]
"""Where a setting stands: keys and, in a list of sections, positions from 0."""

_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


class Form(Enum):
    """What stands under a name."""

    SETTING = "setting"
    SECTION = "section"
    LIST = "list of sections"
    NAMED = "sections by name"


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a section.

    Attributes:
        key: its name within the section.
        form: what stands under it.
        kind: annotation of a setting, or the dataclass of the section or sections.
        default: default of a setting; None for sections.
        text: help of a setting, or the first line of a section's docstring.
        limit: what the value must be beyond its type, or None.
    """

    key: str
    form: Form
    kind: Any
    default: Any = None
    text: str = ""
    limit: Limit[Any] | None = None


@cache
def entries(section: type) -> Mapping[str, Entry]:
    """Return the fields of a section's dataclass in the order of the table."""
    hints = get_type_hints(section)
    found = {}
    for field in fields(section):
        kind = hints[field.name]
        form, inner = _form(kind)
        if form is Form.SETTING:
            found[field.name] = Entry(
                field.name, form, kind, _default(field), field.metadata["help"], field.metadata["limit"]
            )
        else:
            found[field.name] = Entry(field.name, form, inner, text=summary(inner))
    return found


def summary(section: type) -> str:
    """Return the sentence a section's docstring begins with, without the ``[section]:`` before it."""
    first = (section.__doc__ or "").strip()
    said = first.partition("]: ")[2] or first
    return said[:1].upper() + said[1:]


def settings_below(section: type = Settings, name: Name = ()) -> Iterator[tuple[Name, Entry]]:
    """Yield every single-valued setting, but for those of lists and of sections by name."""
    for entry in entries(section).values():
        below = (*name, entry.key)
        if entry.form is Form.SETTING:
            yield below, entry
        elif entry.form is Form.SECTION:
            yield from settings_below(entry.kind, below)


def render_name(name: Name) -> str:
    """Render a name as people write it; positions in a list count from 1.

    >>> render_name(("check", "visit.sql-injection", "mode"))
    'check."visit.sql-injection".mode'
    >>> render_name(("source", 0, "path"))
    'source[1].path'
    """
    text = ""
    for part in name:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            quoted = part if _BARE.fullmatch(part) else json.dumps(part, ensure_ascii=False)
            text += f".{quoted}" if text else quoted
    return text


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _form(kind: Any) -> tuple[Form, Any]:
    if is_dataclass(kind):
        return Form.SECTION, kind
    inner = get_args(kind)
    if get_origin(kind) is tuple and is_dataclass(inner[0]):
        return Form.LIST, inner[0]
    if get_origin(kind) is not tuple and len(inner) > 1 and is_dataclass(inner[1]):
        return Form.NAMED, inner[1]
    return Form.SETTING, kind
