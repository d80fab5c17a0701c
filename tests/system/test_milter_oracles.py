"""The gate says what libmilter says, and the test client of OpenDKIM understands it."""

import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from mail_server import free_ports, until

from pforte.gates.milter.wire import Packets, packet

pytestmark = pytest.mark.system

HERE = Path(__file__).parent
PYTHON = Path("/usr/bin/python3")
HAS_LIBMILTER = (
    PYTHON.exists()
    and subprocess.run([PYTHON, "-c", "import Milter"], check=False, capture_output=True).returncode == 0
)
ACTS, STEPS = 0x1FF, 0x1FFFFF
REFUSAL = (
    b"553-5.1.8 mail.sender: a@refused.example is 100%% wrong\r\n"
    b"553 5.1.8 https://mx.example.org/r/PF-7K3M-Q2XD\0"
)


@contextmanager
def running(*command: object, port: int) -> Iterator[int]:
    """Run a filter that listens at a port."""
    process = subprocess.Popen([*map(str, command)])
    try:
        until(lambda: _answers(port))
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:  # libmilter waits for connections that are still open
            process.kill()
            process.wait()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    (port,) = free_ports(1)
    runner = (sys.executable, HERE / "milter_runner.py", f"127.0.0.1:{port}")
    with running(*runner, tmp_path_factory.mktemp("seen"), port=port) as where:
        yield where


class Client:
    """A mail server's side of one connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._packets, self._found = Packets(), []

    def close(self) -> None:
        self._socket.close()

    def tell(self, command: bytes, data: bytes = b"") -> None:
        self._socket.sendall(packet(command, data))

    def hear(self) -> tuple[bytes, bytes]:
        while not self._found:
            arrived = self._socket.recv(65_536)
            assert arrived, "the filter closed the connection"
            self._found = self._packets.feed(arrived)
        found = self._found.pop(0)
        return bytes((found.command,)), found.data

    def ask(self, command: bytes, data: bytes = b"") -> list[tuple[bytes, bytes]]:
        """Send a packet; return all up to the decision."""
        self.tell(command, data)
        heard = [self.hear()]
        while heard[-1][0] in b"him":
            heard.append(self.hear())
        return heard

    def negotiate(self) -> int:
        self.tell(b"O", b"".join(each.to_bytes(4, "big") for each in (6, ACTS, STEPS)))
        kind, data = self.hear()
        assert kind == b"O"
        assert int.from_bytes(data[:4], "big") == 6
        return int.from_bytes(data[8:12], "big")

    def connect(self, steps: int) -> None:
        for command, data, unanswered in (
            (b"C", b"mail.example.org\x004\x11\x11192.0.2.1\0", 0x1000),
            (b"H", b"mail.example.org\0", 0x2000),
        ):
            self.tell(command, data)
            if not steps & unanswered:
                assert self.hear() == (b"c", b"")

    def content(self, steps: int, *fields: bytes) -> list[tuple[bytes, bytes]]:
        for field in fields:
            self.tell(b"L", field)
            if not steps & 0x80:
                assert self.hear() == (b"c", b"")
        self.tell(b"B", b"body\r\n")
        if not steps & 0x80000:
            assert self.hear() == (b"c", b"")
        return self.ask(b"E")


def play(port: int) -> list[list[tuple[bytes, bytes]]]:
    """Act all that a server can do; return every answer that is waited for."""
    client = Client(port)
    steps = client.negotiate()
    client.connect(steps)
    heard = [client.ask(b"M", b"<a@refused.example>\0")]
    client.tell(b"A")
    for subject in (b" please refuse", b" hello"):
        heard += [client.ask(b"M", b"<a@example.org>\0SIZE=7\0"), client.ask(b"R", b"<user@example.net>\0")]
        heard.append(
            client.content(
                steps, b"X-First\0 forged\0", b"Subject\0" + subject + b"\0", b"x-FIRST\0 again\n and on\0"
            )
        )
        client.tell(b"A")
    client.tell(b"Q")
    client.close()
    return heard


@pytest.mark.skipif(not HAS_LIBMILTER, reason="needs libmilter: apt-get install python3-milter")
def test_the_same_events_give_the_same_packets_as_libmilter(ours: int) -> None:
    (port,) = free_ports(1)
    with running(PYTHON, HERE / "milter_oracle.py", f"inet:{port}@127.0.0.1", port=port) as oracle:
        expected = play(oracle)
    assert play(ours) == expected
    assert expected[0] == [(b"y", REFUSAL)]
    assert [kind for kind, _ in expected[-1]] == [b"m", b"m", b"i", b"i", b"c"]


SCRIPT = """\
function check(what, said)
    if not what then mt.echo(said); error(said) end
