"""A real Postfix asks the gate: it refuses who is banned, by each of the three ways, and takes the others' mail."""

import os
import re
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

PROGRAMS = Path("/usr/lib/postfix/sbin")

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(
        os.geteuid() != 0 or not shutil.which("postfix") or not (PROGRAMS / "smtpd").exists(),
        reason="needs root and Postfix: apt-get install postfix",
    ),
]

BANNED, FREE = "192.0.2.77", "198.51.100.7"
SIX, SIX_FREE = "2001:db8:0:7::25", "2001:db8:0:8::25"
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
mydestination = example.net
local_recipient_maps =
alias_maps =
local_transport = discard:
smtpd_authorized_xclient_hosts = 127.0.0.1
mynetworks = 127.0.0.0/8
smtpd_recipient_restrictions = reject_unauth_destination
smtpd_peername_lookup = no
"""
MASTER = """\
127.0.0.1:{policy} inet n - n - 1 smtpd
  -o {{ {by_policy} }}
127.0.0.1:{stages} inet n - n - - smtpd
  -o smtpd_delay_reject=no
  -o smtpd_client_restrictions=check_policy_service,{gate_asked}
  -o smtpd_data_restrictions=check_policy_service,{gate_asked}
  -o smtpd_end_of_data_restrictions=check_policy_service,{gate_asked}
127.0.0.1:{socketmap} inet n - n - - smtpd
  -o {{ {by_table} }}
127.0.0.1:{cidr} inet n - n - - smtpd
  -o {{ {by_file} }}
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
anvil unix - - n - 1 anvil
discard unix - - n - - discard
postlog unix-dgram n - n - 1 postlogd
"""
SETTINGS = """\
[service]
state = "{folder}/state"
[gate.postfix]
enabled = true
listen = "{gate_place}"
socketmap = "{table_place}"
[gate.files]
enabled = true
folder = "{folder}/files"
kinds = ["postfix"]
"""


@dataclass
class House:
    """A Postfix with one door for each way to ask, and the service behind it."""

    folder: Path
    ports: dict[str, int]

    def pforte(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "pforte", "--config", str(self.folder / "pforte.toml"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def connect(self, door: str, client: str) -> smtplib.SMTP:
        """Begin a session that Postfix takes for one of ``client``."""
        session = smtplib.SMTP("127.0.0.1", self.ports[door], timeout=20)
        session.ehlo()
        prefix = "IPV6:" if ":" in client else ""
        code, text = session.docmd("XCLIENT", f"ADDR={prefix}{client} NAME=[UNAVAILABLE]")
        assert code in (220, 554), text
        session.ehlo("client.example.org")
        return session

    def answer(self, door: str, client: str, recipient: str = "user@example.net") -> tuple[int, str]:
        """Return what a client hears to RCPT."""
        with self.connect(door, client) as session:
            session.mail("sender@example.org")
            code, text = session.rcpt(recipient)
            return code, text.decode()

    def send(self, door: str, client: str, recipient: str) -> None:
        with self.connect(door, client) as session:
            session.sendmail("sender@example.org", recipient, "Subject: x\r\n\r\nhello\r\n")

    def read_files_again(self) -> None:
        """Let Postfix read the file after the ban has come into it."""
        until(lambda: BANNED in (self.folder / "files" / "postfix.cidr").read_text())
        subprocess.run(["postfix", "-c", str(self.folder / "etc"), "reload"], check=True, capture_output=True)
        until(lambda: answers(self.ports["cidr"]))

    def questioners(self) -> set[str]:
        """Return the client side's address of every connection to the policy service that stands now."""
        wanted, found = f":{self.ports['gate']:04X}", set()
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, ours, theirs, state, *_ = line.split()
            if theirs.endswith(wanted) and state == "01":
                found.add(ours)
        return found


def snippets(places: dict[str, str], folder: Path) -> dict[str, str]:
    """Return what the guide tells to write into main.cf, with the places of this house."""
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "postfix.md").read_text()
    found = re.findall(r"```\n# main.cf\n(.*?)```", guide, re.DOTALL)
    mine = {
        "inet:127.0.0.1:10040": places["gate"],
        "inet:127.0.0.1:10041": places["table"],
        "/var/lib/pforte": str(folder),
    }
    for written, here in mine.items():
        found = [text.replace(written, here) for text in found]
    return dict(
        zip(("by_policy", "by_table", "by_file"), (" ".join(text.split()) for text in found), strict=True)
    )


def _asked(places: dict[str, str], folder: Path) -> dict[str, str]:
    """Return what Postfix's configuration says of places, as it writes them itself."""
    asked = {name: place if place.startswith("unix:") else f"inet:{place}" for name, place in places.items()}
    return {"gate_asked": asked["gate"], **snippets(asked, folder)}


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


@pytest.fixture(scope="module")
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    # Not among pytest's own folders: Postfix works there as a user who may not enter them.
    with TemporaryDirectory(prefix="pforte-postfix-") as folder:
        yield from _open_house(Path(folder), at_sockets=getattr(request, "param", "") == "unix")


