"""A real Exim with Debian's configuration refuses who is banned, by the very lines of the guide."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

EXIM = Path("/opt/pforte-peers/exim")
"""Exim is only unpacked: as a package it would take the place of Postfix."""

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(
        os.geteuid() != 0 or not (EXIM / "usr/sbin/exim4").exists() or not shutil.which("unshare"),
        reason="needs root and Exim: run tests/system/packages.sh",
    ),
]

GUIDE = (Path(__file__).parents[2] / "docs" / "guides" / "exim.md").read_text(encoding="utf-8")
BANNED, FREE, SIX = "192.0.2.77", "198.51.100.7", "2001:db8:0:7::25"
USER, POSTMASTER, ABUSE = "user@example.net", "postmaster@example.net", "abuse@example.net"
ANSWERS_OF_DEBCONF = """\
dc_eximconfig_configtype='internet'
dc_other_hostnames='example.net'
dc_local_interfaces='127.0.0.1'
dc_relay_nets='198.51.100.99'
dc_minimaldns='false'
dc_use_split_config='{split}'
dc_localdelivery='mail_spool'
CFILEMODE='644'
"""
ENTER = """\
ip link set lo up && mount -t overlay overlay -o lowerdir={exim}/usr:/usr /usr \\
    && mount -t overlay overlay -o lowerdir={folder}/etc:/etc /etc && mount --bind {folder}/exim4 /etc/exim4 \\
    && echo && exec sleep 3600
"""
"""Makes a machine on which Exim is installed, of this one."""
MACROS = ("exim4.conf.localmacros", "conf.d/main/000_localmacros")
"""Where Debian has macros of one's own: in a configuration of one file, and in one of many."""
SETTINGS = """\
[service]
state = "{folder}/state"
[exempt]
own = false
gateway = false
resolvers = false
[gate.postfix]
enabled = true
[gate.dnsbl]
enabled = true
listen = "127.0.0.1:53"
zone = "dnsbl.example.net"
servers = ["ns.example.net"]
mailbox = "hostmaster.example.net"
"""


def snippets() -> list[str]:
    """Return the ACLs of the guide: by the policy service, and by the block list."""
    return re.findall(r"```exim\n(.*?)```", GUIDE, re.DOTALL)


