"""On a terminal of 80 columns, the usual width, every table shows all that it shows in a pipe."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest

from pforte.clock import SystemClock
from pforte.register import Register

COLUMNS = 80
LINE = (
    '192.0.2.7 - - [02/Mar/2026:10:00:00 +0000] "GET /?id=1%27+union+select+1,2-- HTTP/1.1" 200 9 "-" "x"\n'
)
ALL = """
import json, sys
from pforte.__main__ import main
for arguments in json.loads(sys.argv[1]):
    try:
        main(arguments)
    except SystemExit as ended:
        assert not ended.code, arguments
    print("<end>", flush=True)
"""
"""All commands in one process, because each start costs half a second."""


@pytest.fixture
def commands(run, seen, state, tmp_path):
    """Return a call of every command that prints a table, with something in each."""
    (tmp_path / "access.log").write_text(LINE, encoding="utf-8")
    (tmp_path / "pforte.toml").touch()  # so that the settings of a service on this machine are not taken
    reference = seen("2001:db8:bad:7::1").ban.reference
    run("lift", reference, "--reason", "they told us that the machine was cleaned and will be watched")
    run(
        "ban", "192.0.2.0/24", "--rung", "3", "--reason", "spam run through many of their customers' accounts"
    )
    seen("2001:db8:bad:7::1")
    with Register.open(state, SystemClock()) as register:
        register.save_cursor("nftables", 0, 1234, "nft: Operation not permitted; run as root")
    return [
        ["bans", "--all"],
        ["status", "2001:db8:bad:7::1"],
        ["explain", reference],
        ["register", "offences"],
        ["--set", "gate.nftables.enabled=true", "gates"],
        ["checks"],
        ["checks", "try", "--request", "GET /?id=1%27+union+select+1,2--"],
        ["replay", "access.log"],
        ["settings"],
    ]


def shown(arguments):
    """Run the program on a terminal and return what the person sees."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 25, COLUMNS, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    with subprocess.Popen(
        [sys.executable, "-c", ALL, arguments], stdout=theirs, stderr=subprocess.DEVNULL, env=environment
    ) as program:
        os.close(theirs)
        seen = b""
        while chunk := _read(ours):
            seen += chunk
    os.close(ours)
    assert program.returncode == 0
    return re.sub(r"\x1b\[[0-9;]*m", "", seen.decode()).replace("\r\n", "\n")


def _read(terminal):
    try:
        return os.read(terminal, 65_536)
    except OSError:  # how Linux says that the other end is closed
        return b""


def test_80_columns_show_every_cell_whole(run, commands):
    *screens, rest = shown(json.dumps(commands)).split("<end>\n")
    assert rest == ""
    assert len(screens) == len(commands)
    for arguments, screen in zip(commands, screens, strict=True):
        piped = run(*arguments).out
        missing = set(piped.split()) - set(screen.split())
        assert not missing, arguments
        if arguments[0] != "explain":  # it tells a story, whose lines the terminal may break
            assert max(map(len, screen.splitlines())) <= COLUMNS, arguments
