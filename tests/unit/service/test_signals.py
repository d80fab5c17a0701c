"""A SIGHUP before the service listens is kept and heard later."""

import subprocess
import sys

PROGRAM = """
import os, signal
from pforte.service.signals import hold_back_reload, let_reload_through

hold_back_reload()
os.kill(os.getpid(), signal.SIGHUP)
signal.signal(signal.SIGHUP, lambda *_: print("heard"))
print("listening")
let_reload_through()
"""


def test_a_reload_that_comes_too_early_is_heard_later() -> None:
    """Without it, `systemctl reload` during the start would end the service."""
    # A process of its own: the signal must meet no other thread.
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout.split()) == (0, ["listening", "heard"])
