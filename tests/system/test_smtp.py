"""The SMTP front between real clients (swaks, smtplib) and a real Postfix, an LMTP server or the disk."""

import random
import re
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from lmtp_sink import Sink
from mail_server import Postfix, answers, free_ports, needs_postfix, until

from pforte.mail.checks import CHECKS

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(not shutil.which("swaks"), reason="needs swaks: apt-get install swaks"),
]

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "smtp.md"
KILLS = 15
JUDGED = ("mail.line-ends", "mail.nul")
CLIENT = "127.0.0.7"
SETTINGS = """\
[service]
state = "{folder}/state"
[gate.smtp]
enabled = true
listen = ["127.0.0.1:{port}"]
greeting_delay = "0s"
{more}
[mail]
watch = "{watch}"
domains = ["example.net"]
host = "mx.example.net"
exempt_networks = [{exempt}]
[mail.rates]
connections = 0
at_once = 0
messages = 0
[dns]
servers = ["127.0.0.1"]
port = {silent}
timeout = "100ms"
"""


class Front:
    """A service with the SMTP front; by itself the policy spares the clients of these tests."""

    def __init__(
        self, folder: Path, more: str = "", *, watch: str = "0s", exempt: str = '"127.0.0.0/8"'
    ) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.port, silent = free_ports(2)
        self._config = folder / "pforte.toml"
        self._config.write_text(
            SETTINGS.format(
                folder=folder, port=self.port, silent=silent, more=more, watch=watch, exempt=exempt
            )
        )
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        with (self.folder / "service.log").open("ab") as log:
            command = [sys.executable, "-m", "pforte", "--config", str(self._config), "serve"]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        until(lambda: answers(self.port), 60)

    def end(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(timeout=30)

    def swaks(self, *arguments: str) -> str:
        command = ["swaks", "--server", f"127.0.0.1:{self.port}", "--local-interface", CLIENT, "--helo", "client.example.org", *arguments]  # fmt: skip
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stdout

    def send(self, *recipients: str, more: str = "") -> tuple[int, bytes]:
        """Send a mail; return the last reply."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=60, local_hostname="client.example.org") as session:
            session.ehlo()
            session.mail("anna@example.org")
            for recipient in recipients:
                reply = session.rcpt(recipient)
                if reply[0] != 250:
                    return reply
            return session.data(
                f"From: anna@example.org\r\nDate: Sun, 1 Mar 2026 12:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n\r\n{more}\r\n"
            )

    def say(self, octets: bytes) -> bytes:
        """Say octets behind the envelope of a mail and DATA; return all that is heard until the end."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as raw:
            heard = raw.makefile("rb")
            for line in (
                b"",
                b"HELO client.example.org",
                b"MAIL FROM:<anna@example.org>",
                b"RCPT TO:<user@example.net>",
                b"DATA",
            ):
                if line:
                    raw.sendall(line + b"\r\n")
                assert heard.readline()[:1] in b"23"
            raw.sendall(octets)
            raw.shutdown(socket.SHUT_WR)
            return heard.read()


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not among pytest's own folders: Postfix works there as a user who may not enter them.
    with TemporaryDirectory(prefix="pforte-smtp-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def opened(folder: Path, ports: list[int]) -> Postfix:
    """Start a Postfix as the guide sets it up at the first port; at the second it knows XFORWARD only."""
    (master,) = re.findall(r"```\n# master.cf\n127.0.0.1:10025.*?\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    guided = dict(re.findall(r"-o (\S+)=(\S+)", master))
    assert "smtpd_authorized_xclient_hosts" in guided
    forward = {**guided, "smtpd_authorized_xclient_hosts": "", "smtpd_authorized_xforward_hosts": "127.0.0.1"}
    (folder / "postfix").mkdir()
    postfix = Postfix(
        folder / "postfix",
        dict(zip(ports, (guided, forward), strict=True)),
        "smtpd_forbid_bare_newline = no\nsmtpd_forbid_unauth_pipelining = no\n",
    )
    postfix.start()
    return postfix


@needs_postfix
def test_mail_goes_through_to_postfix(folder: Path) -> None:
    """With TLS, chunks of one group, the client's address told, and Postfix's own answers."""
    ports = free_ports(2)
    postfix = opened(folder, ports)
    front = Front(folder / "front", f'next_hop = "smtp:127.0.0.1:{ports[0]}"')
    try:
        heard = front.swaks("--tls", "--pipeline", "--from", "anna@example.org", "--to", "user@example.net")
        assert re.search(r"250 2\.0\.0 Ok: queued as \w+", heard), heard
        until(postfix.delivered)
        (mail,) = postfix.delivered()
        assert re.search(
            rb"(?m)^Received: from client\.example\.org \(\[127\.0\.0\.7\]\) by mx\.example\.net \(Pforte\)\s+with ESMTPS",
            mail,
        )
        assert f"client=unknown[{CLIENT}]" in postfix.log()

        refused = front.swaks("--tls", "--from", "anna@example.org", "--to", "nobody@example.net")
        assert re.search(r"<\S* 550 5\.1\.1 <nobody@example\.net>: .*unknown", refused), refused
        relayed = front.swaks("--tls", "--from", "anna@example.org", "--to", "user@example.com")
        assert "550 5.7.1 no mail is taken for this address: it is no relay" in relayed

        postfix.stop()
        assert front.send("user@example.net")[:1] == (451,)
        postfix.start()
        assert (
            front.send("user@example.net", "postmaster@example.net")[0] == 452
        )  # other rules hold for postmaster
        assert front.send("user@example.net")[0] == 250
        until(lambda: len(postfix.delivered()) == 2)
    finally:
        front.end(signal.SIGTERM)
        postfix.stop()


@needs_postfix
def test_postfix_learns_of_the_client_by_xforward(folder: Path) -> None:
    ports = free_ports(2)
    postfix = opened(folder, ports)
    front = Front(folder / "front", f'next_hop = "smtp:127.0.0.1:{ports[1]}"')
    try:
        heard = front.swaks("--from", "anna@example.org", "--to", "user@example.net")
        assert "250 2.0.0 Ok: queued" in heard, heard
        until(lambda: f"orig_client=unknown[{CLIENT}]" in postfix.log())
    finally:
        front.end(signal.SIGTERM)
        postfix.stop()


@needs_postfix
@pytest.mark.parametrize(
    "end", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r\n.\r\r\n", b"\r.\r\n", b"\r\n\x00.\r\n"]
)
def test_a_lax_postfix_behind_cannot_be_smuggled_into(folder: Path, end: bytes) -> None:
    """The Postfix here takes bare line feeds, as old ones do. Enforcing refuses; watching passes one mail, never two."""
    ports = free_ports(2)
    postfix = opened(folder, ports)
    next_hop = f'next_hop = "smtp:127.0.0.1:{ports[0]}"'
    off = "".join(f'[check."{check.id}"]\nmode = "off"\n' for check in CHECKS if check.id not in JUDGED)
    strict = Front(folder / "strict", f"{next_hop}\n{off}", exempt="")
    watching = Front(folder / "watching", next_hop, watch="7d")
    smuggled = (
        b"From: a@example.org\r\n\r\none"
        + end
        + b"MAIL FROM:<evil@example.org>\r\nRCPT TO:<user@example.net>\r\nDATA\r\n"
        b"From: evil@example.org\r\n\r\ntwo\r\n.\r\n"
    )
    try:
        said = strict.say(smuggled).decode()
        assert re.fullmatch(r"550-5\.5\.2 mail\.(line-ends|nul): .*\r\n550 5\.5\.2 PF-.*\r\n", said), said
        assert watching.say(smuggled).startswith(b"250 2.0.0 Ok: queued")
        # A smuggled mail would have been queued before this one.
        assert watching.send("user@example.net", more="after")[0] == 250
        until(lambda: any(b"\nafter\n" in mail for mail in postfix.delivered()))
        assert len(postfix.delivered()) == 2
        assert any(b"\ntwo" in mail for mail in postfix.delivered())
    finally:
        strict.end(signal.SIGTERM)
        watching.end(signal.SIGTERM)
        postfix.stop()


def test_lmtp_answers_for_each_are_folded(folder: Path) -> None:
    sink = Sink({"full@example.net": "552 5.2.2 full", "later@example.net": "450 4.2.1 later"})
    front = Front(folder / "front", f'next_hop = "lmtp:127.0.0.1:{sink.port}"')
    try:
        assert front.send("a@example.net", "b@example.net", more="..point") == (250, b"2.0.0 kept")
        recipients, raw = sink.mails[0]
        assert recipients == ["a@example.net", "b@example.net"]
        assert b"\r\nReceived: from client.example.org" in raw
        assert raw.endswith(b"\r\n\r\n..point\r\n")
        code, said = front.send("a@example.net", "full@example.net")
        assert (code, said) == (
            552,
            b"5.2.2 full@example.net: full\n5.2.2 the mail was delivered to a@example.net",
        )
        assert front.send("full@example.net", "later@example.net", "a@example.net")[0] == 450
    finally:
        front.end(signal.SIGTERM)
        sink.close()


def test_a_kill_at_any_moment_loses_no_mail_that_was_acknowledged(folder: Path) -> None:
    """Law 2: what a sender heard 250 for is in the Maildir, whole, however often the service is killed meanwhile."""
    front = Front(folder / "front")
    acknowledged: list[str] = []
    stopping = threading.Event()
    chance = random.Random(5321)

    def give(giver: int) -> None:
        number = 0
        while not stopping.is_set():
            number += 1
            name = f"mail-{giver}-{number}-"
            try:
                if front.send("user@example.net", more=name + "x" * 20_000)[0] == 250:
                    acknowledged.append(name)
            except (OSError, smtplib.SMTPException):
                time.sleep(0.02)  # it is being killed, or not back yet

    givers = [threading.Thread(target=give, args=(number,)) for number in range(4)]
    for giver in givers:
        giver.start()
    try:
        for _ in range(KILLS):
            before = len(acknowledged)
            until(lambda: len(acknowledged) > before + 5, 60)  # noqa: B023  it is asked in this round only
            time.sleep(chance.uniform(0, 0.05))
            front.end(signal.SIGKILL)
            front.start()
    finally:
        stopping.set()
        for giver in givers:
            giver.join()
        front.end(signal.SIGTERM)
    mails = [path.read_bytes() for path in (folder / "front" / "state" / "mail" / "new").iterdir()]
    kept = {
        found[1].decode()
        for mail in mails
        if (found := re.search(rb"\n(mail-\d+-\d+-)x{20000}\n\Z", mail)) is not None
    }
    assert len(kept) == len(mails)  # none is there in part
    assert set(acknowledged) <= kept
    assert len(acknowledged) > KILLS * 5
