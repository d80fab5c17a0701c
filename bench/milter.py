"""Postfix with a filter behind it: how many mails both together bring through in a second of one core.

What counts is the processor time of Postfix and the filter, so that neither the senders nor whatever else runs on the
machine is measured.

First the protocol alone: a gate that takes everything beside a filter of libmilter that does, and Postfix without any.
Then the mail policy as the service runs it beside rspamd's milter, both asking a DNS server on this machine (rspamd
without the modules that ask others or need Redis). Each mail comes on a connection of its own and is thrown away by
Postfix. Run as a program, this file is the gate that takes everything.
"""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from email.utils import format_datetime
from pathlib import Path

import peers
from measure import CORE, PYTHON, WORK, Row, in_turn, median
from pforte.clock import SystemClock
from pforte.gates.milter.gate import MilterGate
from pforte.mail.facts import Facts, House
from pforte.mail.policy import Policy
from pforte.mail.reception import Reception
from pforte.settings.gates import MilterGateSettings

try:
    import uvloop
except ImportError:
    uvloop = None

MAILS, SESSIONS, PARAGRAPHS = 600, 4, 60
RUNS = 3
BARE, NOTHING, LIBMILTER, POLICY, RSPAMD, DNS = range(18_201, 18_207)
FILTER = 100
"""The port of a filter is this much above that of Postfix's door to it."""
GOAL = 1.3
SYSTEM_PYTHON = "/usr/bin/python3"
MAIN = """\
compatibility_level = 3.6
config_directory = {folder}/etc
queue_directory = {folder}/spool
data_directory = {folder}/data
daemon_directory = /usr/lib/postfix/sbin
shlib_directory = /usr/lib/postfix
meta_directory = /etc/postfix
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.net
mydestination = example.net
local_recipient_maps =
alias_maps =
local_transport = discard:
smtpd_client_connection_rate_limit = 0
in_flow_delay = 0
"""
MASTER = """\
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
anvil unix - - n - 1 anvil
discard unix - - n - - discard
postlog unix-dgram n - n - 1 postlogd
"""
LIBMILTER_FILTER = """\
import sys, Milter
class Filter(Milter.Base):
    @Milter.noreply
    def connect(self, *_): return Milter.CONTINUE
    @Milter.noreply
    def hello(self, *_): return Milter.CONTINUE
    def envfrom(self, *_): return Milter.CONTINUE
    def envrcpt(self, *_): return Milter.CONTINUE
    @Milter.noreply
    def header(self, *_): return Milter.CONTINUE
    @Milter.noreply
    def body(self, *_): return Milter.CONTINUE
    def eom(self): return Milter.CONTINUE
Milter.factory = Filter
Milter.runmilter("bench", f"inet:{sys.argv[1]}@127.0.0.1", 60)
"""
SETTINGS = """\
[service]
state = "{folder}/state"
[gate.milter]
enabled = true
listen = "127.0.0.1:{port}"
[dns]
servers = ["127.0.0.1"]
port = {dns}
[mail]
watch = "0s"
[mail.rates]
connections = 0
at_once = 0
messages = 0
[check."mail.tls"]
mode = "off"
"""
UNBOUND = """\
server:
  interface: 127.0.0.1
  port: {dns}
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: "{folder}/unbound.pid"
  use-syslog: no
  do-daemonize: no
  do-not-query-localhost: no
  local-zone: "." static
  local-data: "example.org. MX 10 mail.example.org."
  local-data: "example.org. A 127.0.0.1"
  local-data: "mail.example.org. A 127.0.0.1"
  local-data: 'example.org. TXT "v=spf1 ip4:127.0.0.1 -all"'
  local-data: "1.0.0.127.in-addr.arpa. PTR mail.example.org."
"""
# Those that ask somebody else, or Redis.
RSPAMD_OFF = (
    "asn", "bayes_expiry", "dkim_signing", "fuzzy_check", "greylist", "history_redis", "metadata_exporter", "mx_check",
    "neural", "ratelimit", "rbl", "replies", "reputation", "url_redirector",
)  # fmt: skip
PARAGRAPH = '<p>Dear reader, this is <b>paragraph {0}</b> of our letter; <a href="https://www.example.org/news/{0}?u=7">more about it</a>.</p>\n'
LETTER = """\
From: The Letter <a@example.org>
To: user@example.net
Subject: What is new in May
Date: {date}
Message-ID: <letter.{date_id}@example.org>
List-Unsubscribe: <https://www.example.org/off?u=7>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="next"

--next
Content-Type: text/plain; charset=utf-8

{text}
--next
Content-Type: text/html; charset=utf-8

<html><head><title>May</title></head><body>
{html}</body></html>
--next--
"""


