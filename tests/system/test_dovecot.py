"""A real Dovecot asks about each log-in, by the very lines of the guide."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(
        os.geteuid() != 0 or not shutil.which("dovecot") or not Path("/usr/lib/dovecot/imap-login").exists(),
        reason="needs root and Dovecot: apt-get install dovecot-imapd",
    ),
]

BANNED, FREE, SIX = "192.0.2.77", "198.51.100.7", "2001:db8:0:7::25"
DOVECOT = """\
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
mail_location = maildir:{folder}/mail/%u
# Stands in for users from many places.
login_trusted_networks = 127.0.0.0/8
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
# No pauses for addresses that fail often.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail/%u
}}
{guide}
"""
SETTINGS = """\
[service]
state = "{folder}/state"
[exempt]
own = false
gateway = false
resolvers = false
{guide}
"""


def snippet(language: str, ports: dict[str, int]) -> str:
    """Return a block of the guide, with the port of this house."""
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "dovecot.md").read_text(encoding="utf-8")
    (found,) = re.findall(rf"```{language}\n(.*?)```", guide, re.DOTALL)
    return str(found).replace(":8081", f":{ports['http']}")


def until(holds: Callable[[], object], seconds: float = 20) -> None:
    """Wait until something holds; whoever waits longer has found a bug."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.05)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@dataclass
class House:
    """A Dovecot, and the service behind it."""

    folder: Path
    imap: int
    service: "subprocess.Popen[bytes] | None" = None

    def pforte(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "pforte", "--config", str(self.folder / "pforte.toml"), *arguments]

    def decide(self, *arguments: str) -> None:
        subprocess.run(self.pforte(*arguments, "--reason", "test"), check=True, capture_output=True)

    def serve(self) -> None:
        out = self.folder / "pforte.out"
        before = out.read_text().count('"service.ready"') if out.exists() else 0
        with out.open("ab") as log:
            self.service = subprocess.Popen(self.pforte("serve"), stdout=log, stderr=log)
        until(lambda: out.read_text().count('"service.ready"') > before)

    def end_service(self) -> None:
        if self.service is not None:
            self.service.send_signal(signal.SIGTERM)
            self.service.wait(30)
            self.service = None

    def log_in(self, address: str, password: str = "secret") -> str:
        """Return what a user hears from IMAP, or "" where Dovecot does not serve yet."""
        try:
            with socket.create_connection(("127.0.0.1", self.imap), timeout=20) as connection:
                line = f'a ID ("x-originating-ip" "{address}")\r\nb LOGIN jane {password}\r\n'
                connection.sendall(line.encode())
                heard = b""
                while b"\nb " not in heard or not heard.endswith(b"\n"):
                    piece = connection.recv(4096)
                    if not piece:
                        break
                    heard += piece
        except OSError:
            return ""
        return heard.rpartition(b"\nb ")[2].decode().rstrip()

    def log_in_for_mail(self, address: str) -> str:
        """Return what a mail server hears that logs users in by Dovecot."""
        asked = ["doveadm", "-c", str(self.folder / "dovecot.conf"), "auth", "test", "-x", f"rip={address}"]
        asked += ["-x", "service=smtp", "jane", "secret"]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    # Not among pytest's own folders: Dovecot works there as users who may not enter them.
    with TemporaryDirectory(prefix="pforte-dovecot-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "mail").mkdir()
        shutil.chown(folder / "mail", "nobody")
        ports = {"imap": free_port(), "http": free_port()}
        listen = f'enabled = true\nlisten = "127.0.0.1:{ports["http"]}"'
        toml = snippet("toml", ports).replace("enabled = true", listen)
        (folder / "pforte.toml").write_text(SETTINGS.format(folder=folder, guide=toml))
        own = DOVECOT.format(folder=folder, guide=snippet("dovecot", ports), **ports)
        (folder / "dovecot.conf").write_text(own)
        made = House(folder, ports["imap"])
        dovecot = subprocess.Popen(["dovecot", "-F", "-c", str(folder / "dovecot.conf")])
        try:
            made.serve()
            until(lambda: made.log_in(FREE).startswith("OK "))
            yield made
        finally:
            dovecot.send_signal(signal.SIGTERM)
            dovecot.wait(30)
            made.end_service()


@pytest.mark.parametrize("address", [BANNED, SIX])
def test_a_ban_refuses_and_a_lift_opens(house: House, address: str) -> None:
    assert house.log_in(address).startswith("OK ")
    house.decide("ban", address, "--for", "1h")
    until(lambda: not house.log_in(address).startswith("OK "))
    refused = house.log_in(address)
    assert re.match(r"NO \[ALERT\] Refused until 20\S+, reference PF-\w{4}-\w{4}: ", refused)
    assert refused.endswith(" abuse@example.org")
    assert house.log_in(address, "wrong") == refused  # nobody learns whether the password was right
    for_mail = house.log_in_for_mail(address)
    assert "auth failed" in for_mail
    assert "reason=Refused until 20" in for_mail
    assert "auth succeeded" in house.log_in_for_mail(FREE)
    assert house.log_in(FREE).startswith("OK ")
    assert house.log_in(FREE, "wrong").startswith("NO [AUTHENTICATIONFAILED]")
    house.decide("lift", address)
    until(lambda: house.log_in(address).startswith("OK "))


def test_users_log_in_while_the_service_does_not_run(house: House) -> None:
    house.decide("ban", BANNED, "--for", "1h")
    until(lambda: house.log_in(BANNED).startswith("NO "))
    house.end_service()
    assert house.log_in(BANNED).startswith("OK ")
    house.serve()
    until(lambda: house.log_in(BANNED).startswith("NO "))
    house.decide("lift", BANNED)
