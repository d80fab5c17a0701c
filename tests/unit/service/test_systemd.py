"""systemd hears how the service stands, and nothing happens without it."""

import os
import socket
from pathlib import Path

import pytest

from pforte.service.systemd import notify, watchdog_seconds


def test_states_arrive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The manager receives the state as one datagram."""
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        notify("READY=1")
        assert manager.recv(100) == b"READY=1"


@pytest.mark.parametrize("place", ["", "relative", "/nowhere/at/all"])
def test_without_a_manager_nothing_happens(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service started by hand, or whose manager died, goes on."""
    monkeypatch.setenv("NOTIFY_SOCKET", place)
    notify("READY=1")


@pytest.mark.parametrize(("value", "seconds"), [("30000000", 30.0), ("0", 0.0), ("soon", 0.0), ("-5", 0.0)])
def test_watchdog_time(value: str, seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Microseconds become seconds; nonsense is no watchdog."""
    monkeypatch.setenv("WATCHDOG_USEC", value)
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    assert watchdog_seconds() == seconds


def test_watchdog_of_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """sd_watchdog_enabled(3): the variables may be meant for a parent."""
    monkeypatch.setenv("WATCHDOG_USEC", "1000000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid() + 1))
    assert watchdog_seconds() == 0.0