class Nothing:
    """Finds nothing out, keeps nothing."""

    async def of_client(self, facts):
        return facts

    of_sender = of_recipient = of_message = of_client

    def headers(self, *_):
        return (), ()

    def count(self, *_):
        pass

    note_message = note_failed = leave = count


def serve(port: int) -> None:
    """Take everything until killed."""
    nothing, policy, house = Nothing(), Policy(checks=()), House()
    now = SystemClock().now()

    def receive(session):
        return Reception(policy, nothing, nothing, Facts(now=now, house=house, session=session))

    async def run() -> None:
        await MilterGate(MilterGateSettings(listen=f"127.0.0.1:{port}"), receive).open()
        await asyncio.Event().wait()

    with asyncio.Runner(loop_factory=None if uvloop is None else uvloop.new_event_loop) as runner:
        runner.run(run())


def _used(process: int) -> float:
    """Return the processor seconds that a process, its children and those that have ended have used."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK") + sum(
        _used(int(child)) for child in children
    )


@contextmanager
def _running(command: list[str], port: int, log: Path) -> Iterator[int]:
    """Run a program on the measured core; yields its process once it listens, and ends it."""
    with log.open("wb") as out:
        process = subprocess.Popen(["taskset", "-c", str(CORE), *command], stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{command[0]} does not listen: {log.read_text()[-800:]}") from None
                time.sleep(0.1)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _lay_out_postfix(folder: Path, filters: Mapping[int, int | None]) -> list[str]:
    """Write the configuration of a Postfix with a door for each filter; return how to start it."""
    for name in ("etc", "spool", "data"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    (folder / "etc" / "main.cf").write_text(MAIN.format(folder=folder), encoding="ascii")
    doors = "".join(
        f"127.0.0.1:{door} inet n - n - - smtpd\n"
        + ("" if port is None else f"  -o smtpd_milters=inet:127.0.0.1:{port}\n")
        for door, port in filters.items()
    )
    (folder / "etc" / "master.cf").write_text(doors + MASTER, encoding="ascii")
    return ["postfix", "-c", str(folder / "etc"), "start-fg"]


def _lay_out_rspamd(folder: Path) -> list[str]:
    """Write a configuration of rspamd beside that of the system; return how to start it."""
    home = folder / "rspamd"
    shutil.copytree("/etc/rspamd", home)
    local = home / "override.d"
    local.mkdir(exist_ok=True)
    for name in RSPAMD_OFF:
        (local / f"{name}.conf").write_text("enabled = false;\n", encoding="ascii")
    files = {
        "options.inc": f'local_addrs = [];\ndns {{ nameserver = ["127.0.0.1:{DNS}"]; }}\n',
        "logging.inc": 'level = "error";\n',
        "worker-proxy.inc": f'milter = yes; bind_socket = "127.0.0.1:{RSPAMD + FILTER}"; count = 1;\n'
        'upstream "local" { default = yes; self_scan = yes; }\n',
        "worker-normal.inc": "enabled = false;\n",
        "worker-controller.inc": "enabled = false;\n",
    }
    for name, text in files.items():
        (local / name).write_text(text, encoding="ascii")
    state = folder / "rspamd-state"
    state.mkdir()
    shutil.chown(state, "_rspamd", "_rspamd")
    variables = {"CONFDIR": home, "LOCAL_CONFDIR": home, "DBDIR": state, "RUNDIR": state, "LOGDIR": state}
    command = ["rspamd", "-f", "-c", str(home / "rspamd.conf"), "-u", "_rspamd", "-g", "_rspamd"]
    return command + [f"--var={name}={place}" for name, place in variables.items()]


def _write_letter() -> Path:
    """Write a letter of the usual kind, of about 12 kB; return its file."""
    now = SystemClock().now()
    numbers = range(PARAGRAPHS)
    raw = LETTER.format(
        date=format_datetime(now),
        date_id=int(now.timestamp()),
        text="\n".join(f"Dear reader, this is paragraph {number} of our letter." for number in numbers),
        html="".join(PARAGRAPH.format(number) for number in numbers),
    )
    WORK.mkdir(parents=True, exist_ok=True)
    path = WORK / "letter.eml"
    path.write_text(raw, encoding="ascii")
    return path


def _send(door: int, letter: Path, filters: Sequence[int]) -> float:
    """Send mails through one door; return how many Postfix and its filter bring through in a second of one core."""
    other = min(os.sched_getaffinity(0))
    pinned = [
        "taskset",
        "-c",
        str(other),
        "smtp-source",
        "-s",
        str(SESSIONS),
        "-m",
        str(MAILS),
        "-F",
        str(letter),
    ]
    envelope = ["-M", "mail.example.org", "-f", "a@example.org", "-t", "user@example.net"]
    before = sum(map(_used, filters))
    subprocess.run([*pinned, *envelope, f"127.0.0.1:{door}"], check=True, timeout=300)
    return MAILS / (sum(map(_used, filters)) - before)


@contextmanager
def _all_running(doors: Sequence[int]) -> Iterator[dict[int, int]]:
    """Run everything; yields the processes by the ports that they listen at."""
    with tempfile.TemporaryDirectory(prefix="pforte-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "unbound.conf").write_text(UNBOUND.format(folder=folder, dns=DNS), encoding="ascii")
        settings = SETTINGS.format(folder=folder, port=POLICY + FILTER, dns=DNS)
        (folder / "pforte.toml").write_text(settings, encoding="ascii")
        (folder / "filter.py").write_text(LIBMILTER_FILTER, encoding="ascii")
        commands = {
            DNS: ["unbound", "-c", str(folder / "unbound.conf")],
            NOTHING + FILTER: [PYTHON, str(Path(__file__).resolve()), str(NOTHING + FILTER)],
            LIBMILTER + FILTER: [SYSTEM_PYTHON, str(folder / "filter.py"), str(LIBMILTER + FILTER)],
            POLICY + FILTER: [PYTHON, "-m", "pforte", "--config", str(folder / "pforte.toml"), "serve"],
        }
        if RSPAMD in doors:
            commands[RSPAMD + FILTER] = _lay_out_rspamd(folder)
        commands[BARE] = _lay_out_postfix(
            folder, {door: door + FILTER if door != BARE else None for door in doors}
        )
        processes = {}
        for port, command in commands.items():
            processes[port] = stack.enter_context(_running(command, port, folder / f"{port}.log"))
        stack.callback(subprocess.run, [*commands[BARE][:3], "stop"], check=False, capture_output=True)
        yield processes


def measure() -> list[Row]:
    needed = ("postfix", "smtp-source", "unbound", "taskset")
    if not all(map(peers.here, needed)) or os.geteuid() != 0:
        print(f"milter needs root and {', '.join(needed)} (tests/system/packages.sh): left out")
        return []
    if subprocess.run([SYSTEM_PYTHON, "-c", "import Milter"], check=False, capture_output=True).returncode:
        print("milter needs libmilter (Debian package python3-milter): left out")
        return []
    doors = [BARE, NOTHING, LIBMILTER, POLICY]
    if peers.here("rspamd"):
        doors.append(RSPAMD)
    else:
        print("milter: rspamd is not installed (Debian package rspamd), so the policy has no peer")
    letter = _write_letter()
    with _all_running(doors) as processes:

        def send(door: int) -> float:
            return _send(
                door, letter, [processes[port] for port in (BARE, door + FILTER) if port in processes]
            )

        for door in doors:
            send(door)  # what is started and remembered at first is so then
        bare, nothing, libmilter, *rest = in_turn(
            *(lambda door=door: send(door) for door in doors), runs=RUNS
        )
    rows = [_row("milter-alone", nothing, libmilter, "libmilter, in Python", 0.9, bare)]
    if RSPAMD in doors:
        rows.append(_row("milter-policy", *rest, "rspamd's milter", GOAL, bare))
    return rows


def _row(
    name: str, ours: list[float], peer: list[float], peer_name: str, goal: float, bare: list[float]
) -> Row:
    ratio = median([one / other for one, other in zip(ours, peer, strict=True)])
    note = (
        f"a letter of 12 kB, {SESSIONS} at once, with Postfix, which brings {median(bare):.0f} through alone"
    )
    unit = "mails/core-s"
    return Row(
        name,
        unit,
        median(ours),
        median(peer),
        peer_name,
        None,
        ratio,
        f">= {goal} times",
        ratio >= goal,
        note,
    )


if __name__ == "__main__":
    serve(int(sys.argv[1]))
