"""Running commands as a person would and measuring them: wall time, processor time, memory, pinned to a core."""

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "bench" / "work"
PFORTE = str(ROOT / ".venv" / "bin" / "pforte")
PYTHON = str(ROOT / ".venv" / "bin" / "python")
CORE = max(os.sched_getaffinity(0))
RUNS = 5


@dataclass(frozen=True)
class Row:
    """One figure: ours and the peer's are medians of runs that took turns."""

    name: str
    unit: str
    ours: float
    peer: float | None
    peer_name: str
    limit: float | None
    ratio: float | None
    goal: str
    met: bool
    note: str = ""

    def as_result(self, machine: str) -> dict[str, object]:
        return {**asdict(self), "machine": machine}


@dataclass(frozen=True)
class Run:
    seconds: float
    cpu_seconds: float
    megabytes: float
    output: bytes
    errors: bytes


def run(command: Sequence[str], *, stdin: Path | None = None, pin: bool = True) -> Run:
    """Run one command to its end; raise with its own words when it fails."""
    WORK.mkdir(parents=True, exist_ok=True)
    pinned = ["taskset", "-c", str(CORE), *command] if pin else list(command)
    out, err = WORK / "out.txt", WORK / "err.txt"
    source = stdin.open("rb") if stdin else subprocess.DEVNULL
    start = time.perf_counter()
    with out.open("wb") as stdout, err.open("wb") as stderr:
        process = subprocess.Popen(pinned, stdin=source, stdout=stdout, stderr=stderr)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {err.read_text()[-400:]}")
    return Run(
        seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out.read_bytes(), err.read_bytes()
    )


def in_turn(*jobs: Callable[[], float], runs: int = RUNS) -> tuple[list[float], ...]:
    """Run the jobs in turn, so that a drifting machine hits all of them alike; return each one's figures."""
    results: tuple[list[float], ...] = tuple([] for _ in jobs)
    for _ in range(runs):
        for job, figures in zip(jobs, results, strict=True):
            figures.append(job())
    return results


def median(figures: Sequence[float]) -> float:
    return statistics.median(figures)


def percentile(figures: Sequence[float], share: float) -> float:
    ordered = sorted(figures)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
