"""What ``pforte example`` tells while it plays: the lines, and the bans as they happen."""

import threading
import time

import click

from pforte.bans.ban import Action, Decision
from pforte.clock import SystemClock, render_time
from pforte.commands import Call
from pforte.register.batch import Filed
from pforte.register.store import Register, locate

RUNGS = {1: "1 hour", 2: "1 week", 3: "1 month", 4: "1 year"}
"""The ladder in the words in which it is published; the moment of the end is printed beside them."""
WIDTH = 118


class Story:
    """Follows the register's journal beside the running service, as any gate would, and prints it.

    Args:
        call: names the example's settings.
        stopped: set when the service has ended; nothing is waited for any more.
    """

    def __init__(self, call: Call, stopped: threading.Event) -> None:
        self._stopped = stopped
        self._register = Register.open(locate(call.settings()), SystemClock())
        self._state = call.settings().service.state
        self._seen = 0

    def heading(self, text: str) -> None:
        """Print what comes next."""
        click.secho(f"\n{text}", bold=True)

    def line(self, text: str) -> None:
        """Print one line of log as it is written."""
        shown = text.replace(" - - [{clf}]", "").replace("{iso} ", "")
        click.secho(f"  {shown[:WIDTH]}", dim=True)

    def follow(self) -> None:
        """Print the decisions that came since the last call."""
        for decision in self._register.journal(self._seen):
            self._seen = decision.sequence
            self._tell(decision)

    def settle(self, seconds: float, patience: float = 30.0) -> None:
        """Follow until nothing new came for ``seconds``; wait for the first decision as long as ``patience``."""
        began = time.monotonic()
        while not self._seen and time.monotonic() - began < patience and not self._stopped.wait(0.1):
            self.follow()
        quiet = time.monotonic()
        seen = self._seen
        while time.monotonic() - quiet < seconds and not self._stopped.wait(0.1):
            self.follow()
            if self._seen != seen:
                seen, quiet = self._seen, time.monotonic()

    def close(self) -> None:
        """Let go of the register."""
        self._register.close()

    def _tell(self, decision: Decision) -> None:
        ban = decision.ban
        if decision.action is not Action.BEGIN:
            return
        offence = self._proof(ban.reference)
        click.secho(f"  BAN {ban.network!s:<24}", fg="red", bold=True, nl=False)
        click.secho(
            f"rung {ban.rung} ({RUNGS[ban.rung]})  until {render_time(ban.ends.replace(microsecond=0))}  "
            f"{ban.reference}  {ban.reason}",
            fg="red",
        )
        if offence is not None:
            click.secho(f"      because of {offence.offence.source}:{offence.offence.line}", fg="yellow")

    def _proof(self, reference: str) -> Filed | None:
        return next(iter(self._register.case(reference, limit=1).offences), None)

    def summary(self) -> None:
        """Print what to look at next and how to begin with one's own logs."""
        config = self._state / "pforte.toml"
        click.echo(
            f"""
Look closer:
  .venv/bin/pforte --config {config} bans            every ban, with rung and end
  .venv/bin/pforte --config {config} status 198.51.100.77
  .venv/bin/pforte --config {config} explain PF-...   why, with the line that proves it
Your own logs, nothing enforced and nothing recorded:
  .venv/bin/pforte scan FILE...                       which visits break which rule
  .venv/bin/pforte replay FILE...                     which bans that would have meant
For real: copy {config}, name your logs, then  make run ARGS="--config FILE\""""
        )
