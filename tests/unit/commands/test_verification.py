"""Every gate is compared with the register, and once more where decisions were on their way."""

from datetime import timedelta

import pytest

from pforte.clock import SystemClock
from pforte.commands import verification
from pforte.commands.verification import verify
from pforte.net.addresses import parse_network
from pforte.register import Order, Register
from pforte.settings.gates import FilesGateSettings, GateSettings
from pforte.settings.table import ServiceSettings, Settings


@pytest.fixture
def settings(tmp_path):
    files = FilesGateSettings(enabled=True, folder=tmp_path / "files", kinds=("plain",))
    return Settings(service=ServiceSettings(state=tmp_path), gate=GateSettings(files=files))


def test_a_decision_that_is_on_its_way_is_no_difference(settings, tmp_path, monkeypatch):
    (tmp_path / "files").mkdir()
    file = tmp_path / "files" / "banned.txt"
    file.write_text("")
    waited = []

    def arrive(seconds):
        waited.append(seconds)
        file.write_text("192.0.2.1\n")

    monkeypatch.setattr(verification.time, "sleep", arrive)
    with Register.open(tmp_path, SystemClock()) as register:
        register.ban(
            Order(network=parse_network("192.0.2.1"), rung=1, span=timedelta(hours=1), reason="x", who="anna")
        )
        (found,) = verify(settings, register, ())
        assert found.agrees()
        assert waited == [verification.PAUSE]
        file.write_text("192.0.2.2\n")
        monkeypatch.setattr(verification.time, "sleep", waited.append)
        (found,) = verify(settings, register, ())
        assert not found.agrees()
        assert len(waited) == 1 + verification.TRIES - 1


def test_exempt_networks_are_not_expected(settings, tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "banned.txt").write_text("192.0.2.0\n")
    with Register.open(tmp_path, SystemClock()) as register:
        register.ban(
            Order(
                network=parse_network("192.0.2.0/31"), rung=1, span=timedelta(hours=1), reason="x", who="anna"
            )
        )
        (found,) = verify(settings, register, [parse_network("192.0.2.1")])
        assert found.agrees()
