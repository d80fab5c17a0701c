"""What a real HAProxy sends over syslog comes back as the requests that were sent to it."""

import shutil
import socket
import subprocess
import time
from datetime import UTC
from pathlib import Path

import pytest
from raw_requests import free_port, send

from pforte.visits.formats.detect import detect
from pforte.visits.visit import Visit

pytestmark = pytest.mark.system

CONFIGURATION = """
global
  tune.http.logurilen 8192
  log 127.0.0.1:{log} len 8192 {framing} local0
defaults
  mode http
  log global
  option httplog
  option accept-invalid-http-request
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend web
  bind 127.0.0.1:{port}
  capture request header User-Agent len 64
  http-request return status 404
"""
SENT = (
    b"/plain?a=1&b=2",
    b'/quote"and\\backslash',
    b"/high\xff\xfe\xc3\xa4",
    b"/%27%20or%201=1--",
    b"/#22already{|}",
    b"/" + b"long" * 1000,
)


def _connect(port: int) -> None:
    for _ in range(500):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5):
                return
        except OSError:
            time.sleep(0.01)
    raise AssertionError("haproxy does not listen")


@pytest.mark.parametrize("framing", ["", "format rfc5424"])
def test_every_request_comes_back(tmp_path: Path, framing: str) -> None:
    program = shutil.which("haproxy", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        pytest.skip("no haproxy: apt install haproxy")
    port = free_port()
    with socket.socket(type=socket.SOCK_DGRAM) as log:
        log.bind(("127.0.0.1", 0))
        log.settimeout(10)
        file = tmp_path / "haproxy.cfg"
        file.write_text(CONFIGURATION.format(log=log.getsockname()[1], port=port, framing=framing))
        with subprocess.Popen([program, "-db", "-q", "-f", file]) as haproxy:
            try:
                _connect(port)
                for target in SENT:
                    agent = b'agent "quoted" {x|y} # \xff'
                    send(
                        port, b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nUser-Agent: " + agent + b"\r\n\r\n"
                    )
                lines: list[bytes] = []
                while len(lines) < len(SENT):
                    line = log.recv(65_536).rstrip(b"\n")
                    if b'"GET /' in line:
                        lines.append(line)
            finally:
                haproxy.terminate()
    found = detect(b"\n".join(lines) + b"\n")
    assert found.name == "syslog:haproxy"
    visits = [found.parse(line, UTC) for line in lines]
    assert [visit.target for visit in visits if isinstance(visit, Visit)] == list(SENT)
    assert {(v.client, v.status, v.method) for v in visits if isinstance(v, Visit)} == {
        ("127.0.0.1", 404, b"GET")
    }
