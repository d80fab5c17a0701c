"""A state folder of its own for every test, and a machine whose addresses are known."""

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from pforte.__main__ import main
from pforte.bans.offence import Kind, Offence
from pforte.clock import SystemClock
from pforte.net.addresses import network_of, parse_address, parse_network
from pforte.net.local import Local
from pforte.register import Batch, Entry, Register

sys.path.insert(0, str(Path(__file__).parent))

from log_lines import compiled, judge  # noqa: F401  found by the line before; fixtures

LOCAL = Local(
    own=(parse_network("192.0.2.200"),),
    gateways=(parse_network("192.0.2.254"),),
    resolvers=(parse_network("192.0.2.53"),),
)


@pytest.fixture
def state(monkeypatch, tmp_path):
    """Stand in an empty folder; the register is made in its folder var."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("PFORTE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setattr("pforte.commands.register_access.read_local", lambda: LOCAL)
    return tmp_path / "var"


@pytest.fixture
def run(state):
    """Run pforte and answer with its exit code, its output and the JSON in it."""

    def _run(*arguments):
        result = CliRunner().invoke(main, arguments)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        lines = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
        return SimpleNamespace(
            code=result.exit_code,
            out=result.stdout,
            err=result.stderr,
            json=lines[0] if lines else None,
            lines=lines,
        )

    return _run


@pytest.fixture
def seen(state):
    """Record an offence as the service would, now."""

    def _seen(address, **values):
        known = {
            "address": parse_address(address),
            "network": network_of(parse_address(address)),
            "kind": Kind.ATTACK,
            "check": "visit.sql-injection",
            "at": datetime.now(UTC),  # noqa: TID251  the commands read the real clock
            "service": "http",
            "source": "/var/log/nginx/access.log",
            "line": 42,
            "evidence": b'192.0.2.7 - - "GET /?id=1%27\x1b[2J\xff HTTP/1.1" 200 1',
        }
        with Register.open(state, SystemClock()) as register:
            return register.record(Batch(entries=(Entry(offence=Offence(**(known | values))),))).filed[0]

    return _seen
