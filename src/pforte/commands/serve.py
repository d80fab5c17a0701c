"""``pforte serve``: run sources, ladder, register and gates until told to stop."""

from dataclasses import replace
from pathlib import Path

import click

from pforte.commands import Call


@click.command()
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Settings file (the same as before the subcommand).",
)
@click.option("--simulate", is_flag=True, help="Judge and record, but let no gate enforce.")
@click.pass_obj
def command(call: Call, config: Path | None, *, simulate: bool) -> None:
    """Watch the sources, judge visits, record bans, and let the gates enforce them.

    SIGTERM and SIGINT stop it after the last line read is recorded; SIGHUP reads the settings again.
    """
    if config is not None:
        call = replace(call, config=config)
    if simulate:
        call = replace(call, overrides=(*call.overrides, "service.simulate=true"))
    raise SystemExit(call.run(call))