end
conn = mt.connect("inet:@PORT@@127.0.0.1", 20, 0.25)
check(conn ~= nil, "no connection")
-- The manual says actions and then steps, but this is the order in which version 2.11 sends them.
check(mt.negotiate(conn, 6, @STEPS@, @ACTIONS@) == nil, "no agreement")
check(mt.test_action(conn, SMFIF_ADDHDRS) and mt.test_action(conn, SMFIF_CHGHDRS), "fields cannot be changed")
check(not mt.test_action(conn, SMFIF_CHGBODY), "bodies could be changed")
check(mt.conninfo(conn, "mail.example.org", "192.0.2.1") == nil, "connect")
check(mt.helo(conn, "mail.example.org") == nil, "helo")
check(mt.mailfrom(conn, "<a@refused.example>") == nil, "mail")
check(mt.getreply(conn) == SMFIR_REPLYCODE, "a refused sender")
check(mt.abort(conn) == nil, "abort")
mt.macro(conn, SMFIC_MAIL, "i", "4Q")
check(mt.mailfrom(conn, "<a@example.org>", "SIZE=100") == nil, "mail again")
check(mt.getreply(conn) == SMFIR_CONTINUE, "a good sender")
check(mt.rcptto(conn, "<user@example.net>") == nil, "rcpt")
check(mt.getreply(conn) == SMFIR_CONTINUE, "a recipient")
@DATA@
check(mt.header(conn, "X-First", " forged") == nil, "header")
check(mt.header(conn, "Subject", " hello") == nil, "header")
@END_OF_HEADER@
check(mt.bodyrandom(conn, 200000) == nil, "body")
check(mt.eom(conn) == nil, "eom")
check(mt.getreply(conn) == SMFIR_CONTINUE, "a message")
check(mt.eom_check(conn, MT_HDRDELETE, "X-First"), "a forged field")
check(mt.eom_check(conn, MT_HDRINSERT, "X-Second", "@SPACE@two", 0), "a field")
check(mt.getheader(conn, "X-First", 0) == "@SPACE@one;\\n folded=yes", "a folded field")
mt.disconnect(conn)
"""


OFFERS = {
    "much": {
        "STEPS": "SMFIP_NR_HDR + SMFIP_HDR_LEADSPC + SMFIP_NODATA + SMFIP_NR_BODY + SMFIP_NOEOH",
        "DATA": "",
        "END_OF_HEADER": "",
        "SPACE": " ",
    },
    "little": {
        "STEPS": "0",
        "DATA": 'check(mt.data(conn) == nil, "data")',
        "END_OF_HEADER": 'check(mt.eoh(conn) == nil, "eoh")',
        "SPACE": "",
    },
}


@pytest.mark.skipif(not shutil.which("miltertest"), reason="needs miltertest: apt-get install miltertest")
@pytest.mark.parametrize("offer", OFFERS)
def test_the_test_client_of_opendkim_is_content(ours: int, tmp_path: Path, offer: str) -> None:
    """A mail server of another make, whether it offers little or much."""
    script, text = tmp_path / "script.lua", SCRIPT
    acts = "SMFIF_ADDHDRS + SMFIF_CHGHDRS + SMFIF_CHGBODY"
    for name, value in {"PORT": str(ours), "ACTIONS": acts, **OFFERS[offer]}.items():
        text = text.replace(f"@{name}@", value)
    script.write_text(text)
    ran = subprocess.run(
        ["miltertest", "-s", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