def until(holds: Callable[[], object], seconds: float = 20) -> None:
    """Wait until something holds; whoever waits longer has found a bug."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.05)


@dataclass
class House:
    """A namespace with the service and the configuration of an Exim."""

    folder: Path
    holder: "subprocess.Popen[bytes]"
    service: "subprocess.Popen[bytes] | None" = None

    def inside(self, *command: str) -> list[str]:
        return ["nsenter", "-t", str(self.holder.pid), "-n", "-m", *command]

    def pforte(self, *arguments: str) -> list[str]:
        return self.inside(
            sys.executable, "-m", "pforte", "--config", str(self.folder / "pforte.toml"), *arguments
        )

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

    def configure(self, acl: str, macros: str) -> None:
        """Set Exim up as Debian does, with an ACL of the guide and the macro in one of the two files."""
        (macro,) = re.findall(r"```\n(CHECK_RCPT_LOCAL_ACL_FILE.*?)```", GUIDE, re.DOTALL)
        assert f"/etc/exim4/{macros}" in GUIDE
        for file in MACROS:
            (self.folder / "exim4" / file).unlink(missing_ok=True)
        (self.folder / "exim4" / macros).write_text(macro)
        (self.folder / "exim4" / "pforte.acl").write_text(acl)
        split = str(macros.startswith("conf.d/")).lower()
        (self.folder / "exim4" / "update-exim4.conf.conf").write_text(ANSWERS_OF_DEBCONF.format(split=split))
        made = self.folder / "exim.conf"
        made.unlink(missing_ok=True)
        subprocess.run(
            self.inside("update-exim4.conf", "-o", str(made)), check=True, capture_output=True, cwd="/"
        )
        own = f"spool_directory = {self.folder}/spool\nlog_file_path = {self.folder}/spool/%slog\n"
        text = re.sub(r"(?m)^(spool_directory|log_file_path).*\n", "", made.read_text())
        made.write_text(text.replace("\nbegin acl", f"\n{own}begin acl", 1))

    def answers(self, client: str, *recipients: str) -> list[str]:
        """Return what a client hears to each RCPT."""
        lines = ["EHLO client.example.org", "MAIL FROM:<sender@example.net>"]
        lines += [f"RCPT TO:<{recipient}>" for recipient in recipients]
        said = subprocess.run(
            self.inside("exim4", "-C", str(self.folder / "exim.conf"), "-bh", client),
            input="\r\n".join([*lines, "QUIT", ""]).encode(),
            capture_output=True,
            check=False,
        )
        heard = re.findall(r"(?m)^(?:\d{3}-.*\n)*\d{3} .*$", said.stdout.decode())
        assert len(heard) == 4 + len(recipients), said.stdout.decode() + said.stderr.decode()
        return heard[3:-1]


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with TemporaryDirectory(prefix="pforte-exim-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "spool").mkdir()
        shutil.chown(folder / "spool", "Debian-exim")
        shutil.copytree(EXIM / "etc" / "exim4", folder / "exim4")
        (folder / "etc" / "exim4").mkdir(parents=True)
        (folder / "etc" / "mailname").write_text("example.net\n")
        (folder / "etc" / "aliases").write_text("user: nobody\nabuse: nobody\n")
        (folder / "etc" / "resolv.conf").write_text("nameserver 127.0.0.1\n")
        (folder / "pforte.toml").write_text(SETTINGS.format(folder=folder))
        enter = ENTER.format(exim=EXIM, folder=folder)
        holder = subprocess.Popen(["unshare", "-n", "-m", "sh", "-c", enter], stdout=subprocess.PIPE)
        assert holder.stdout is not None
        holder.stdout.readline()
        made = House(folder, holder)
        try:
            made.serve()
            yield made
        finally:
            made.end_service()
            holder.kill()
            holder.communicate()


@pytest.fixture(params=["policy service", "block list"])
def way(request: pytest.FixtureRequest, house: House) -> str:
    house.configure(*list(zip(snippets(), MACROS, strict=True))[request.param == "block list"])
    return str(request.param)


def test_a_ban_refuses_and_a_lift_opens(house: House, way: str) -> None:
    for client in (BANNED, SIX):
        assert house.answers(client, USER)[0].startswith("250 ")
        house.decide("ban", client, "--for", "1h")
        until(lambda client=client: not house.answers(client, USER)[0].startswith("250 "))
        (heard,) = house.answers(client, USER)
        assert heard.startswith("554-5.7.1 Refused until 20" if way == "policy service" else "550")
        assert re.search(r"reference PF-\w{4}-\w{4}", heard)
        assert house.answers(FREE, USER)[0].startswith("250 ")
        house.decide("lift", client)
        until(lambda client=client: house.answers(client, USER)[0].startswith("250 "))


def test_postmaster_stays_reachable(house: House, way: str) -> None:
    house.decide("ban", BANNED, "--for", "1h")
    try:
        until(lambda: not house.answers(BANNED, USER)[0].startswith("250 "))
        assert house.answers(BANNED, POSTMASTER)[0].startswith("250 ")
        assert house.answers(BANNED, ABUSE)[0].startswith("250 ") == (way == "policy service")
        assert house.answers(BANNED, '"a\\"}$b"@example.net')[0].startswith("5")  # means nothing to Exim
    finally:
        house.decide("lift", BANNED)


def test_mail_comes_in_while_the_service_does_not_run(house: House, way: str) -> None:
    house.decide("ban", BANNED, "--for", "1h")
    house.end_service()
    assert way
    assert house.answers(BANNED, USER)[0].startswith("250 ")
    house.serve()
    until(lambda: not house.answers(BANNED, USER)[0].startswith("250 "))
    house.decide("lift", BANNED)
