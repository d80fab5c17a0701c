"""``pforte panic``: open every gate at once, and keep them open until told otherwise."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

import click

from pforte.clock import SystemClock
from pforte.commands import Call
from pforte.commands.enforcement import (
    LOOK_EVERY,
    PATIENCE,
    follower_of,
    gates_of,
    tell_enforcement,
    tell_simulation,
)
from pforte.commands.output import counted, fail, note, seconds
from pforte.commands.register_access import open_register, operator
from pforte.commands.sole_service import service_runs
from pforte.gates.follower import STANDS_OPEN
from pforte.gates.gate import GateError
from pforte.gates.opening import open_dnsupdate, open_files, open_haproxy, open_nftables
from pforte.register import Register, RegisterError, locate
from pforte.settings.table import Settings

OPENINGS: Mapping[str, Callable[[Settings, datetime], None]] = {
    "nftables": lambda settings, _: open_nftables(settings, ()).remove(),
    "files": lambda settings, now: open_files(settings, SystemClock(), ()).stand_open(now),
    "haproxy": lambda settings, now: open_haproxy(settings, ()).stand_open(now),
    "dnsupdate": lambda settings, now: open_dnsupdate(settings, ()).stand_open(now),
}
"""How to open each gate that goes on holding bans without the service; the others are opened by the service."""


@click.command()
@click.option("--end", "ending", is_flag=True, help="Let the gates do their work again.")
@click.option("--reason", default="", help="Why, in your words; kept in the register.")
@click.pass_obj
def command(call: Call, *, ending: bool, reason: str) -> None:
    """Open every gate at once: nobody is shut out any more, until `pforte panic --end`, over restarts too.

    For the day on which the wrong people are shut out, or nobody knows who. Visits are judged and recorded as before;
    what is decided meanwhile is enforced after the end. The firewall, the files, HAProxy's map and the zones in other
    name servers are opened by this command itself, so it works also where the service hangs or the register is away.

    Exit codes: 0 done, 1 something could not be opened, recorded or ended, 2 bad usage.
    """
    settings = call.settings()
    if ending:
        _end(settings)
        return
    troubles = [*_record(settings, reason.strip()), *_open_by_hand(settings), *_wait(settings)]
    tell_simulation(settings)
    for trouble in troubles:
        note(trouble)
    if troubles:
        fail(f"{counted(len(troubles), 'thing')} could not be done; see above")
    click.echo(
        "every gate stands open and nobody is shut out; `pforte panic --end` lets them do their work again"
    )


def _end(settings: Settings) -> None:
    with open_register(settings, absent="stand-in") as register:
        ended = register.end_panic(operator())
        if ended is None:
            fail("there is no panic: the gates do their work")
        click.echo(f"the gates do their work again; they stood open since {seconds(ended.since)}")
        tell_enforcement(settings, register)


def _record(settings: Settings, reason: str) -> Iterator[str]:
    """Tell the register, which every running gate obeys; a register that is away is no reason to stop."""
    try:
        with Register.open(locate(settings), SystemClock()) as register:
            register.begin_panic(operator(), reason)
    except RegisterError as error:
        yield f"{error}; so a service that runs closes the gates again: stop it"


def _open_by_hand(settings: Settings) -> Iterator[str]:
    """Open the gates that hold bans without the service."""
    now = SystemClock().now()
    enabled = gates_of(settings)
    for name, open_by_hand in OPENINGS.items():
        if enabled[name]:
            try:
                open_by_hand(settings, now)
            except GateError as error:
                yield f"the gate {name} could not be opened: {error}"
    if enabled["files"]:
        note(
            "programs that read files of Pforte let people in once they have read them again: reload nginx, Postfix ..."
        )


def _wait(settings: Settings) -> Iterator[str]:
    """Give the running service a moment to open the gates that answer, and name those that did not."""
    waiting = {
        name: follower_of(name) for name, on in gates_of(settings).items() if on and name not in OPENINGS
    }
    if not waiting or settings.service.simulate or not service_runs(settings.service.state):
        return
    until = time.monotonic() + PATIENCE
    try:
        with Register.open(locate(settings), SystemClock()) as register:
            while (closed := _closed(register, waiting)) and time.monotonic() < until:
                time.sleep(LOOK_EVERY)
    except RegisterError:
        return  # said before
    for name in closed:
        yield f"the gate {name} did not follow; if the service hangs, stop it"


def _closed(register: Register, waiting: Mapping[str, str]) -> list[str]:
    """Return the gates whose follower has not said that it stands open."""
    opened = {gate.cursor.name for gate in register.gates() if gate.cursor.error == STANDS_OPEN}
    return sorted(name for name, follower in waiting.items() if follower not in opened)
