"""Telling systemd how the program stands (sd_notify(3)); nothing happens where systemd did not start it."""

import os
import socket

MICROSECONDS = 1_000_000


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
