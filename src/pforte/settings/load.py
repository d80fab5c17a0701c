"""Reading the settings: defaults, then the file, then the environment, then ``--set``; the later wins.

Every mistake is found in one reading and named with its place, so that a file is put right in one go.
"""

import os
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from pforte.printable import printable
from pforte.settings.agreement import (
    disagreements,
    shared_files,
    unknown_checks,
    unknown_scopes,
    unknown_software,
    unusable_formats,
)
from pforte.settings.database_url import hide_password
from pforte.settings.layer import MOST_MISTAKES, Layer, Mistake, Text, build, merge
from pforte.settings.shape import Name, render_name
from pforte.settings.table import Settings
from pforte.settings.toml_lines import locate

DEFAULT_FILES = (Path("pforte.toml"), Path("/etc/pforte/pforte.toml"))
"""Where the settings file is looked for when none is named; the first that exists is taken."""

MOST_BYTES = 1_048_576
"""A larger settings file is refused: it is something else."""

PREFIX = "PFORTE_"
"""What the names of environment variables begin with: ``PFORTE_SECTION__NAME``."""

_AT_LINE = re.compile(r" ?\(at line ([0-9]{1,9}), column [0-9]{1,9}\)")
_MOST_CHARACTERS = 500


class SettingsError(ValueError):
    """The settings hold mistakes.

    Attributes:
        mistakes: one sentence each, ``FILE:LINE: section.name: what is wrong``; ``str()`` puts each on a line.
    """

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)


@dataclass(frozen=True, slots=True)
class Known:
    """What settings may name; what knows it stands above the settings, so whoever reads them tells it.

    Attributes:
        checks: slugs that ``[check."SLUG"]`` and scopes may name; None allows every slug.
        software: words that ``site.runs`` may hold, small letters; None allows every word.
        mistake_in_format: says what is wrong with the ``format`` of a source, or ""; None allows every format.
    """

    checks: Collection[str] | None = None
    software: Collection[str] | None = None
    mistake_in_format: Callable[[str], str] | None = None


ANYTHING = Known()


@dataclass(frozen=True, slots=True)
class Reading:
    """Settings and where they came from.

    Attributes:
        settings: the settings in force.
        file: the settings file that was read, or None.
        places: for each name that was given, its place: ``FILE:LINE``, the variable's name or ``--set``.
    """

    settings: Settings
    file: Path | None
    places: Mapping[Name, str]


def read(
    config: Path | None,
    overrides: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
    known: Known = ANYTHING,
    expand: Callable[[str], Iterable[str]] | None = None,
) -> Reading:
    """Return the settings in force and where each came from.

    Args:
        config: the settings file; None takes the first of DEFAULT_FILES that exists.
        overrides: texts ``NAME=VALUE`` of ``--set``; the later wins.
        environ: variables to read; None is the process's own.
        known: what the settings may name.
        expand: says which files a path or glob means now; with it, it is a mistake too that two sources read one file
            now. That looks at the disk.

    Raises:
        SettingsError: at least one mistake; it lists all.
    """
    file = config if config is not None else next(filter(_exists, DEFAULT_FILES), None)
    mistakes: list[Mistake] = []
    layers = [] if file is None else [_file_layer(file, known.checks, mistakes)]
    layers.append(_environment_layer(os.environ if environ is None else environ, known.checks, mistakes))
    layers.extend(_override_layer(text, known.checks, mistakes) for text in overrides)
    given, places = merge(layers)
    settings = build(Settings, given)
    # A setting that is wrong alone has its default here, and so may disagree only for that.
    wrong = {_judged(mistake.name) for mistake in mistakes}
    found = chain(
        disagreements(settings),
        () if known.checks is None else unknown_checks(settings, known.checks),
        () if known.software is None else unknown_software(settings, known.software),
        () if known.checks is None else unknown_scopes(settings, known.checks),
        () if known.mistake_in_format is None else unusable_formats(settings, known.mistake_in_format),
        shared_files(settings, expand) if expand else (),
    )
    for disagreement in found:
        if wrong.isdisjoint(map(_judged, disagreement.names)):
            given_first = sorted(disagreement.names, key=lambda name: name not in places)
            place, other = _place(given_first[0], places), _place(disagreement.other, places)
            sentence = f"{disagreement.sentence} ({other})" if other else disagreement.sentence
            mistakes.append(Mistake(place, disagreement.names[0], sentence))
    if mistakes:
        raise SettingsError(_sentences(mistakes))
    return Reading(settings, file, places)


