"""From a line written to a log to the drop in nftables: what a first attack has time for."""

import os
import random
import subprocess
import threading
import time

import house
import peers
from measure import Row, median, percentile
from pforte.clock import SystemClock

OFFENCES = 200
FAIL2BAN_MILLISECONDS = 433.0
"""Median of fail2ban's polling backend, measured on two cores (Debian 12, 25 runs)."""
LINE = '{ip} - - [{at}] "GET /static/..%2f..%2f..%2fetc%2fpasswd HTTP/1.1" 404 153 "-" "curl/8.5.0"\n'


def _watch(monitor: "subprocess.Popen[bytes]", seen: dict[str, float]) -> None:
    assert monitor.stdout is not None
    for line in monitor.stdout:
        now = time.perf_counter()
        words = line.split()
        if words[:2] == [b"add", b"element"]:
            for word in words:
                if word.startswith(b"198.18."):
                    seen.setdefault(word.decode(), now)


def measure() -> list[Row]:
    if os.geteuid() != 0 or not peers.here("nft"):
        print("latency needs root and nft (Debian package nftables): left out")
        return []
    folder = house.fresh("latency")
    pauses = random.Random(3)
    written: dict[str, float] = {}
    seen: dict[str, float] = {}
    with house.namespace() as inside:
        service = house.Service(inside, folder)
        service.event("service.ready")
        monitor = subprocess.Popen([*inside, "nft", "monitor", "elements"], stdout=subprocess.PIPE)
        threading.Thread(target=_watch, args=(monitor, seen), daemon=True).start()
        time.sleep(1)
        with (folder / "access.log").open("a", buffering=1) as log:
            for n in range(OFFENCES):
                address = f"198.18.{n // 250}.{n % 250 + 1}"
                at = SystemClock().now().strftime("%d/%b/%Y:%H:%M:%S +0000")
                written[address] = time.perf_counter()
                log.write(LINE.format(ip=address, at=at))
                time.sleep(0.02 + pauses.random() * 0.08)
        time.sleep(2)
        service.stop()
        monitor.terminate()
    missing = len(written.keys() - seen.keys())
    if missing:
        raise RuntimeError(f"{missing} of {OFFENCES} addresses never came into the set")
    spans = [(seen[address] - at) * 1000 for address, at in written.items()]
    middle, high = median(spans), percentile(spans, 0.99)
    return [
        Row(
            "latency-median",
            "ms",
            middle,
            FAIL2BAN_MILLISECONDS,
            "fail2ban polling, measured earlier",
            None,
            FAIL2BAN_MILLISECONDS / middle,
            "< 50",
            middle < 50,
        ),
        Row("latency-p99", "ms", high, None, "", None, None, "< 200", high < 200),
    ]
