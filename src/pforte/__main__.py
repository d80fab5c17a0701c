"""The program ``pforte``."""

from pathlib import Path

import click

from pforte import __version__
from pforte.commands import Call, Commands


def _run(call: Call) -> int:
    from pforte.service.signals import hold_back_reload  # noqa: PLC0415  only `serve` and `example` need every part

    hold_back_reload()  # loading every part takes a while, and a SIGHUP in it must not end the program
    from pforte.service.running import run  # noqa: PLC0415

    return run(call)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pforte")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Settings file; without it pforte.toml here, then /etc/pforte/pforte.toml, then the defaults.",
)
@click.option(
    "--set", "overrides", multiple=True, metavar="NAME=VALUE", help="Override one setting; may be repeated."
)
@click.pass_context
def main(context: click.Context, config: Path | None, overrides: tuple[str, ...]) -> None:
    """See visits that break the house rules, ban them on a published ladder, explain every refusal.

    --config and --set may also stand behind the command.
    """
    context.obj = Call(config, overrides, _run)


if __name__ == "__main__":
    main()
