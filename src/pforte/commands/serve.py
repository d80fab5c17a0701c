"""``pforte serve``: run sources, ladder, register and gates until told to stop."""

from dataclasses import replace
from threading import Thread

import click

from pforte.commands import Call
from pforte.commands.output import note
from pforte.commands.sole_service import sole_service
from pforte.settings.load import SettingsError

LOOK_SECONDS = 2.0
"""How long the disks may take to say which files there are."""


@click.command()
@click.option("--simulate", is_flag=True, help="Judge and record, but let no gate enforce.")
@click.pass_obj
def command(call: Call, *, simulate: bool) -> None:
    """Watch the sources, judge visits, record bans, and let the gates enforce them.

    SIGTERM and SIGINT stop it after the last line read is recorded; SIGHUP reads the settings again.
    Only one works on a state folder at a time.

    Exit codes: 0 stopped when told to, 1 it cannot run, 2 bad usage, settings or rules.
    """
    if simulate:
        call = replace(call, overrides=(*call.overrides, "service.simulate=true"))
    settings = call.settings()
    _refuse_shared_files(call)
    with sole_service(settings.service.state):
        code = call.run(call)
    raise SystemExit(code)


def _refuse_shared_files(call: Call) -> None:
    """End the command with exit code 2 when two sources read one file: each offence in it would count twice.

    A disk that hangs is not waited for; the other sources must be read.
    """
    mistakes: list[str] = []

    def look() -> None:
        try:
            call.read(look=True)
        except SettingsError as error:
            mistakes.append(str(error))

    looking = Thread(target=look, name="look", daemon=True)
    looking.start()
    looking.join(LOOK_SECONDS)
    if looking.is_alive():
        note("a disk with logs does not answer, so it is not known whether two sources read one file")
    if mistakes:
        click.echo("\n".join(mistakes), err=True)
        raise SystemExit(2)
