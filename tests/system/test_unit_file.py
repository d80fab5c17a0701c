"""systemd accepts the unit, and knows every option in it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

UNIT = Path(__file__).resolve().parents[2] / "packaging" / "pforte.service"

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(
        shutil.which("systemd-analyze") is None, reason="needs systemd-analyze: apt-get install systemd"
    ),
]


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    """The program is not installed where the test runs, so another one stands for it."""
    unit = tmp_path / UNIT.name
    text = UNIT.read_text(encoding="utf-8")
    assert "ExecStart=/opt/pforte/.venv/bin/pforte " in text
    unit.write_text(text.replace("/opt/pforte/.venv/bin/pforte", sys.executable), encoding="utf-8")
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, "")
