"""Telling systemd how the program stands (sd_notify(3)); nothing happens where systemd did not start it."""

import asyncio
import os
import socket
from collections.abc import Callable, Iterable

import structlog

MICROSECONDS = 1_000_000
STUCK_SECONDS = 120.0
"""A call that has not come back for this long never will; no block and no transaction takes nearly as much."""

_log = structlog.get_logger("pforte")


def notify(state: str) -> None:
    """Send one state such as ``READY=1`` to the manager."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address[:1] not in {"/", "@"}:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as told:
        try:
            told.sendto(state.encode(), "\0" + address[1:] if address.startswith("@") else address)
        except OSError:
            return  # a manager that is gone needs no word; the service itself must go on


def watchdog_seconds() -> float:
    """Return how often the manager wants to hear ``WATCHDOG=1`` at the latest, 0 where it does not."""
    if os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return 0.0
    try:
        return max(int(os.environ.get("WATCHDOG_USEC", "0")), 0) / MICROSECONDS
    except ValueError:
        return 0.0


async def beat(begun: Callable[[], Iterable[float | None]]) -> None:
    """Tell the watchdog that the service gets on, twice as often as it asks for, until cancelled.

    It is not told while a call hangs, so that the manager starts the service again. A register that is away and is
    tried again and again is no such call: a new start would help nothing.

    Args:
        begun: tells since when each call is under way that everything waits for, in seconds of the event loop's
            clock; None where none is.
    """
    stuck = False
    while seconds := watchdog_seconds():
        now = asyncio.get_running_loop().time()
        was, stuck = stuck, any(since is not None and now - since > STUCK_SECONDS for since in begun())
        if not stuck:
            notify("WATCHDOG=1")
        elif not was:
            _log.error("service.stuck", text=f"a call has not come back for {STUCK_SECONDS:.0f} s")
        await asyncio.sleep(seconds / 2)
