"""Sockets are opened safely, and every refusal says what to do."""

import errno
import socket

import pytest

from pforte.sources import sockets
from pforte.sources.block import SourceError
from pforte.sources.sockets import count_kernel_drops, open_tcp, open_udp, open_unix


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "log")


@pytest.mark.parametrize("opener", [open_udp, open_tcp])
def test_an_address_in_use_is_named_with_its_remedy(opener):
    with opener("net", "127.0.0.1:0") as first:
        listen = f"127.0.0.1:{first.getsockname()[1]}"
        with pytest.raises(
            SourceError,
            match=rf'source "net": listen = "{listen}": (udp|tcp) address in use; stop its owner \(`ss',
        ):
            opener("net", listen)


@pytest.mark.parametrize(
    "listen", ["", "5514", "127.0.0.1", "host:5514", "127.0.0.1:x", "127.0.0.1:99999", ":514"]
)
def test_an_address_that_is_none_is_refused_with_an_example(listen):
    with pytest.raises(
        SourceError, match=r'is not an address and port such as "127\.0\.0\.1:5514" or "\[::1\]:5514"'
    ):
        open_udp("net", listen)


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(SourceError, match="no such address"):
        open_tcp("net", "192.0.2.1:5514")


def test_ipv6_in_brackets():
    try:
        with open_udp("net", "[::1]:0") as opened:
            assert opened.family == socket.AF_INET6
    except SourceError as error:
        pytest.skip(f"this machine has no IPv6 loopback, enable IPv6 on lo: {error}")


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.EACCES, "choose a port above 1023 or grant CAP_NET_BIND_SERVICE"),
        (errno.EMFILE, "cannot be opened"),
    ],
)
def test_what_the_system_refuses_is_explained(monkeypatch, number, advice):
    class Refusing(socket.socket):
        def bind(self, address):
            raise OSError(number, "refused")

    monkeypatch.setattr(sockets.socket, "socket", Refusing)
    with pytest.raises(SourceError, match=advice):
        open_udp("net", "127.0.0.1:514")


@pytest.mark.parametrize(
    ("wrong", "advice"),
    [("", "path is empty; name the socket"), ("/nonexistent/folder/log", "its folder does not exist")],
)
def test_a_path_that_cannot_be_is_refused_with_the_source_and_advice(wrong, advice):
    with pytest.raises(SourceError, match=f'^source "net": .*{advice}'):
        open_unix("net", wrong)


def test_a_unix_socket_takes_datagrams(path):
    with open_unix("net", path) as opened, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"hello", path)
        assert opened.recv(10) == b"hello"


def test_what_the_kernel_dropped_is_counted():
    with open_udp("net", "127.0.0.1:0") as opened, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        assert count_kernel_drops(opened) == 0
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        for _ in range(200):
            sender.sendto(b"x" * 1000, opened.getsockname())
        assert 0 < count_kernel_drops(opened) < 200


def test_where_the_kernel_does_not_tell_nothing_is_counted():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
        other.close()
        assert count_kernel_drops(other) == 0
