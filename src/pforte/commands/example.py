"""``pforte example``: watch the bundled example being judged, line by line, through a real file tail."""

import os
import shutil
import signal
import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path

import click

from pforte.clock import SystemClock
from pforte.commands import Call
from pforte.commands.example_story import Story
from pforte.settings.durations import parse_duration

SITE = resources.files("pforte.commands") / "example_site"
OWN_FILES = {
    "access.log",
    "auth.log",
    "files",
    "pforte.toml",
    "register.sqlite",
    "register.sqlite-shm",
    "register.sqlite-wal",
    "robots.txt",
}
"""What the example makes in its folder."""
SETTINGS = """\
# The example's settings. For your own logs: copy this file, name your paths, and run
#   make run ARGS="--config FILE"
[service]
state = "{state}"
simulate = true        # judge and record, shut nobody out; remove it when you trust what you see

[log]
level = "warning"

[exempt]
own = false            # the example's visitors come from addresses reserved for documentation
gateway = false
resolvers = false

[[site]]
name = "shop.example"
robots = "{state}/robots.txt"

[[source]]
path = "{state}/access.log"
start = "beginning"

[[source]]
path = "{state}/auth.log"
start = "beginning"

[gate.files]
enabled = true
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the example: how long ago it was written, to which log, and its text."""

    ago: timedelta | None
    log: str
    text: str

    def render(self, now: datetime) -> str:
        """Return the line with its time filled in."""
        at = now - (self.ago or timedelta())
        clf = at.strftime("%d/%b/%Y:%H:%M:%S +0000")
        return self.text.replace("{clf}", clf).replace("{iso}", at.isoformat(timespec="milliseconds"))


def read_lines(text: str) -> tuple[Line, ...]:
    """Read the example's table: when, log, line, separated by tabs."""
    rows = (row.split("\t", 2) for row in text.splitlines() if row and not row.startswith("#"))
    return tuple(Line(None if when == "now" else parse_duration(when), log, line) for when, log, line in rows)


def _is_own(state: Path) -> bool:
    """Say whether a folder is absent, empty, or nothing but what the example made: its settings tell."""
    if not state.exists():
        return True
    names = {path.name for path in state.iterdir()} if state.is_dir() else {""}
    if not names:
        return True
    settings = state / "pforte.toml"
    title = SETTINGS.partition("\n")[0]
    return (
        names <= OWN_FILES and settings.exists() and settings.read_text("utf-8", "replace").startswith(title)
    )


def prepare(state: Path) -> Path:
    """Make the example's folder anew and return its settings file.

    Raises:
        click.UsageError: the folder holds something that the example did not make; it must not be lost.
    """
    if not _is_own(state):
        raise click.UsageError(
            f"{state} holds other files than the example's; name another folder with --state"
        )
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir(parents=True)
    robots = state / "robots.txt"
    robots.write_text((SITE / "robots.txt").read_text(encoding="utf-8"), encoding="utf-8")
    month_ago = SystemClock().now().timestamp() - 30 * 86_400
    os.utime(robots, (month_ago, month_ago))  # rules count once crawlers had a day to read them
    for log in ("access.log", "auth.log"):
        (state / log).touch()
    config = state / "pforte.toml"
    config.write_text(SETTINGS.format(state=state), encoding="utf-8")
    return config


def play(state: Path, lines: tuple[Line, ...], pause: float, story: Story, stopped: threading.Event) -> None:
    """Write the past at once and the present line by line, then let the service stop cleanly.

    Args:
        state: the example's folder.
        lines: what is written to the logs in it.
        pause: seconds between two lines of the present.
        story: tells it.
        stopped: set when the service has ended by itself, as on Ctrl-C; then nothing more is written.
    """
    clock = SystemClock()

    def write(line: Line) -> None:
        with (state / line.log).open("a", encoding="utf-8") as log:
            log.write(line.render(clock.now()) + "\n")

    try:
        story.heading("What the logs of the last 40 days hold: bans that have ended, but count")
        for line in lines:
            if line.ago is not None:
                write(line)
        story.settle(seconds=1.0)
        story.heading("What is written now, line by line")
        for line in lines:
            if line.ago is None and not stopped.is_set():
                write(line)
                story.line(line.text)
                stopped.wait(pause)
                story.follow()
        story.settle(seconds=1.0)
        if not stopped.is_set():
            story.summary()
    finally:
        story.close()
        if not stopped.is_set():
            os.kill(os.getpid(), signal.SIGTERM)


@click.command()
@click.option(
    "--state",
    type=click.Path(path_type=Path),
    default=Path("var/example"),
    show_default=True,
    help="Folder made anew for it.",
)
@click.option("--pause", type=float, default=0.4, show_default=True, help="Seconds between two lines.")
@click.pass_obj
def command(call: Call, state: Path, pause: float) -> None:
    """Play an example through a real file tail and show the bans as they happen.

    It takes about 20 seconds and ends by itself; Ctrl-C ends it before. Nothing is enforced; everything stays in one
    folder, so that the other commands can look at it afterwards.
    """
    config = prepare(state)
    stopped = threading.Event()
    story = Story(replace(call, config=config), stopped)
    lines = read_lines((SITE / "visits.tsv").read_text(encoding="utf-8"))
    player = threading.Thread(target=play, args=(state, lines, pause, story, stopped), name="example")
    player.start()
    try:
        code = call.run(replace(call, config=config))
    finally:
        stopped.set()
        player.join()
    raise SystemExit(code)
