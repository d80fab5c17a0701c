"""The reference page of all checks, written from their declarations: ``pforte checks reference``."""

from collections.abc import Iterable, Iterator

from pforte.settings.durations import render_duration
from pforte.visits.checks.declaration import Check, Threshold
from pforte.visits.checks.house_rules import link_standard
from pforte.visits.checks.software import SOFTWARE

_HEAD = """\
# Checks of visits

<!-- Written by `pforte checks reference`. Change the files in src/pforte/visits/checks/ instead. -->

What is looked at, what makes an offence, and what the other side can do. `pforte checks` lists them,
`pforte checks show SLUG` explains one, and `pforte checks try --line '...'` says what they make of a line.

How a check may act is a setting: `[check."SLUG"]` with `mode` (off, watch, enforce), `count` and `window`
([settings](settings.md)). What the [house rules](house-rules.md) say is a page of its own; what is done of each
standard stands in `docs/standards.toml`.
"""
_RUNS = """\
With these words in the setting `site.runs`, whose letters may be large or small, paths of that software are no probes."""


def render_reference(checks: Iterable[Check]) -> str:
    """Render the page in Markdown."""
    known = tuple(checks)
    sections = (line for check in known for line in _section(check))
    return "\n".join([_HEAD, *_table(known), *sections, *_software()]) + "\n"


def describe_threshold(threshold: Threshold | None) -> str:
    """Say how often it takes, in a few words."""
    if threshold is None or threshold.count == 1:
        return "once"
    different = " different" if threshold.distinct else ""
    return f"{threshold.count}{different} in {render_duration(threshold.window)}"


def _table(checks: tuple[Check, ...]) -> Iterator[str]:
    yield from ("| check | kind | default | makes an offence | rests on |", "|---|---|---|---|---|")
    for check in checks:
        name = f"[`{check.id}`](#{check.id.replace('.', '')})"
        often, rests_on = describe_threshold(check.threshold), link_standard(check.standard)
        cells = (name, check.kind, check.default, often, rests_on)
        yield f"| {' | '.join(cells)} |"


def _software() -> Iterator[str]:
    yield from (
        "",
        "## What a site may say it runs",
        "",
        _RUNS,
        "",
        ", ".join(f"`{word}`" for word in SOFTWARE),
    )


def _section(check: Check) -> Iterator[str]:
    yield from ("", f"## {check.id}", "", check.summary.en, "", f"*Remedy.* {check.remedy.en}")
    yield from ("", f"*Deutsch.* {check.summary.de}", "", f"*Abhilfe.* {check.remedy.de}")
    categories = ", ".join(map(str, check.categories))
    yield from ("", f"Reported to AbuseIPDB as {categories}.")
