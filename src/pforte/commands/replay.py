"""``pforte replay``: what the ladder would have done with these logs, in their own time."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

import click

from pforte.bans.exemption import Exemptions
from pforte.bans.offence import Mode, Offence
from pforte.bans.regulation import regulation_of
from pforte.bans.simulation import SimulatedBan, walk
from pforte.clock import SystemClock, render_time
from pforte.commands import Call
from pforte.commands.log_options import LogOptions, log_options, open_judging
from pforte.commands.output import note, print_json, print_table, seconds
from pforte.commands.summary import tell_summary

HEADINGS = ("network", "rung", "from", "until", "offences")


@click.command()
@log_options
def command(call: Call, options: LogOptions) -> None:
    """Say which bans the visits in FILE... would have led to. The register is not touched.

    The ladder is walked in the time of the lines, with enforcement simulated: what a ban would have kept out is
    counted under that ban. Checks that only watch and exempt networks lead to no ban. Give the parts of a rotated log
    from the oldest to the newest. Without --dns nobody is banned for what only a crawler can do while it says that
    it is one of those whose addresses can be proven.

    Exit codes: 0 with or without bans, 2 bad usage or settings, 3 an input could not be read.
    """
    from pforte.commands.register_access import exemptions_of  # noqa: PLC0415  slow to load

    settings = call.settings()
    judging = open_judging(settings, options, SystemClock())
    exemptions = exemptions_of(settings)
    spared = judging.summary.spared
    with closing(judging.offences(options.files)) as offences:
        seen = spare(offences, exemptions, spared)
        bans = walk(seen, regulation_of(settings.regulation), exemptions.shared, exemptions.held)
    if options.as_json:
        for ban in bans:
            print_json(ban_object(ban))
    elif bans:
        print_table(HEADINGS, [_cells(ban) for ban in bans])
    else:
        note("no bans")
    raise SystemExit(tell_summary(judging.summary, as_json=options.as_json))


def spare(offences: Iterable[Offence], exemptions: Exemptions, spared: Counter[str]) -> Iterator[Offence]:
    """Yield the offences with their exemptions, without their evidence.

    Args:
        offences: what the checks saw.
        exemptions: who is never banned.
        spared: counts those that lead to no ban, by the reason.
    """
    for offence in offences:
        reason = exemptions.reason(offence.address) or offence.exempt
        if reason:
            spared[reason] += 1
        elif offence.mode is Mode.WATCH:
            spared[f"{offence.check} only watches"] += 1
        yield replace(offence, exempt=reason, evidence=b"", observed="")


def ban_object(ban: SimulatedBan) -> dict[str, object]:
    """Return the JSON object of a ban; its keys are the command's contract."""
    return {
        "network": str(ban.network),
        "rung": ban.rung,
        "starts": render_time(ban.starts),
        "ends": render_time(ban.ends),
        "offences": ban.offences,
        "checks": list(ban.checks),
    }


def _cells(ban: SimulatedBan) -> Sequence[str]:
    return (
        str(ban.network),
        str(ban.rung),
        seconds(ban.starts),
        seconds(ban.ends),
        f"{ban.offences:,}: {', '.join(ban.checks)}",
    )
