"""SIGHUP in the time before the service can hear it."""

import signal


def hold_back_reload() -> None:
    """Let the kernel keep a SIGHUP, which would end a program that does not listen for it yet.

    Must be called in the main thread before any other is started.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})


def let_reload_through() -> None:
    """Take a SIGHUP that was held back, and all to come; call it in the main thread once somebody listens."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
