"""What goes over the wire to the name server, read by a server of a few lines."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dns.message
import dns.opcode
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.tsig
import dns.update
import pytest

from pforte.gates.dnsupdate.content import NOTHING, Records
from pforte.gates.dnsupdate.primary import NAMES_IN_ONE, Access, Primary, read_secret
from pforte.gates.gate import GateError

ZONE = "dnsbl.example"
SECRET = b"0123456789abcdef0123456789abcdef"
KEY = dns.tsig.Key("pforte", SECRET, "hmac-sha256")
ATTACK = Records(frozenset((bytes((127, 0, 0, 4)),)), frozenset((b'An "attack".',)))
Answer = Callable[[dns.message.Message], dns.message.Message]


@contextmanager
def server(answer: Answer) -> Iterator[Primary]:
    """Serve DNS over TCP with the key that is expected."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as file:
                while length := file.read(2):
                    query = dns.message.from_wire(file.read(int.from_bytes(length)), keyring=KEY)
                    raw = answer(query).to_wire()
                    connection.sendall(len(raw).to_bytes(2) + raw)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield Primary(access(listening.getsockname()[1]))
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


def access(port: int) -> Access:
    return Access(
        address="127.0.0.1", port=port, key="pforte", algorithm="hmac-sha256", secret=SECRET, timeout=5
    )


def accepting(seen: list[dns.message.Message], rcode: dns.rcode.Rcode = dns.rcode.NOERROR) -> Answer:
    def answer(query: dns.message.Message) -> dns.message.Message:
        seen.append(query)
        reply = dns.message.make_response(query)
        reply.set_rcode(rcode)
        return reply

    return answer


@pytest.mark.standard("2136:2.5")
def test_an_update_replaces_each_name_and_is_signed() -> None:
    seen: list[dns.message.Message] = []
    with server(accepting(seen)) as primary:
        primary.change(ZONE, {"*.2.0.192": ATTACK, "9.2.0.192": NOTHING}, 300)
    (update,) = seen
    assert isinstance(update, dns.update.UpdateMessage)
    assert update.had_tsig
    assert update.opcode() == dns.opcode.UPDATE
    assert update.zone[0].name.to_text() == f"{ZONE}."
    assert [rrset.to_text() for rrset in update.update] == [
        f"*.2.0.192.{ZONE}. ANY ANY",
        f"*.2.0.192.{ZONE}. 300 IN A 127.0.0.4",
        f'*.2.0.192.{ZONE}. 300 IN TXT "An \\"attack\\"."',
        f"9.2.0.192.{ZONE}. ANY ANY",
    ]


def test_many_names_take_several_messages_that_fit() -> None:
    seen: list[dns.message.Message] = []
    long = Records(
        frozenset((b"\x7f\0\0\2", b"\x7f\0\0\3", b"\x7f\0\0\4", b"\x7f\0\0\6")), frozenset((b"x" * 255,))
    )
    names = [".".join(f"{number:032x}") for number in range(2 * NAMES_IN_ONE + 1)]
    with server(accepting(seen)) as primary:
        primary.change(ZONE, dict.fromkeys(names, long), 300)
        primary.change(ZONE, {}, 300)
    assert len(seen) == 3
    assert sum(len({rrset.name for rrset in update.sections[2]}) for update in seen) == len(names)


@pytest.mark.parametrize("rcode", [dns.rcode.REFUSED, dns.rcode.NOTAUTH, dns.rcode.SERVFAIL])
def test_a_refusal_is_told_with_what_to_do(rcode: dns.rcode.Rcode) -> None:
    told = rf"gate\.dnsupdate: the zone {ZONE} at 127\.0\.0\.1 port \d+ cannot be changed \(.*\); see that .* the key pforte"
    with server(accepting([], rcode)) as primary, pytest.raises(GateError, match=told):
        primary.change(ZONE, {"9.2.0.192": NOTHING}, 300)


def test_a_server_that_is_away_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(GateError, match=r"cannot be read \(.*refused.*\)"):
        Primary(access(port)).read(ZONE)


def test_only_names_of_addresses_are_ours() -> None:
    records = (
        "@ IN SOA ns. h. 1 1 1 1 1",
        "@ IN NS ns.",
        "@ IN TXT about",
        "www IN A 192.0.2.1",
        "spam IN NS ns.",
        '1.2.0.192 IN TXT "one" "two"',
        "1.2.0.192 IN A 127.0.0.4",
        "*.2.0.192 IN A 127.0.0.3",
        "*.8.b.d.0.1.0.0.2 IN A 127.0.0.2",
        "7.2.0.192 IN MX 1 mx.",
        "@ IN SOA ns. h. 1 1 1 1 1",
    )

    def answer(query: dns.message.Message) -> dns.message.Message:
        assert query.question[0].rdtype == dns.rdatatype.AXFR
        assert query.had_tsig
        reply = dns.message.make_response(query)
        for record in records:
            name, klass, kind, data = record.split(maxsplit=3)
            owner = f"{ZONE}." if name == "@" else f"{name}.{ZONE}."
            reply.answer.append(dns.rrset.from_text(owner, 60, klass, kind, data))
        return reply

    with server(answer) as primary:
        assert primary.read(ZONE) == {
            "1.2.0.192": Records(frozenset((b"\x7f\0\0\4",)), frozenset((b"onetwo",))),
            "*.2.0.192": Records(frozenset((b"\x7f\0\0\3",)), frozenset()),
            "*.8.b.d.0.1.0.0.2": Records(frozenset((b"\x7f\0\0\2",)), frozenset()),
            "7.2.0.192": NOTHING,
        }


def test_the_key_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n")
    assert read_secret(file) == SECRET


@pytest.mark.parametrize("text", ["key pforte { secret x; };", "é", "abc"])
def test_a_file_that_holds_something_else_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "key"
    file.write_text(text)
    with pytest.raises(GateError, match=r"gate\.dnsupdate\.secret: .*key must hold the key in base64"):
        read_secret(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(GateError, match=r"gate\.dnsupdate\.secret: .*missing cannot be read \(No such file"):
        read_secret(tmp_path / "missing")