def _open_house(folder: Path, *, at_sockets: bool) -> Iterator[House]:
    folder.chmod(0o755)
    doors = ("policy", "stages", "socketmap", "cidr", "gate", "table")
    made = House(folder, dict(zip(doors, free_ports(len(doors)), strict=True)))
    for name in ("etc", "spool", "data"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    places = {name: f"127.0.0.1:{made.ports[name]}" for name in ("gate", "table")}
    if at_sockets:
        # As the guide says: the folder belongs to us, and to Postfix's group.
        (folder / "sockets").mkdir()
        shutil.chown(folder / "sockets", group="postfix")
        (folder / "sockets").chmod(0o2750)
        places = {name: f"unix:{folder}/sockets/{name}" for name in places}
    (folder / "etc" / "main.cf").write_text(MAIN.format(folder=folder, programs=PROGRAMS))
    (folder / "etc" / "master.cf").write_text(
        MASTER.format(folder=folder, **made.ports, **_asked(places, folder))
    )
    (folder / "pforte.toml").write_text(
        SETTINGS.format(folder=folder, gate_place=places["gate"], table_place=places["table"])
    )
    processes = []
    try:
        serve = [sys.executable, "-m", "pforte", "--config", str(folder / "pforte.toml"), "serve"]
        log = (folder / "pforte.log").open("wb")
        processes.append(subprocess.Popen(serve, stdout=log, stderr=log))
        log.close()
        until(lambda: "service.ready" in (folder / "pforte.log").read_text())
        until((folder / "files" / "postfix.cidr").exists)
        postfix = ["postfix", "-c", str(folder / "etc"), "start-fg"]
        log = (folder / "postfix.log").open("wb")
        processes.append(subprocess.Popen(postfix, stdout=log, stderr=log, start_new_session=True))
        log.close()
        until(lambda: answers(made.ports["policy"]))
        yield made
    finally:
        if len(processes) == 2:
            subprocess.run(["postfix", "-c", str(folder / "etc"), "stop"], check=False, capture_output=True)
        processes[0].send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(timeout=30)


@pytest.fixture(autouse=True)
def everybody_free(house: House) -> Iterator[None]:
    yield
    for network in (BANNED, SIX):
        subprocess.run(
            [sys.executable, "-m", "pforte", "--config", str(house.folder / "pforte.toml"), "lift", network, "--reason", "x"],
            check=False,
            capture_output=True,
        )  # fmt: skip


@pytest.mark.parametrize("door", ["policy", "socketmap"])
@pytest.mark.parametrize(("banned", "free"), [(BANNED, FREE), (SIX, SIX_FREE)])
def test_a_ban_refuses_and_a_lift_opens(house: House, door: str, banned: str, free: str) -> None:
    assert house.answer(door, banned)[0] == 250
    house.pforte("ban", banned, "--for", "1h", "--reason", "test")
    until(lambda: house.answer(door, banned)[0] == 554)
    code, text = house.answer(door, banned)
    assert code == 554
    assert text.startswith("5.7.1 ")
    assert "Refused until 20" in text
    assert "reference PF-" in text
    assert house.answer(door, free)[0] == 250
    house.pforte("lift", banned, "--reason", "test")
    until(lambda: house.answer(door, banned)[0] == 250)


@pytest.mark.parametrize("door", ["policy", "socketmap", "stages", "cidr"])
def test_postmaster_and_abuse_stay_reachable(house: House, door: str) -> None:
    """RFC 5321 s4.5.1: whoever was banned by mistake can still say so."""
    house.pforte("ban", BANNED, "--for", "1h", "--reason", "test")
    if door == "cidr":
        house.read_files_again()
    if door != "stages":
        until(lambda: house.answer(door, BANNED)[0] == 554)
    for recipient in ("postmaster@example.net", "Postmaster", "abuse@example.net"):
        if door in ("socketmap", "cidr") and "@" not in recipient:
            continue  # a table of Postfix knows no recipient without a domain
        house.send(door, BANNED, recipient)


def test_a_panic_lets_everybody_in_until_its_end(house: House) -> None:
    house.pforte("ban", BANNED, "--for", "1h", "--reason", "test")
    until(lambda: house.answer("policy", BANNED)[0] == 554)
    house.pforte("panic", "--reason", "test")
    try:
        assert [house.answer(door, BANNED)[0] for door in ("policy", "socketmap")] == [250, 250]
    finally:
        house.pforte("panic", "--end")
    until(lambda: house.answer("policy", BANNED)[0] == 554)


def test_mail_of_others_goes_through_every_stage(house: House) -> None:
    house.pforte("ban", BANNED, "--for", "1h", "--reason", "test")
    until(lambda: house.answer("policy", BANNED)[0] == 554)
    house.send("stages", FREE, "user@example.net")
    with pytest.raises(smtplib.SMTPResponseException) as refused:
        house.send("stages", BANNED, "user@example.net")
    assert refused.value.smtp_code == 554
    assert b"PF-" in refused.value.smtp_error


def test_the_file_refuses_after_it_was_read_again(house: House) -> None:
    house.pforte("ban", BANNED, "--for", "1h", "--reason", "test")
    house.read_files_again()
    until(lambda: house.answer("cidr", BANNED)[0] == 554)
    assert house.answer("cidr", FREE)[0] == 250


@pytest.mark.parametrize("house", ["unix"], indirect=True)
@pytest.mark.parametrize("door", ["policy", "socketmap"])
def test_postfix_asks_at_a_unix_socket(house: House, door: str) -> None:
    house.pforte("ban", BANNED, "--for", "1h", "--reason", "test")
    until(lambda: house.answer(door, BANNED)[0] == 554)
    assert house.answer(door, FREE)[0] == 250
    house.pforte("lift", BANNED, "--reason", "test")
    until(lambda: house.answer(door, BANNED)[0] == 250)


def test_one_connection_carries_the_questions_of_many_sessions(house: House) -> None:
    for _ in range(3):
        assert house.answer("policy", FREE)[0] == 250
    before = house.questioners()
    for _ in range(5):
        assert house.answer("policy", FREE)[0] == 250
    assert before
    assert before == house.questioners()
