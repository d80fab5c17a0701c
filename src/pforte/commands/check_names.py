"""Names of checks as people type them."""

from collections.abc import Collection

import click

from pforte.checks import CHECKS
from pforte.settings.limits import suggestion


def parse_check(text: str, option: str, others: Collection[str] = ()) -> str:
    """Return the slug of the check that is meant; ``visit.`` and ``mail.`` may be left out.

    Args:
        text: what was typed.
        option: the option or argument, for the message.
        others: slugs that are right too and are no check's.

    Raises:
        click.BadParameter: no check is called so.
    """
    known = [*CHECKS, *others]
    for slug in (text, f"visit.{text}", f"mail.{text}"):
        if slug in known:
            return slug
    meant = suggestion(text, known) or ";"
    raise click.BadParameter(
        f"no check is called {text[:60]!r}{meant} `pforte checks` lists them", param_hint=option
    )
