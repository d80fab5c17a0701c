"""A running ``pforte serve`` in a network namespace of its own, for benchmarks of the whole way."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from measure import PFORTE, WORK

NAMESPACE = "pforte-bench"
CONFIG = """\
[service]
state = "{state}"
[log]
format = "json"
[exempt]
own = false
gateway = false
resolvers = false
[check."visit.path-traversal"]
mode = "enforce"
[[source]]
path = "{log}"
format = "combined"
start = "beginning"
[gate.nftables]
enabled = true
"""


@contextmanager
def namespace() -> Iterator[list[str]]:
    """Make a network namespace and yield the words that run a command in it."""
    subprocess.run(["ip", "netns", "del", NAMESPACE], check=False, capture_output=True)
    subprocess.run(["ip", "netns", "add", NAMESPACE], check=True)
    try:
        subprocess.run(["ip", "-n", NAMESPACE, "link", "set", "lo", "up"], check=True)
        yield ["ip", "netns", "exec", NAMESPACE]
    finally:
        subprocess.run(["ip", "netns", "del", NAMESPACE], check=False)


def fresh(name: str) -> Path:
    """Return an empty folder for one benchmark, with a settings file and an empty log."""
    folder = WORK / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "access.log").touch()
    (folder / "pforte.toml").write_text(
        CONFIG.format(state=folder / "state", log=folder / "access.log"), encoding="utf-8"
    )
    return folder


class Service:
    """One ``pforte serve``; its log is read line by line."""

    def __init__(self, inside: list[str], folder: Path) -> None:
        self._log = folder / "service.log"
        with self._log.open("wb") as stderr:
            self.process = subprocess.Popen(
                [*inside, PFORTE, "serve", "--config", str(folder / "pforte.toml")],
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )

    def event(self, name: str, seconds: float = 120) -> dict[str, object]:
        """Wait for the first line of the log with this event."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"pforte serve ended: {self._log.read_text()[-800:]}")
            for line in self._log.read_text(encoding="utf-8").splitlines():
                with suppress(json.JSONDecodeError):
                    record: dict[str, object] = json.loads(line)
                    if record.get("event") == name:
                        return record
            time.sleep(0.01)
        raise RuntimeError(f"no event {name} in {seconds} s: {self._log.read_text()[-800:]}")

    def megabytes(self) -> float:
        """Return the resident memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)
