"""The block list, asked by real resolvers and mail servers, and its copies, read by real name servers.

Everything runs in network and mount namespaces of its own, where port 53 and /etc/resolv.conf are ours.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

PROGRAMS = Path("/usr/lib/postfix/sbin")
WANTED = ("dig", "unbound", "rbldnsd", "nsenter", "unshare", "ip")

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(
        os.geteuid() != 0 or not all(map(shutil.which, WANTED)),
        reason="needs root: apt-get install bind9-dnsutils unbound rbldnsd iproute2 util-linux",
    ),
]
needs_postfix = pytest.mark.skipif(
    not shutil.which("postfix") or not (PROGRAMS / "postscreen").exists(),
    reason="needs Postfix: apt-get install postfix",
)

GUIDE = (Path(__file__).parents[2] / "docs" / "guides" / "dnsbl.md").read_text(encoding="utf-8")
ZONE = "dnsbl.example.net"
BANNED, PREFIX, SIX, FREE = "192.0.2.77", "198.51.100.0/24", "2001:db8:0:7::/64", "192.0.2.78"
UNBOUND = """\
server:
    directory: "{folder}"
    chroot: ""
    username: ""
    pidfile: ""
    use-syslog: no
    logfile: "{folder}/unbound.log"
    interface: 127.0.0.1
    qname-minimisation: yes
    qname-minimisation-strict: yes
    harden-below-nxdomain: yes
    module-config: "{modules}"
    auto-trust-anchor-file: ""
