"""A real Postfix asks the milter gate: replies arrive word for word, messages octet for octet, and nothing is lost."""

import random
import re
import shutil
import signal
import smtplib
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import pytest
from mail_server import Postfix, answers, free_ports, needs_postfix, until

pytestmark = [pytest.mark.system, needs_postfix]

RUNNER = Path(__file__).with_name("milter_runner.py")
GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "milter.md"
RESTARTS = 20
SETTINGS = """\
[service]
state = "{folder}/state"
[gate.milter]
enabled = true
listen = "127.0.0.1:{service}"
[mail]
watch = "0s"
domains = ["example.net"]
[mail.rates]
connections = 0
at_once = 0
[dns]
servers = ["127.0.0.1"]
port = {silent}
timeout = "1s"
"""


@dataclass
class House:
    """A Postfix with one door for each way to ask, and who is asked."""

    folder: Path
    ports: dict[str, int]
    postfix: Postfix
    milters: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def seen(self) -> Path:
        return self.folder / "seen"

    def listen(self, name: str) -> str:
        return str(self.folder / "milter.sock") if name == "unix" else f"127.0.0.1:{self.ports['milter']}"

    def start_milter(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            command = [sys.executable, str(RUNNER), self.listen(name), str(self.seen)]
            self.milters[name] = subprocess.Popen(command, stdout=log, stderr=log)
        if name == "unix":
            until((self.folder / "milter.sock").is_socket)
        else:
            until(lambda: answers(self.ports["milter"]))

    def stop_milter(self, name: str) -> None:
        milter = self.milters.pop(name)
        milter.send_signal(signal.SIGTERM)
        assert milter.wait(timeout=20) == 0

    def start_service(self) -> None:
        config = self.folder / "pforte.toml"
        config.write_text(SETTINGS.format(folder=self.folder, **self.ports))
        with (self.folder / "service.log").open("wb") as log:
            command = [sys.executable, "-m", "pforte", "--config", str(config), "serve"]
            self.milters["service"] = subprocess.Popen(command, stdout=log, stderr=log)
        until(lambda: answers(self.ports["service"]))

    def connect(self, door: str) -> smtplib.SMTP:
        session = smtplib.SMTP("127.0.0.1", self.ports[door], timeout=30)
        session.ehlo("client.example.org")
        return session

    def send(self, door: str, raw: bytes, sender: str = "a@example.org") -> str:
        """Send a message as it stands; return the queue's name of it."""
        with self.connect(door) as session:
            session.mail(sender)
            assert session.rcpt("user@example.net")[0] == 250
            code, text = session.data(raw)
            assert code == 250, text
            return text.decode().rpartition(" ")[2]

    def swaks(self, door: str, *arguments: str) -> list[str]:
        """Send with swaks; return what the server answered with, line by line, from the first refusal on."""
        address = f"127.0.0.1:{self.ports[door]}"
        command = [
            "swaks",
            "--server",
            address,
            "--to",
            "user@example.net",
            "--ehlo",
            "c.example.org",
            *arguments,
        ]
        said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        return [line[4:] for line in said.splitlines() if line.startswith("<** ")]


def snippets(ports: dict[str, int], folder: Path) -> list[dict[str, str]]:
    """Return what the guide tells to write into main.cf, with the addresses of this house."""
    found = re.findall(r"```\n# main.cf\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    mine = {":10042": f":{ports['milter']}", "unix:pforte/milter": f"unix:{folder}/milter.sock"}
    for written, here in mine.items():
        found = [text.replace(written, here) for text in found]
    return [dict(re.split(r" = ", line, maxsplit=1) for line in text.strip().splitlines()) for text in found]


def write_certificate(folder: Path) -> str:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=mx.example.net",
         "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return f"smtpd_tls_cert_file = {folder}/cert.pem\nsmtpd_tls_key_file = {folder}/key.pem\nsmtpd_tls_security_level = may\n"


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    # Not among pytest's own folders: Postfix works there as a user who may not enter them.
    with TemporaryDirectory(prefix="pforte-milter-") as name:
        folder = Path(name)
        names = ("inet", "unix", "service-door", "down", "put-off", "milter", "service", "silent")
        ports = dict(zip(names, free_ports(len(names)), strict=True))
        by_inet, by_unix = snippets(ports, folder)
        silent = {**by_inet, "smtpd_milters": f"inet:127.0.0.1:{ports['silent']}"}
        doors = {
            "inet": by_inet,
            "unix": by_unix,
            "service-door": {**by_inet, "smtpd_milters": f"inet:127.0.0.1:{ports['service']}"},
            "down": silent,
            "put-off": {**silent, "milter_default_action": "tempfail"},
        }
        certificate = write_certificate(folder)
        postfix = Postfix(folder, {ports[door]: settings for door, settings in doors.items()}, certificate)
        made = House(folder, ports, postfix)
        made.seen.mkdir()
        try:
            made.start_milter("inet")
            made.start_milter("unix")
            # Postfix may connect as the guide says: the socket belongs to the group of Postfix.
            shutil.chown(folder / "milter.sock", group="postfix")
            made.start_service()
            postfix.start()
            yield made
        finally:
            postfix.stop()
            for milter in made.milters.values():
                milter.send_signal(signal.SIGTERM)
            for milter in made.milters.values():
                milter.wait(timeout=30)


@pytest.mark.skipif(not shutil.which("swaks"), reason="needs swaks: apt-get install swaks")
@pytest.mark.parametrize("door", ["inet", "unix"])
def test_refusals_arrive_word_for_word(house: House, door: str) -> None:
    page = "https://mx.example.org/r/PF-7K3M-Q2XD"
    assert house.swaks(door, "--from", "a@refused.example") == [
        "553-5.1.8 mail.sender: a@refused.example is 100% wrong",
        f"553 5.1.8 {page}",
    ]
    assert house.swaks(door, "--from", "a@example.org", "--header", "Subject: please refuse") == [
        "451-4.7.1 mail.subject: please refuse is 100% wrong",
        f"451 4.7.1 {page}",
    ]
    assert house.swaks(door, "--from", "a@example.org") == []


MESSAGES = {
    "folded": b"From: A <a@example.org>\r\nSubject: one\r\n two\r\n\tthree \r\nX-Empty:\r\nX-Space:  two spaces\r\n"
    b"X-Tab:\ttab\r\nX-Eight: \xc3\xbc \xff\r\nx-FIRST: kept\r\n\r\nbody\r\n",
    "no body": b"From: A <a@example.org>\r\nSubject: x\r\n\r\n",
    "empty lines": b"From: a@example.org\r\n\r\n\r\n\r\nbody \t\r\n..dot\r\n\r\n\r\n",
    "long lines": b"From: a@example.org\r\nX-Long: " + b"x" * 4_000 + b"\r\n\r\n" + b"y" * 5_000 + b"\r\n",
    "large": b"From: a@example.org\r\n\r\n" + random.Random(1).randbytes(150_000).hex().encode() + b"\r\n",
    "many fields": b"".join(b"X-%d: %d\r\n" % (n, n) for n in range(900)) + b"\r\nbody\r\n",
}


@pytest.mark.parametrize("name", MESSAGES)
@pytest.mark.parametrize("door", ["inet", "unix"])
def test_the_message_is_octet_for_octet_what_was_sent(house: House, door: str, name: str) -> None:
    """DKIM judges octets: a space more, and a good signature is broken."""
    raw = MESSAGES[name]
    queue = house.send(door, raw)
    assert (house.seen / f"{queue}.eml").read_bytes() == raw


def test_fields_are_added_above_all_others_and_forged_ones_taken_out(house: House) -> None:
    mark = f"fields-{time.monotonic_ns()}".encode()
    forged = b"X-First: forged 1\r\nFrom: a@example.org\r\nx-first : forged 2\r\nX-Last: " + mark
    house.send("inet", forged + b"\r\nX-FIRST: forged 3\r\n\r\nbody\r\n")
    until(lambda: any(mark in each for each in house.postfix.delivered()))
    (mail,) = (each for each in house.postfix.delivered() if mark in each)
    trace, fields = mail.split(b"X-First: one;\n folded=yes\nX-Second: two\nReceived: from ")
    assert b"Received:" not in trace  # only what the mailbox itself adds
    assert b"forged" not in fields
    assert fields.endswith(b"From: a@example.org\nX-Last: " + mark + b"\n\nbody\n")


def test_facts_of_the_client_arrive(house: House) -> None:
    with house.connect("inet") as session:
        session.docmd("XCLIENT", "ADDR=IPV6:2001:db8::7 NAME=proven.example.org PORT=4711")
        session.ehlo("c.example.org")
        session.starttls(context=ssl._create_unverified_context())
        session.ehlo("c.example.org")
        session.mail("a@example.org", ["SIZE=100", "BODY=8BITMIME"])
        assert session.rcpt("nobody@example.net")[0] == 550
        session.rcpt("user@example.net")
        _, text = session.data(b"From: a@example.org\r\n\r\n")
        queue = text.decode().rpartition(" ")[2]
    facts = (house.seen / f"{queue}.facts").read_text()
    for fact in (
        "IPv6Address('2001:db8::7')",
        "port=4711",
        "names=('proven.example.org',)",
        "helo='c.example.org'",
        "tls=Tls(version='TLSv1.3'",
        "bits=256",
        "receiver='mx.example.net'",
        "sender='a@example.org'",
        "parameters=('SIZE=100', 'BODY=8BITMIME')",
        "recipients=('user@example.net',)",
        f"queue='{queue}'",
    ):
        assert fact in facts, facts


@pytest.mark.parametrize("name", ["[UNAVAILABLE]", "[TEMPUNAVAIL]"])
def test_a_name_that_is_not_proven_counts_as_not_asked_for(house: House, name: str) -> None:
    with house.connect("inet") as session:
        session.docmd("XCLIENT", f"ADDR=192.0.2.7 NAME={name}")
        session.ehlo("c.example.org")
        session.mail("a@example.org")
        session.rcpt("user@example.net")
        _, text = session.data(b"From: a@example.org\r\n\r\n")
    facts = (house.seen / f"{text.decode().rpartition(' ')[2]}.facts").read_text()
    assert "names=None" in facts
    assert "IPv4Address('192.0.2.7')" in facts


def test_two_mails_in_one_session_and_one_given_up(house: House) -> None:
    with house.connect("inet") as session:
        session.mail("first@example.org")
        session.rcpt("user@example.net")
        session.rset()
        for number in range(2):
            session.mail(f"{number}@example.org")
            session.rcpt("user@example.net")
            code, text = session.data(b"Subject: %d\r\n\r\n" % number)
            assert code == 250
            seen = house.seen / text.decode().rpartition(" ")[2]
            assert seen.with_suffix(".eml").read_bytes() == b"Subject: %d\r\n\r\n" % number
            assert f"sender='{number}@example.org'" in seen.with_suffix(".facts").read_text()


def test_the_policy_of_the_service_demands_encryption(house: House) -> None:
    with house.connect("service-door") as session:
        code, text = session.mail("a@example.org")
        assert code == 530
        first, second = text.decode().splitlines()
        assert first == "5.7.0 mail.tls: Must issue a STARTTLS command first"
        assert re.fullmatch(r"5\.7\.0 PF-[0-9A-Z]{4}-[0-9A-Z]{4}.*", second)
        session.starttls(context=ssl._create_unverified_context())
        session.ehlo("client.example.org")
        assert session.mail("a@example.org")[0] == 250


def test_trouble_with_the_dns_is_temporary(house: House) -> None:
    with house.connect("service-door") as session:
        session.docmd("XCLIENT", "ADDR=192.0.2.9 NAME=[TEMPUNAVAIL]")
        session.ehlo("client.example.org")
        session.starttls(context=ssl._create_unverified_context())
        session.ehlo("client.example.org")
        assert session.mail("a@example.org")[0] == 250
        code, text = session.rcpt("user@example.net")
        assert code == 451
        assert text.startswith(b"4.7.25 mail.fcrdns: reverse DNS of 192.0.2.9 could not be looked up")
        assert session.rcpt("postmaster@example.net")[0] == 250


def test_postfix_goes_on_while_the_milter_is_stopped(house: House) -> None:
    house.send("down", b"Subject: nobody asked\r\n\r\n")
    with house.connect("put-off") as session:
        assert session.mail("a@example.org") == (451, b"4.7.1 Service unavailable - try again later")
    house.stop_milter("unix")
    try:
        assert not (house.folder / "milter.sock").exists()
        house.send("unix", b"Subject: nobody asked\r\n\r\n")
    finally:
        house.start_milter("unix")
        shutil.chown(house.folder / "milter.sock", group="postfix")


class Load:
    """Mails from a few senders at once, each with a number of its own; those that were taken are remembered."""

    def __init__(self, port: int) -> None:
        self.port, self.taken = port, set[bytes]()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._send, args=(each,)) for each in range(4)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(timeout=60)

    def _send(self, sender: int) -> None:
        number = 0
        while not self._over.is_set():
            try:
                with smtplib.SMTP("127.0.0.1", self.port, timeout=30) as session:
                    for _ in range(5):
                        number += 1
                        mark = b"load-%d-%d-%d" % (id(self), sender, number)
                        session.sendmail("a@example.org", "user@example.net", b"X-Mark: %s\r\n\r\n" % mark)
                        self.taken.add(mark)
            except (OSError, smtplib.SMTPException):
                self._over.wait(0.05)


def _delivered(house: House) -> set[bytes]:
    return {
        found
        for each in house.postfix.delivered()
        for found in re.findall(rb"^X-Mark: (\S+)", each, re.MULTILINE)
    }


@pytest.mark.parametrize("who", ["milter", "postfix"])
def test_nothing_is_lost_over_twenty_restarts_under_load(house: House, who: str) -> None:
    """What a sender was told is taken is in the mailbox, and most of the load was taken."""
    with Load(house.ports["inet"]) as load:
        for restart in range(RESTARTS):
            before = len(load.taken)
            until(lambda before=before: len(load.taken) > before + 5, 60)
            if who == "milter":
                house.stop_milter("inet")
                if restart % 2:
                    time.sleep(0.2)
                house.start_milter("inet")
            else:
                house.postfix.stop()
                house.postfix.start()
    assert len(load.taken) > 5 * RESTARTS
    until(lambda: load.taken <= _delivered(house), 120)
