"""A Postfix in a folder of its own, for tests: as many doors as wanted, and mailboxes for whom it takes mail."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

PROGRAMS = Path("/usr/lib/postfix/sbin")
REASON = "needs root and Postfix: apt-get install postfix"

needs_postfix = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("postfix") or not (PROGRAMS / "smtpd").exists(), reason=REASON
)

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
inet_protocols = all
myhostname = mx.example.net
mydestination =
alias_maps =
virtual_mailbox_domains = example.net
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = inline:{{ {{ user@example.net = user/ }}, {{ postmaster@example.net = user/ }} }}
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
smtpd_authorized_xclient_hosts = 127.0.0.1
mynetworks = 127.0.0.0/8
smtpd_recipient_restrictions = reject_unauth_destination
smtpd_peername_lookup = no
local_header_rewrite_clients =
in_flow_delay = 0
"""
MASTER = """\
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
virtual unix - n n - - virtual
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""


def until(holds: Callable[[], object], seconds: float = 20) -> None:
    """Wait until something holds; whoever waits longer has found a bug."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.05)


def free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


class Postfix:
    """A Postfix that can be started and stopped.

    Args:
        folder: empty; every user must be able to enter it.
        doors: for each port the settings of ``main.cf`` that hold at it.
        more: lines of ``main.cf``.
    """

    def __init__(self, folder: Path, doors: Mapping[int, Mapping[str, str]], more: str = "") -> None:
        folder.chmod(0o755)
        self.folder, self.doors = folder, doors
        for name in ("etc", "spool", "data", "mail"):
            (folder / name).mkdir()
        shutil.chown(folder / "data", "postfix")
        shutil.chown(folder / "mail", 65534, 65534)
        (folder / "etc" / "main.cf").write_text(MAIN.format(folder=folder, programs=PROGRAMS) + more)
        (folder / "etc" / "master.cf").write_text(
            "".join(
                f"127.0.0.1:{port} inet n - n - - smtpd\n"
                + "".join(f"  -o {{ {name} = {value} }}\n" for name, value in settings.items())
                for port, settings in doors.items()
            )
            + MASTER
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.folder / "postfix.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["postfix", "-c", str(self.folder / "etc"), "start-fg"],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until(lambda: all(answers(port) for port in self.doors))

    def stop(self) -> None:
        if self._process is not None:
            subprocess.run(
                ["postfix", "-c", str(self.folder / "etc"), "stop"], check=False, capture_output=True
            )
            self._process.wait(timeout=30)
            self._process = None

    def delivered(self) -> list[bytes]:
        """Return every message in the mailbox."""
        return [path.read_bytes() for path in (self.folder / "mail" / "user" / "new").glob("*")]

    def log(self) -> str:
        return (self.folder / "mail.log").read_text()