"""
MAIN = """\
compatibility_level = 3.6
config_directory = {folder}/etc
queue_directory = {folder}/spool
data_directory = {folder}/data
daemon_directory = {programs}
shlib_directory = /usr/lib/postfix
meta_directory = /etc/postfix
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
myhostname = mx.example.net
mydestination = example.net
local_recipient_maps =
alias_maps =
local_transport = discard:
smtpd_authorized_xclient_hosts = 127.0.0.1
mynetworks = 127.0.0.1/32
postscreen_upstream_proxy_protocol = haproxy
postscreen_greet_wait = 1s
{guide}
"""
MASTER = """\
127.0.0.1:2525 inet n - n - - smtpd
127.0.0.1:2526 inet n - n - 1 postscreen
smtpd pass - - n - - smtpd
dnsblog unix - - n - 0 dnsblog
tlsproxy unix - - n - 0 tlsproxy
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
anvil unix - - n - 1 anvil
discard unix - - n - - discard
postlog unix-dgram n - n - 1 postlogd
"""
SETTINGS = """\
[service]
state = "{folder}/state"
[exempt]
own = false
gateway = false
resolvers = false
[gate.files]
enabled = true
folder = "{folder}/files"
kinds = ["rbldnsd", "rpz", "rpz-client"]
{guide}
"""


def snippet(after: str) -> str:
    """Return the block of the guide that follows a text."""
    found = re.search(r"```[a-z]*\n(.*?)```", GUIDE.partition(after)[2], re.DOTALL)
    assert found, after
    return found.group(1)


@dataclass
class House:
    """A namespace with the service in it, and everything that was started there."""

    folder: Path
    holder: "subprocess.Popen[bytes]"
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def inside(self, *command: str) -> list[str]:
        return ["nsenter", "-t", str(self.holder.pid), "-n", "-m", *command]

    def start(self, *command: str) -> "subprocess.Popen[bytes]":
        with (self.folder / "processes.log").open("ab") as log:
            process = subprocess.Popen(self.inside(*command), stdout=log, stderr=log, start_new_session=True)
        self.processes.append(process)
        return process

    def run(self, *command: str) -> str:
        return subprocess.run(
            self.inside(*command), capture_output=True, text=True, check=True, timeout=60
        ).stdout

    def pforte(self, *arguments: str) -> str:
        return self.run(
            sys.executable, "-m", "pforte", "--config", str(self.folder / "pforte.toml"), *arguments
        )

    def dig(
        self, name: str, kind: str = "A", *options: str, server: str = "127.0.0.1", port: int = 53
    ) -> list[str]:
        """Return the status and the data of each record that answers."""
        asked = ("dig", f"@{server}", "-p", str(port), "+tries=1", "+time=5", *options, name, kind)
        said = self.run(*asked)
        status = re.search(r"status: ([A-Z]+)", said)
        answers = said.partition(";; ANSWER SECTION:\n")[2].partition("\n\n")[0]
        return [
            status.group(1) if status else "",
            *(line.split(maxsplit=4)[4] for line in answers.splitlines()),
        ]

    def ours(self, name: str, kind: str = "A", *options: str) -> list[str]:
        return self.dig(name, kind, *options, port=5354)

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(timeout=30)
        self.holder.kill()
        self.holder.communicate()


def until(holds: Callable[[], object], seconds: float = 20) -> None:
    """Wait until something holds; whoever waits longer has found a bug."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    # Not among pytest's own folders: Postfix and rbldnsd work there as users who may not enter them.
    with TemporaryDirectory(prefix="pforte-dnsbl-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "resolv.conf").write_text("nameserver 127.0.0.1\n")
        enter = f"ip link set lo up && mount --bind {folder}/resolv.conf /etc/resolv.conf && echo && exec sleep 3600"
        holder = subprocess.Popen(["unshare", "-n", "-m", "sh", "-c", enter], stdout=subprocess.PIPE)
        assert holder.stdout is not None
        holder.stdout.readline()
        made = House(folder, holder)
        try:
            (folder / "pforte.toml").write_text(
                SETTINGS.format(folder=folder, guide=snippet("## Switch it on"))
            )
            made.start(sys.executable, "-m", "pforte", "--config", str(folder / "pforte.toml"), "serve")
            until(lambda: serves(made, 5354))
            for network in (BANNED, PREFIX, SIX):
                made.pforte("ban", network, "--for", "1h", "--reason", "test")
            yield made
        finally:
            made.stop()


def serves(house: House, port: int) -> bool:
    """Say whether a name server has come up at a port and lists the test entry."""
    try:
        return house.dig(f"2.0.0.127.{ZONE}", port=port) == ["NOERROR", "127.0.0.2"]
    except subprocess.CalledProcessError:
        return False


@pytest.fixture(scope="module")
def resolver(house: House) -> House:
    """An unbound that minimises names strictly, with what the guide tells to write into its configuration."""
    text = UNBOUND.format(folder=house.folder, modules="iterator") + snippet("## Let your resolver ask it")
    (house.folder / "unbound.conf").write_text(text)
    house.start("unbound", "-d", "-c", str(house.folder / "unbound.conf"))
    until(lambda: serves(house, 53))
    return house


@pytest.mark.parametrize("transport", ["+notcp", "+tcp"])
def test_dig_hears_ban_and_lift_at_once(house: House, transport: str) -> None:
    """Within a second on one machine: that is what a decision promises."""
    name = f"9.113.0.203.{ZONE}"
    assert house.ours(name, "A", transport) == ["NXDOMAIN"]
    for act, said in (
        (("ban", "203.0.113.9", "--for", "1h"), ["NOERROR", "127.0.0.2"]),
        (("lift", "203.0.113.9"), ["NXDOMAIN"]),
    ):
        house.pforte(*act, "--reason", "test")
        until(lambda said=said: house.ours(name, "A", transport) == said, seconds=1)  # type: ignore[misc]


def test_dig_hears_why(house: House) -> None:
    status, text = house.ours(f"77.2.0.192.{ZONE}", "TXT")
    assert status == "NOERROR"
    assert re.fullmatch(
        r'"The operator has shut out this network by hand\. Shut out until [-0-9T:]+Z, reference (PF-[-0-9A-Z]+)\. '
        r'https://example\.net/bans/\1"',
        text,
    )


def test_dig_is_refused_a_transfer_and_other_names(house: House) -> None:
    for kind in ("AXFR", "IXFR=1"):
        assert "; Transfer failed." in house.run("dig", "@127.0.0.1", "-p", "5354", "+tcp", ZONE, kind)
    assert house.ours("www.example.net") == ["REFUSED"]
    assert house.ours(ZONE, "SOA", "+opcode=NOTIFY") == ["NOTIMP"]


def test_the_oddities_of_dig(house: House) -> None:
    """Cookies, padding, a later version, no EDNS, other flags: the address stays listed."""
    name = f"77.2.0.192.{ZONE}"
    for options in (
        ["+cookie"],
        ["+padding=468"],
        ["+noedns"],
        ["+dnssec"],
        ["+bufsize=512"],
        ["+cdflag", "+adflag"],
        ["+subnet=192.0.2.0/24"],
    ):
        assert house.ours(name, "A", *options) == ["NOERROR", "127.0.0.2"]
    assert house.ours(name, "A", "+edns=1", "+noednsnegotiation") == ["BADVERS"]
    assert house.ours(name, "A", "+header-only") == ["FORMERR"]


def test_a_resolver_that_asks_label_by_label_finds_every_entry(resolver: House) -> None:
    """It believes that nothing is below a name that does not exist (RFC 8020), as rbldnsd's users found out."""
    free = [
        f"78.2.0.192.{ZONE}",
        f"1.101.51.198.{ZONE}",
        f"1.0.0.127.{ZONE}",
        f"1.0.0.2.{ZONE}",
        f"{backwards('2001:db8:0:8::1')}.{ZONE}",
    ]
    for name in free:
        assert resolver.dig(name)[1:] == []
    for name in (f"2.0.0.127.{ZONE}", f"{backwards('::ffff:7f00:2')}.{ZONE}", f"77.2.0.192.{ZONE}", f"200.100.51.198.{ZONE}",
                 f"{backwards('2001:db8:0:7::25')}.{ZONE}"):  # fmt: skip
        assert resolver.dig(name) == ["NOERROR", "127.0.0.2"]
    assert resolver.dig(f"2.0.0.127.spam.{ZONE}") == ["NOERROR", "127.0.0.2"]
    assert resolver.dig(f"77.2.0.192.spam.{ZONE}") == ["NXDOMAIN"]


def backwards(text: str) -> str:
    packed = socket.inet_pton(socket.AF_INET6, text).hex()
    return ".".join(reversed(packed))


@pytest.fixture(scope="module")
def postfix(resolver: House) -> House:
    folder = resolver.folder
    for name in ("etc", "spool", "data"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    guide = snippet("## Postfix") + snippet("postscreen asks before")
    (folder / "etc" / "main.cf").write_text(MAIN.format(folder=folder, programs=PROGRAMS, guide=guide))
    (folder / "etc" / "master.cf").write_text(MASTER)
    resolver.start("postfix", "-c", str(folder / "etc"), "start-fg")
    until(lambda: "220" in talk(resolver, 2525))
    return resolver


def talk(house: House, port: int, *lines: str) -> str:
    """Speak to a port inside the namespace, a line a time, and return what was answered."""
    script = (
        "import socket, sys\n"
        "with socket.create_connection(('127.0.0.1', int(sys.argv[1])), timeout=20) as c:\n"
        "    f = c.makefile('rw', newline='')\n"
        "    for line in sys.argv[2:]:\n"
        "        if not line.startswith('PROXY'):\n"
        "            said = f.readline()\n"
        "            while said[3:4] == '-':\n"
        "                said = f.readline()\n"
        "            print(said.rstrip())\n"
        "        f.write(line + '\\r\\n'); f.flush()\n"
        "    print(f.readline().rstrip())\n"
    )
    command = house.inside(sys.executable, "-c", script, str(port), *lines)
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stdout


@needs_postfix
@pytest.mark.parametrize(
    ("client", "refused"),
    [(BANNED, True), ("198.51.100.3", True), ("IPV6:2001:db8:0:7::9", True), (FREE, False)],
)
def test_postfix_refuses_who_is_listed_and_says_why(postfix: House, client: str, refused: bool) -> None:  # noqa: FBT001  a case
    said = talk(
        postfix, 2525, "EHLO a.example.org", f"XCLIENT ADDR={client} NAME=[UNAVAILABLE]", "EHLO a.example.org",
        "MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>",
    ).splitlines()[-1]  # fmt: skip
    if not refused:
        assert said.startswith("250 ")
        return
    assert said.startswith("554 5.7.1 Service unavailable; Client host [")
    assert f"blocked using {ZONE}; The operator has shut out this network by hand. Shut out until " in said
    assert "https://example.net/bans/PF-" in said


@needs_postfix
@pytest.mark.parametrize(("client", "refused"), [(BANNED, True), (FREE, False)])
def test_postscreen_refuses_who_is_listed(postfix: House, client: str, refused: bool) -> None:  # noqa: FBT001  a case
    said = talk(
        postfix, 2526, f"PROXY TCP4 {client} 192.0.2.1 40000 25", "EHLO a.example.org", "MAIL FROM:<a@example.org>",
        "RCPT TO:<b@example.net>",
    ).splitlines()[-1]  # fmt: skip
    if refused:
        assert said.startswith(f"550 5.7.1 Service unavailable; client [{client}] blocked using {ZONE}")
    else:
        assert said.startswith("250 ")


def test_rbldnsd_says_the_same(house: House) -> None:
    until(lambda: BANNED in (house.folder / "files" / "rbldnsd.combined").read_text())
    command = snippet('kinds = ["rbldnsd"]\n```').replace("203.0.113.54/53", "127.0.0.1/5355").split()
    here = {"/var/lib/pforte/files": str(house.folder / "files"), "rbldns:pforte": "rbldns:rbldns"}
    for written, mine in here.items():
        command = [word.replace(written, mine) for word in command]
    house.start(command[0], "-n", "-w", str(house.folder), *command[1:])
    until(lambda: serves(house, 5355))
    for name in (f"77.2.0.192.{ZONE}", f"9.100.51.198.{ZONE}", f"{backwards('2001:db8:0:7::25')}.{ZONE}", f"78.2.0.192.{ZONE}",
                 f"2.0.0.127.spam.{ZONE}", f"77.2.0.192.spam.{ZONE}", f"{backwards('::ffff:7f00:2')}.{ZONE}"):  # fmt: skip
        for kind in ("A", "TXT"):
            assert house.dig(name, kind, port=5355) == house.ours(name, kind)
    assert house.dig(ZONE, "NS", port=5355) == house.ours(ZONE, "NS")


NAMES = """\
@ 60 IN SOA ns. h. 1 1 1 1 1
@ NS ns.
banned 60 A 192.0.2.77
prefix 60 A 198.51.100.9
six 60 AAAA 2001:db8:0:7::25
free 60 A 192.0.2.78
"""


def test_a_resolver_goes_by_the_policy_zones(house: House) -> None:
    folder = house.folder
    until(lambda: "32.77.2.0.192" in (folder / "files" / "rpz-client.zone").read_text())
    policy = snippet("**Response policy zones**").replace("/var/lib/pforte/files", str(folder / "files"))
    modules = re.search(r'module-config: "(.*) validator iterator"', policy)
    assert modules
    answers = policy[policy.index("rpz:") :]
    askers = answers.replace("pforte.rpz.", "clients.rpz.").replace("rpz.zone", "rpz-client.zone")
    (folder / "names.zone").write_text(NAMES)
    (folder / "rpz.conf").write_text(
        UNBOUND.format(folder=folder, modules=f"{modules[1]} iterator").replace("127.0.0.1", "127.0.0.1@5356")
        + "    access-control: 0.0.0.0/0 allow\n"
        + answers
        + askers
        + f'auth-zone:\n    name: "names.example"\n    zonefile: "{folder}/names.zone"\n    for-downstream: no\n'
    )
    house.start("unbound", "-d", "-c", str(folder / "rpz.conf"))
    until(lambda: answered(house))
    assert house.dig("free.names.example", port=5356) == ["NOERROR", "192.0.2.78"]
    for name, kind in (("banned", "A"), ("prefix", "A"), ("six", "AAAA")):
        assert house.dig(f"{name}.names.example", kind, port=5356) == ["NXDOMAIN"]
    for client in (FREE, BANNED):
        house.run("ip", "address", "add", client, "dev", "lo")
        asked = (
            "dig",
            "@127.0.0.1",
            "-b",
            client,
            "-p",
            "5356",
            "+tries=1",
            "+time=2",
            "+short",
            "free.names.example",
        )
        heard = subprocess.run(house.inside(*asked), capture_output=True, text=True, check=False).stdout
        assert heard.startswith("192.0.2.78\n") == (client == FREE)


def answered(house: House) -> bool:
    try:
        return house.dig("free.names.example", port=5356)[0] == "NOERROR"
    except subprocess.CalledProcessError:
        return False
