"""systemd hears how the service stands, and nothing happens without it."""

import asyncio
import os
import socket
from pathlib import Path

import pytest
import structlog
from service_steps import until

from pforte.service import systemd
from pforte.service.systemd import STUCK_SECONDS, beat, notify, watchdog_seconds


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


def test_the_watchdog_hears_nothing_while_a_call_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """An event loop that turns proves nothing: what everybody waits for must get on."""
    told: list[str] = []
    looks = 0
    since: list[float | None] = [None, None]

    def begun() -> list[float | None]:
        nonlocal looks
        looks += 1
        return since

    async def main() -> None:
        now = asyncio.get_running_loop().time()
        beating = asyncio.create_task(beat(begun))
        await until(lambda: looks >= 2)
        since[1] = now - STUCK_SECONDS / 2
        heard = len(told)
        await until(lambda: len(told) > heard + 1)
        since[0] = now - STUCK_SECONDS - 1
        before = looks
        await until(lambda: looks > before)
        heard = len(told)
        await until(lambda: looks > before + 5)
        assert len(told) == heard
        since[0] = None
        await until(lambda: len(told) > heard)
        beating.cancel()

    monkeypatch.setattr(systemd, "notify", told.append)
    monkeypatch.setattr(systemd, "watchdog_seconds", lambda: 0.002)
    with structlog.testing.capture_logs() as logged:
        asyncio.run(main())
    assert set(told) == {"WATCHDOG=1"}
    assert [each["event"] for each in logged] == ["service.stuck"]
