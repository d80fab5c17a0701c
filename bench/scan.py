"""Scanning: lines per second of ``pforte scan`` with all checks on, beside the peers and the limits."""

import json
import re
import subprocess
from pathlib import Path

import peers
from measure import PFORTE, PYTHON, ROOT, WORK, Row, in_turn, median, run

LINES = 2_000_000
PEER_LINES = 100_000
CROWDSEC_UPSTREAM = 4000.0
"""Events/s that a maintainer reports for nginx logs in newer versions (crowdsecurity/crowdsec issue 2669)."""


def generated() -> tuple[Path, Path, Path]:
    """Return the log, its robots.txt and a shorter copy for the peers that ends in a line that all of them ban."""
    WORK.mkdir(parents=True, exist_ok=True)
    log, robots, short = WORK / "access.log", WORK / "access.log.robots.txt", WORK / "short.log"
    if not log.exists():
        subprocess.run(
            [PYTHON, str(ROOT / "bench" / "generate.py"), "--lines", str(LINES), "--seed", "7", str(log)],
            check=True,
        )
    if not short.exists():
        with log.open("rb") as lines:
            head = [line for line, _ in zip(lines, range(PEER_LINES - 1), strict=False)]
        time = re.search(rb"\[([^\]]+)\]", head[-1])
        assert time is not None
        last = b'%s - - [%s] "GET /phpmyadmin/scripts/setup.php HTTP/1.1" 404 153 "-" "EmailCollector"\n'
        short.write_bytes(b"".join(head) + last % (peers.SENTINEL.encode(), time[1]))
    return log, robots, short


def _ours(log: Path, robots: Path, memory: list[float]) -> float:
    done = run([PFORTE, "scan", "--json", "--format", "combined", "--robots", str(robots), str(log)])
    memory.append(done.megabytes)
    return LINES / done.seconds


def _pass(log: Path) -> float:
    """Return lines/s of the bare pass over the same blocks with the same marks, nothing parsed."""
    done = run([PYTHON, str(ROOT / "bench" / "bare_pass.py"), str(log)])
    return LINES / float(json.loads(done.output)["seconds"])


def _word_count(log: Path) -> float:
    return LINES / run(["wc", "-l", str(log)]).seconds


def measure() -> list[Row]:
    log, robots, short = generated()
    memory: list[float] = []
    jobs = [lambda: _ours(log, robots, memory), lambda: _pass(log), lambda: _word_count(log)]
    with_peers = peers.here("fail2ban-regex")
    if with_peers:
        jobs += [
            lambda: peers.fail2ban_regex(short, PEER_LINES, "nginx-botsearch"),
            lambda: peers.fail2ban_server(short, PEER_LINES, ("nginx-botsearch", "apache-badbots")),
        ]
    else:
        print("fail2ban is not installed (Debian package fail2ban): its rows are left out")
    figures = in_turn(*jobs)
    ours, bare, words = (median(figure) for figure in figures[:3])
    megabytes = max(memory)
    rows = [
        Row(
            "scan",
            "lines/s",
            ours,
            None,
            "",
            bare,
            ours / bare,
            ">= 1,500,000",
            ours >= 1_500_000,
            f"limits: bare Hyperscan pass {bare:,.0f} lines/s, wc -l {words:,.0f} lines/s",
        ),
        Row("scan-memory", "MB", megabytes, None, "", None, None, "< 400", megabytes < 400),
        Row(
            "scan-crowdsec",
            "lines/s",
            ours,
            CROWDSEC_UPSTREAM,
            "CrowdSec, its upstream figure",
            None,
            ours / CROWDSEC_UPSTREAM,
            ">= 300 times",
            ours / CROWDSEC_UPSTREAM >= 300,
        ),
    ]
    if with_peers:
        regex, server = median(figures[3]), median(figures[4])
        rows += [
            Row(
                "scan-fail2ban-regex",
                "lines/s",
                ours,
                regex,
                "fail2ban-regex, one filter",
                None,
                ours / regex,
                ">= 40 times",
                ours / regex >= 40,
            ),
            Row(
                "scan-fail2ban-server",
                "lines/s",
                ours,
                server,
                "fail2ban server, two jails",
                None,
                ours / server,
                ">= 100 times",
                ours / server >= 100,
            ),
        ]
    return rows
