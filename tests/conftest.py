"""What holds for every test: nothing leaves this machine, and the real inputs may be absent."""

import ipaddress
import os
import socket
import sys
from pathlib import Path

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(
    0, str(REPOSITORY / "tests" / "peers")
)  # stand-ins for programs, used by tests of several rooms
settings.register_profile("house", deadline=None)  # how long an example takes depends on the machine
settings.load_profile("house")
REAL_INPUTS = Path(os.environ.get("REAL_INPUTS", REPOSITORY.parent / "shared" / "data"))


def _is_local(address: object) -> bool:
    if not isinstance(address, tuple):
        return True
    try:
        return ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback
    except ValueError:
        return str(address[0]) == "localhost"


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Refuse connections to anything but this machine; system tests live in their own namespaces."""
    if request.node.get_closest_marker("system") is None:
        real_connect = socket.socket.connect

        def connect(self: socket.socket, address: object) -> None:
            if not _is_local(address):
                raise RuntimeError(f"a test tried to reach {address!r}")
            real_connect(self, address)  # type: ignore[arg-type]

        monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(autouse=True)
def no_installed_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep tests away from the register of a service that is installed on this machine."""
    monkeypatch.setattr("pforte.settings.load.DEFAULT_FILES", (Path("pforte.toml"),))


@pytest.fixture
def real_log() -> Path:
    """Return a real Apache log of 10,000 lines, or skip where it is not at hand."""
    path = REAL_INPUTS / "weblogs" / "apache_logs"
    if not path.exists():
        pytest.skip("real Apache log absent: set REAL_INPUTS to a folder with weblogs/apache_logs")
    return path


@pytest.fixture
def real_auth_log() -> Path:
    """Return a real sshd log of 4,095 lines, or skip where it is not at hand."""
    path = REAL_INPUTS / "weblogs" / "auth.log"
    if not path.exists():
        pytest.skip("real sshd log absent: set REAL_INPUTS to a folder with weblogs/auth.log")
    return path