def _exists(file: Path) -> bool:
    try:
        return file.exists()
    except OSError:
        return True  # It cannot be seen, which reading it will explain.


def _file_layer(file: Path, known_checks: Collection[str] | None, mistakes: list[Mistake]) -> Layer:
    lines: dict[Name, int] = {}
    layer = Layer(lambda name: f"{file}:{lines.get(name, 1)}", known_checks, mistakes)
    try:
        with file.open("rb") as opened:
            raw = opened.read(MOST_BYTES + 1)
    except OSError as error:
        mistakes.append(Mistake(str(file), (), f"cannot be read: {error.strerror}"))
        return layer
    if len(raw) > MOST_BYTES:
        mistakes.append(
            Mistake(str(file), (), f"is larger than {MOST_BYTES} bytes, so it is no settings file")
        )
        return layer
    try:
        text = raw.decode()
        tree = tomllib.loads(text)
        lines.update(locate(text))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        mistakes.append(Mistake(f"{file}:{line}", (), f"is not UTF-8 (byte {raw[error.start]:#04x})"))
    except RecursionError:
        mistakes.append(Mistake(str(file), (), "is nested too deeply"))
    except ValueError as error:
        found = _AT_LINE.search(str(error))
        at = found[1] if found else str(text.count("\n") + 1)
        mistakes.append(Mistake(f"{file}:{at}", (), f"is no TOML: {_AT_LINE.sub('', str(error))}"))
    else:
        layer.take(tree)
    return layer


def _environment_layer(
    environ: Mapping[str, str], known_checks: Collection[str] | None, mistakes: list[Mistake]
) -> Layer:
    variables: dict[Name, str] = {}
    layer = Layer(lambda name: _place(name, variables), known_checks, mistakes)
    for variable in sorted(environ):
        if variable.startswith(PREFIX):
            name = tuple(variable.removeprefix(PREFIX).lower().split("__"))
            variables[name] = variable
            layer.take_text(name, Text(environ[variable]))
    return layer


def _override_layer(text: str, known_checks: Collection[str] | None, mistakes: list[Mistake]) -> Layer:
    layer = Layer(lambda _: "--set", known_checks, mistakes)
    written, equals, value = text.partition("=")
    if equals and written.strip():
        layer.take_text(_override_name(written.strip()), Text(value.strip()))
    else:
        mistakes.append(Mistake("--set", (), f'"{text[:60]}" is not NAME=VALUE, such as log.level=debug'))
    return layer


def _override_name(written: str) -> tuple[str, ...]:
    section, _, rest = written.partition(".")
    if section != "check":
        return tuple(written.split("."))
    slug, _, key = rest.rpartition(".")
    return tuple(part for part in (section, slug.strip('"'), key) if part)


def _judged(name: Name) -> Name:
    """Return what is judged together: a whole section of a list, else the setting."""
    return name[:2] if len(name) > 1 and isinstance(name[1], int) else name


def _place(name: Name, places: Mapping[Name, str]) -> str:
    while name not in places and name:
        name = name[:-1]
    return places.get(name, "")


def _sentences(mistakes: Sequence[Mistake]) -> list[str]:
    """Say each mistake once: those of the file by line, then those of the environment and ``--set``."""
    ordered = sorted(dict.fromkeys(mistakes), key=_order)
    said = [_sentence(mistake) for mistake in ordered[:MOST_MISTAKES]]
    if len(ordered) > MOST_MISTAKES:
        said.append(f"and {len(ordered) - MOST_MISTAKES} more mistakes")
    return said


def _sentence(mistake: Mistake) -> str:
    """Put a mistake on one line of a bounded length, whatever the file holds."""
    parts = (_cut(mistake.place), _cut(render_name(mistake.name)), _cut(mistake.sentence))
    return ": ".join(filter(None, parts))


def _cut(text: str) -> str:
    shown = text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}..."
    return printable(hide_password(shown))


def _order(mistake: Mistake) -> tuple[bool, int]:
    _, colon, line = mistake.place.rpartition(":")
    in_file = bool(colon) and line.isascii() and line.isdigit()
    return not in_file, int(line) if in_file else 0
