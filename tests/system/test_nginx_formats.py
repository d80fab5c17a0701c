"""What a real nginx logs comes back as the bytes that were sent to it."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest
from raw_requests import free_port, send

from pforte.visits.formats.catalogue import find_format
from pforte.visits.formats.detect import detect

pytestmark = pytest.mark.system

WRITTEN = """log_format written '$remote_addr - $remote_user [$time_iso8601] "$request" $status $body_bytes_sent '
 '"$http_referer" "$http_user_agent" "$http_x_forwarded_for" rt=$request_time';"""
JSON = """log_format lines escape=json '{"time":"$msec","remote_addr":"$remote_addr","request":"$request",'
 '"status":$status,"http_user_agent":"$http_user_agent","http_referer":"$http_referer"}';"""
CONFIGURATION = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  {written}
  {json}
  access_log {folder}/combined.log combined;
  access_log {folder}/written.log written;
  access_log {folder}/json.log lines;
  server {{ listen 127.0.0.1:{port}; location / {{ return 404; }} }}
}}
"""
SENT: tuple[tuple[bytes, bytes], ...] = (
    (b"/plain?a=1&b=2", b"curl/8.5.0"),
    (b'/quote"and\\backslash', b'agent "quoted" \\ back'),
    (b"/high\xff\xfe\xc3\xa4", b"agent \xc3\xa4\xff"),
    (b"/%27%20or%201=1--", b"${jndi:ldap://x.example.net/a}"),
    (b"/\\x22already\\x22", b"\\u0022"),
    (b"/tab", b"with\ttab"),
)


@pytest.fixture(scope="module")
def logs(tmp_path_factory) -> Iterator[Path]:
    """Run nginx, send it the requests and two malformed ones, and return the folder of its logs."""
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(nginx).exists():
        pytest.skip("nginx is absent: apt-get install nginx")
    folder = tmp_path_factory.mktemp("nginx")
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, port=port, written=WRITTEN, json=JSON))
    server = subprocess.Popen([nginx, "-p", str(folder), "-c", str(configuration)], stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                send(port, b"GET /ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        for target, agent in SENT:
            request = b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.9\r\n"
            send(
                port,
                request + b"User-Agent: " + agent + b"\r\nReferer: http://r/\r\nConnection: close\r\n\r\n",
            )
        send(port, b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n")
        send(port, b"OOPS\r\n\r\n")
        time.sleep(0.3)
        yield folder
    finally:
        server.terminate()
        server.wait(10)


@pytest.mark.parametrize(
    ("name", "written"),
    [("combined.log", "combined"), ("written.log", WRITTEN), ("json.log", JSON), ("json.log", "json")],
)
def test_sent_bytes_come_back(logs, name, written):
    """Target, agent and referrer are what was sent, whatever the log writer made of them."""
    lines = (logs / name).read_bytes().splitlines()
    visits = [find_format(written).parse(line, UTC) for line in lines]
    assert None not in visits
    assert [(visit.target, visit.agent) for visit in visits[1:-2]] == list(SENT)
    for visit in visits[1:-2]:
        assert (visit.client, visit.method, visit.status, visit.referrer) == (
            "127.0.0.1",
            b"GET",
            404,
            b"http://r/",
        )
        assert abs(visit.at - time.time()) < 120  # noqa: TID251  compared with the clock that nginx reads
    assert [(visit.method, visit.status) for visit in visits[-2:]] == [(b"", 400)] * 2
    assert visits[-2].target.startswith(b"\x16\x03\x01")


@pytest.mark.parametrize(("name", "found"), [("combined.log", "combined"), ("json.log", "json")])
def test_the_format_is_found(logs, name, found):
    """Nothing needs to be set."""
    assert detect((logs / name).read_bytes()).name == found
