"""systemd accepts the units, and knows every option in it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
UNIT = REPOSITORY / "packaging" / "pforte.service"

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(
        shutil.which("systemd-analyze") is None, reason="needs systemd-analyze: apt-get install systemd"
    ),
]


def assert_accepted(*units: Path) -> None:
    """Let systemd read units, beside those of the machine."""
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, units)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{units[0].parent}:"},
    )
    assert (checked.returncode, checked.stderr) == (0, "")


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    """The program is not installed where the test runs, so another one stands for it."""
    unit = tmp_path / UNIT.name
    text = UNIT.read_text(encoding="utf-8")
    assert "ExecStart=/opt/pforte/.venv/bin/pforte " in text
    unit.write_text(text.replace("/opt/pforte/.venv/bin/pforte", sys.executable), encoding="utf-8")
    assert_accepted(unit)


def test_systemd_accepts_the_units_that_reload_nginx(tmp_path: Path) -> None:
    page = (REPOSITORY / "docs" / "guides" / "files.md").read_text(encoding="utf-8")
    units = re.findall(r"```ini\n# /etc/systemd/system/(\S+)\n(.*?)```", page, re.DOTALL)
    assert [name for name, _ in units] == ["pforte-nginx.path", "pforte-nginx.service"]
    for name, text in units:
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert_accepted(*(tmp_path / name for name, _ in units))
