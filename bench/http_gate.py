"""The HTTP gate beside nginx: requests per second and how long the slowest wait, with a million bans in memory.

Both are asked by wrk over 32 connections with 4,000 different requests of 4,000 different visitors, none of whom is
banned: every one is looked up and judged, and nothing is remembered of it. They are asked as nginx asks by the guide's
snippet, octet for octet; a second row asks as another proxy does, with the fields in another order. The peer is nginx's
``return 204``, which looks at nothing. A last pair asks nginx itself with and without ``auth_request`` to the gate: what
the gate costs a site.
"""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import peers
from measure import CORE, PYTHON, ROOT, WORK, Row, in_turn, median

BANS = 1_000_000
CONNECTIONS = 32
SECONDS = 4
AT_LIBERTY = 200 << 24
"""No address of 200.0.0.0/8 is banned here; the visitors come from there."""
GATE, BARE, GUARDED, OPEN = 18081, 18082, 18083, 18084
NGINX = """\
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 1000000000; {scratch}
  upstream pforte {{ server 127.0.0.1:{gate}; keepalive 64; keepalive_requests 1000000000; }}
  server {{ listen 127.0.0.1:{bare}; location / {{ return 204; }} }}
  server {{ listen 127.0.0.1:{open}; root {folder}/site; }}
  server {{ listen 127.0.0.1:{guarded}; root {folder}/site; {guard} }}
}}
"""
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
REFERRER = "https://www.example.org/blog/"
AS_NGINX = (
    "GET /nginx HTTP/1.1\r\nHost: www.example.org\r\nX-Forwarded-For: {visitor}\r\nX-Original-URI: {target}\r\n"
    f"X-Original-Method: GET\r\nUser-Agent: {AGENT}\r\nReferer: {REFERRER}\r\n\r\n"
)
AS_ANOTHER = (
    f"GET /nginx HTTP/1.1\r\nHost: 127.0.0.1\r\nReferer: {REFERRER}\r\nX-Original-Method: GET\r\n"
    f"X-Forwarded-For: {{visitor}}\r\nX-Original-URI: {{target}}\r\nUser-Agent: {AGENT}\r\n\r\n"
)
AS_VISITOR = (
    f"GET /page.html HTTP/1.1\r\nHost: 127.0.0.1\r\nReferer: {REFERRER}\r\nUser-Agent: {AGENT}\r\n\r\n"
)
LUA = """\
local requests, at = {}, 0
function init(args)
  for line in io.lines("%s") do requests[#requests + 1] = line:gsub("|", "\\r\\n") end
end
function request() at = at %% #requests + 1; return requests[at] end
"""


def _write_requests() -> None:
    random = Random(7)
    numbers = random.sample(range(AT_LIBERTY, AT_LIBERTY + (1 << 24)), 4_000)
    asks = [
        (
            ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0)),
            f"/blog/2026/05/article-{place}?id={place * 7}&lang=de",
        )
        for place, number in enumerate(numbers)
    ]
    for name, form in (("nginx", AS_NGINX), ("another", AS_ANOTHER), ("visitor", AS_VISITOR)):
        lines = [form.format(visitor=visitor, target=target).replace("\r\n", "|") for visitor, target in asks]
        file = WORK / f"{name}.txt"
        file.write_text("\n".join(lines), encoding="ascii")
        (WORK / f"{name}.lua").write_text(LUA % file, encoding="ascii")


def _snippet() -> str:
    guide = (ROOT / "docs" / "guides" / "http-gate.md").read_text(encoding="utf-8")
    return re.findall(r"```nginx\n(.*?)```", guide, re.DOTALL)[1]


@contextmanager
def _running() -> Iterator[None]:
    """Run gate and nginx on one core; wrk has the other."""
    folder = WORK / "http-gate"
    (folder / "site").mkdir(parents=True, exist_ok=True)
    (folder / "site" / "page.html").write_text("x", encoding="ascii")
    names = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    scratch = " ".join(f"{name}_temp_path {folder}/{name};" for name in names)
    text = NGINX.format(
        folder=folder, scratch=scratch, gate=GATE, bare=BARE, open=OPEN, guarded=GUARDED, guard=_snippet()
    )
    (folder / "nginx.conf").write_text(text, encoding="ascii")
    pinned = ["taskset", "-c", str(CORE)]
    nginx = subprocess.Popen([*pinned, "nginx", "-c", str(folder / "nginx.conf")])
    gate = subprocess.Popen(
        [*pinned, PYTHON, str(ROOT / "bench" / "gate_alone.py"), f"127.0.0.1:{GATE}", str(BANS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert gate.stdout is not None
        held = json.loads(gate.stdout.readline())["held"]
        if held < BANS * 0.99:
            raise RuntimeError(f"the gate holds {held} bans, not {BANS}")
        time.sleep(1)
        yield
    finally:
        assert gate.stdin is not None
        gate.stdin.close()
        for process in (gate, nginx):
            process.terminate()
            process.wait(timeout=30)


def _ask(port: int, script: str) -> tuple[float, float]:
    """Return requests per second and the 99th percentile of the wait in milliseconds."""
    other = min(os.sched_getaffinity(0))
    command = ["taskset", "-c", str(other), "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency"]
    said = subprocess.run(
        [*command, "-s", str(WORK / f"{script}.lua"), f"http://127.0.0.1:{port}/"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"port {port} answered something else: {said}")
    rate, wait = re.search(r"Requests/sec:\s+([\d.]+)", said), re.search(r"99%\s+([\d.]+)(us|ms|s)", said)
    assert rate is not None
    assert wait is not None
    return float(rate[1]), float(wait[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[wait[2]]


def _share(ours: list[float], peers_: list[float]) -> float:
    return median([one / other for one, other in zip(ours, peers_, strict=True)])


def measure() -> list[Row]:
    if not all(map(peers.here, ("nginx", "wrk", "taskset"))):
        print(
            "http_gate needs nginx, wrk and taskset (Debian packages nginx-light, wrk, util-linux): left out"
        )
        return []
    WORK.mkdir(parents=True, exist_ok=True)
    _write_requests()
    waits: list[float] = []

    def gate() -> float:
        rate, wait = _ask(GATE, "nginx")
        waits.append(wait)
        return rate

    with _running():
        for script in ("nginx", "another"):
            _ask(GATE, script)  # what is remembered of askers and code is remembered then
        ours, another, bare = in_turn(gate, lambda: _ask(GATE, "another")[0], lambda: _ask(BARE, "nginx")[0])
        guarded, unguarded = in_turn(lambda: _ask(GUARDED, "visitor")[0], lambda: _ask(OPEN, "visitor")[0])
    ratio, wait = _share(ours, bare), median(waits)
    judged = f"{BANS:,} bans, every request judged, {CONNECTIONS} connections"
    return [
        Row(
            "http-gate",
            "requests/s",
            median(ours),
            median(bare),
            "nginx return 204",
            None,
            ratio,
            ">= 0.8 of nginx",
            ratio >= 0.8,
            judged,
        ),
        Row(
            "http-gate-another-proxy",
            "requests/s",
            median(another),
            median(bare),
            "nginx return 204",
            None,
            _share(another, bare),
            "told, no goal",
            True,
            f"{judged}; header fields in another order than nginx writes them",
        ),
        Row("http-gate-p99", "ms", wait, None, "", None, None, "< 2", wait < 2),
        Row(
            "nginx-with-http-gate",
            "requests/s",
            median(guarded),
            median(unguarded),
            "nginx without it",
            None,
            _share(guarded, unguarded),
            "told, no goal",
            True,
            "a file of one byte; nginx and the gate share one core",
        ),
    ]
