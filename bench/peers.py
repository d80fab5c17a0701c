"""The real peers: fail2ban's filter run and its server over the same log."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from measure import CORE, run

SENTINEL = "203.0.113.254"


def fail2ban_regex(log: Path, lines: int, jail_filter: str) -> float:
    """Return lines/s of fail2ban-regex with one of its own filters."""
    done = run(["fail2ban-regex", str(log), jail_filter])
    return lines / done.seconds


def _configuration(folder: Path, log: Path, filters: tuple[str, ...]) -> None:
    """Lay out a server that reads the log with no-op actions and a memory of years."""
    for part in ("filter.d", "action.d"):
        shutil.copytree(Path("/etc/fail2ban") / part, folder / part)
    for name in ("paths-common.conf", "paths-debian.conf"):
        shutil.copy(Path("/etc/fail2ban") / name, folder / name)
    (folder / "action.d" / "nothing.conf").write_text("[Definition]\nactionban = \n", encoding="utf-8")
    (folder / "fail2ban.conf").write_text(
        f"[Definition]\nloglevel = INFO\nlogtarget = {folder}/log\nsyslogsocket = auto\nsocket = {folder}/sock\n"
        f"pidfile = {folder}/pid\ndbfile = None\ndbpurgeage = 1d\ndbmaxmatches = 10\n",
        encoding="utf-8",
    )
    jails = "".join(
        f"[{name}]\nenabled = true\nfilter = {name}\nlogpath = {log}\nmaxretry = 1\n" for name in filters
    )
    (folder / "jail.conf").write_text(
        "[DEFAULT]\nbackend = polling\nfindtime = 36500d\nbantime = 36500d\nusedns = no\nignoreself = false\n"
        "ignoreip =\nlogencoding = utf-8\naction = nothing\n" + jails,
        encoding="utf-8",
    )


def fail2ban_server(log: Path, lines: int, filters: tuple[str, ...]) -> float:
    """Return lines/s of a fail2ban server whose jails read the log once, from start to the last line's ban.

    The log's last line must come from ``SENTINEL`` and match every filter.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _configuration(folder, log, filters)
        command = ["taskset", "-c", str(CORE), "fail2ban-server", "-c", name, "-f", "start"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return lines / _seconds_until_read(folder / "log", len(filters), process)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _seconds_until_read(log: Path, jails: int, process: "subprocess.Popen[bytes]") -> float:
    """Return seconds from the first ``Added logfile`` to the sentinel's ban in every jail."""
    start = 0.0
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"fail2ban-server ended with {process.returncode}")
        text = log.read_text(errors="replace") if log.exists() else ""
        if not start and "Added logfile" in text:
            start = time.monotonic()
        if text.count(f"Ban {SENTINEL}") >= jails:
            return time.monotonic() - start
        time.sleep(0.01)
    raise RuntimeError("fail2ban-server did not reach the end of the log in 600 s")


def here(program: str) -> bool:
    return shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin") is not None
