"""A real sshd is guessed at, and its port closes to the guesser, by the very settings of the guide."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pforte.clock import SystemClock

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(
        os.geteuid() != 0
        or not all(map(shutil.which, ("ip", "nft", "ssh", "ssh-keygen")))
        or not Path("/usr/sbin/sshd").exists(),
        reason="needs root: apt-get install openssh-server openssh-client nftables libnftables1 iproute2",
    ),
]

HOUSE, GUESSER, PERSON = "10.77.0.1", "10.77.0.66", "10.77.0.10"
SSHD = """\
ListenAddress 10.77.0.1:22
HostKey {folder}/key
PidFile none
UsePAM no
PasswordAuthentication yes
"""
SETTINGS = """\
[service]
state = "{folder}/state"
[exempt]
gateway = false
{guide}
"""
# Tells whether a port answers: with a word, and again when it is asked for one.
KNOCK = """\
import socket, sys
address, port = sys.argv[1], int(sys.argv[2])
with socket.create_connection(("10.77.0.1", port), timeout=5, source_address=(address, 0)) as connection:
    print(connection.recv(4).decode(), flush=True)
    sys.stdin.readline()
    for _ in range(100):
        connection.send(b"x")
        if not connection.recv(100):
            break
"""


def until(holds: Callable[[], object], seconds: float = 30) -> None:
    """Wait until something holds; whoever waits longer has found a bug."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.05)


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


@dataclass
class Street:
    """A house with sshd and Pforte, and a wire to visitors in another namespace."""

    folder: Path
    house: str
    outside: str
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(self, *command: str, stderr: int | None = None) -> "subprocess.Popen[bytes]":
        with (self.folder / "processes.log").open("ab") as log:
            inside = ["ip", "netns", "exec", self.house, *command]
            process = subprocess.Popen(inside, stdout=log, stderr=stderr or log)
        self.processes.append(process)
        return process

    def knock(self, address: str, port: int = 22) -> "subprocess.Popen[str]":
        """Connect and wait; a line lets the visitor speak on."""
        command = ["ip", "netns", "exec", self.outside, sys.executable, "-c", KNOCK, address, str(port)]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)

    def answers(self, address: str, port: int = 22) -> bool:
        return self.knock(address, port).communicate("\n")[0].startswith(("SSH-", "site"))

    def guess(self, name: str) -> None:
        """Try one password for one name, as ssh does."""
        (self.folder / "askpass").write_text("#!/bin/sh\necho letmein\n")
        (self.folder / "askpass").chmod(0o755)
        options = {"StrictHostKeyChecking": "no", "UserKnownHostsFile": "/dev/null", "NumberOfPasswordPrompts": "1"}  # fmt: skip
        options |= {
            "PreferredAuthentications": "password",
            "PubkeyAuthentication": "no",
            "ConnectTimeout": "5",
        }
        given = [part for option, value in options.items() for part in ("-o", f"{option}={value}")]
        command = ["ip", "netns", "exec", self.outside, "ssh", "-F", "none", *given, "-b", GUESSER]
        environment = os.environ | {"SSH_ASKPASS": f"{self.folder}/askpass", "SSH_ASKPASS_REQUIRE": "force"}
        subprocess.run(
            [*command, f"{name}@{HOUSE}", "true"], env=environment, capture_output=True, check=False
        )

    def pforte(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "pforte", "--config", str(self.folder / "pforte.toml"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def write_log(sshd: "subprocess.Popen[bytes]", path: Path) -> None:
    """Write what sshd says into a file, as a syslog daemon does."""
    assert sshd.stderr is not None
    with path.open("a") as log, sshd.stderr as said:
        for line in said:
            moment = SystemClock().now().isoformat()
            log.write(f"{moment} house sshd[{sshd.pid}]: {line.decode().rstrip()}\n")
            log.flush()


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    made = Street(tmp_path, f"pf-sh-{os.getpid()}", f"pf-so-{os.getpid()}")
    try:
        for namespace in (made.house, made.outside):
            ip("netns", "add", namespace)
            ip("-n", namespace, "link", "set", "lo", "up")
        ip("-n", made.house, "link", "add", "w", "type", "veth", "peer", "name", "w", "netns", made.outside)
        for namespace, addresses in ((made.house, [HOUSE]), (made.outside, [GUESSER, PERSON])):
            ip("-n", namespace, "link", "set", "w", "up")
            for address in addresses:
                ip("-n", namespace, "addr", "add", f"{address}/24", "dev", "w")
        auth = tmp_path / "auth.log"
        auth.touch()
        guide = (Path(__file__).parents[2] / "docs" / "guides" / "openssh.md").read_text(encoding="utf-8")
        toml = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)[0].replace("/var/log/auth.log", str(auth))
        (tmp_path / "pforte.toml").write_text(SETTINGS.format(folder=tmp_path, guide=toml))
        key = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key")]
        subprocess.run(key, check=True)
        (tmp_path / "sshd_config").write_text(SSHD.format(folder=tmp_path))
        Path("/run/sshd").mkdir(exist_ok=True)
        settings = str(tmp_path / "sshd_config")
        sshd = made.start("/usr/sbin/sshd", "-D", "-e", "-f", settings, stderr=subprocess.PIPE)
        threading.Thread(target=write_log, args=(sshd, auth)).start()
        site = "import socket\ns = socket.create_server(('10.77.0.1', 80))\nwhile True: s.accept()[0].sendall(b'site')"
        made.start(sys.executable, "-c", site)
        made.start(sys.executable, "-m", "pforte", "serve", "--config", str(tmp_path / "pforte.toml"))
        until(lambda: '"service.ready"' in (tmp_path / "processes.log").read_text())
        until(lambda: made.answers(PERSON) and made.answers(PERSON, 80))
        yield made
    finally:
        for process in reversed(made.processes):
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
        for namespace in (made.house, made.outside):
            subprocess.run(["ip", "netns", "del", namespace], check=False, capture_output=True)


def test_who_guesses_names_finds_the_port_closed(street: Street) -> None:
    standing = street.knock(GUESSER)
    assert standing.stdout is not None
    assert standing.stdout.readline() == "SSH-\n"
    for name in ("oracle", "hadoop", "minecraft"):
        assert street.answers(GUESSER)
        street.guess(name)
    until(lambda: not street.answers(GUESSER))
    assert "visit.ssh-unknown-user" in street.pforte("bans")
    assert "Connection refused" in street.knock(GUESSER).communicate("\n")[1]
    assert "reset by peer" in standing.communicate("\n")[1]
    assert street.answers(GUESSER, 80)
    assert street.answers(PERSON)
    street.pforte("lift", GUESSER, "--reason", "test")
    until(lambda: street.answers(GUESSER))
