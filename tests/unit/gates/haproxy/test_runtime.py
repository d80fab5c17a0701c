"""One command, one connection, one answer, and plain words when there is none."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from pforte.gates.gate import GateError
from pforte.gates.haproxy import runtime
from pforte.gates.haproxy.runtime import RuntimeSocket


class Peer:
    """Answers each connection with the same bytes and keeps what it was asked."""

    def __init__(self, path: Path, answer: bytes, *, silent: bool = False) -> None:
        self.asked: list[bytes] = []
        self._answer, self._silent = answer, silent
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(path))
        self._server.listen()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._server.accept()
            with connection:
                asked = connection.recv(65_536)
                if not asked:
                    return
                self.asked.append(asked)
                if self._silent:
                    self._end.wait(20)
                with suppress(OSError):
                    connection.sendall(self._answer)

    def close(self) -> None:
        self._end.set()
        with socket.socket(socket.AF_UNIX) as last:
            last.connect(self._server.getsockname())
        self._thread.join(timeout=20)
        self._server.close()


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)  # the path of a socket has 107 characters at most
    return Path("s.sock")


@pytest.fixture
def peer(path: Path, request: pytest.FixtureRequest) -> Iterator[Peer]:
    made = Peer(path, **request.param)
    yield made
    made.close()


@pytest.mark.parametrize("peer", [{"answer": b"one\ntwo\n\n"}], indirect=True)
def test_commands_and_answers(peer: Peer, path: Path) -> None:
    talk = RuntimeSocket(path)
    assert talk.ask("show map") == "one\ntwo"
    assert talk.ask("add map /x <<\na b\n") == "one\ntwo"
    assert peer.asked == [b"show map\n", b"add map /x <<\na b\n\n"]


@pytest.mark.parametrize("peer", [{"answer": b"x" * 200_000}], indirect=True)
def test_an_answer_without_end_is_refused(peer: Peer, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "LONGEST_ANSWER", 100_000)
    with pytest.raises(GateError, match="more than 100,000 bytes"):
        RuntimeSocket(path).ask("show map")


@pytest.mark.parametrize("peer", [{"answer": b"", "silent": True}], indirect=True)
def test_who_does_not_answer_is_not_waited_for(
    peer: Peer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "PATIENCE", 0.05)
    with pytest.raises(GateError, match=r"does not answer at s.sock \(timed out\)"):
        RuntimeSocket(path).ask("show map")


def test_an_absent_socket_is_told_with_its_setting(path: Path) -> None:
    with pytest.raises(GateError, match=r"does not answer at s.sock .*set gate\.haproxy\.socket"):
        RuntimeSocket(path).ask("show map")


def test_a_refused_right_is_told_with_the_remedy(path: Path) -> None:
    assert "into the group" in RuntimeSocket(path)._advise(PermissionError(13, "Permission denied"))
