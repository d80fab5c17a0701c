"""The files of the file gate, read by the software they are for."""

import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pforte.bans.ban import Ban
from pforte.clock import SystemClock
from pforte.gates.files.gate import FilesGate
from pforte.gates.files.renderings import RENDERINGS
from pforte.net.addresses import parse_network

pytestmark = pytest.mark.system

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
BANNED = "127.0.0.2"
WITHIN_A_PREFIX = "127.9.0.7"
FREE = "127.0.0.3"


def needs(program: str, package: str) -> pytest.MarkDecorator:
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    return pytest.mark.skipif(found is None, reason=f"{program} is absent: apt-get install {package}")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with every file, written by the gate."""
    folder = tmp_path / "files"
    bans = [
        Ban(
            network=parse_network(network),
            rung=1,
            starts=START,
            ends=START + timedelta(days=365),
            reference=reference,
            reason='an operator\'s "own"; words\nin two lines',
        )
        for network, reference in (
            (BANNED, "PF-7K3M-Q2XD"),
            ("127.9.0.0/16", "PF-77FP-CVZS"),
            ("2001:db8::/64", "PF-0000-000P"),
            ("2001:db8::/56", "PF-ZZZZ-ZZZW"),
        )
    ]
    FilesGate(folder, RENDERINGS, SystemClock()).load(bans, START)
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(address: str, port: int, path: str = "/") -> str:
    """Ask for a path from one of this machine's loopback addresses and return the whole answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=5, source_address=(address, 0)) as visitor:
        visitor.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        answer = b""
        while part := visitor.recv(4096):
            answer += part
    return answer.decode()


@contextmanager
def running(port: int, *command: str) -> Iterator[None]:
    """Run a server until the block ends; the block begins when its port answers."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            until = time.monotonic() + 20
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    assert server.poll() is None, server.stdout.read() if server.stdout else ""
                    assert time.monotonic() < until, f"{command[0]} does not listen"
                    time.sleep(0.02)
            yield
        finally:
            server.terminate()
            server.wait(10)


def nginx_settings(tmp_path: Path, port: int, http: str, location: str) -> Path:
    path = tmp_path / "nginx.conf"
    # Its workers would be a user that may not read this folder.
    user = "user root;" if os.geteuid() == 0 else ""
    path.write_text(
        f"{user} daemon off; pid {tmp_path}/nginx.pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {tmp_path}/b; proxy_temp_path {tmp_path}/p;\n"
        f"fastcgi_temp_path {tmp_path}/f; uwsgi_temp_path {tmp_path}/u; scgi_temp_path {tmp_path}/s;\n"
        f"{http}\nserver {{ listen 127.0.0.1:{port}; {location} }} }}\n",
        encoding="utf-8",
    )
    return path


@needs("nginx", "nginx-light")
def test_nginx_refuses_by_the_geo_file_and_shows_the_reference(files, tmp_path):
    port = free_port()
    path = nginx_settings(
        tmp_path,
        port,
        f'geo $pforte {{ default ""; include {files}/nginx-geo.conf; }}',
        'location / { if ($pforte) { return 403 "reference $pforte\\n"; } return 200 "welcome\\n"; }',
    )
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    subprocess.run([nginx, "-t", "-c", path], check=True, capture_output=True)
    with running(port, nginx, "-c", str(path)):
        refused = ask(BANNED, port)
        assert " 403 " in refused.splitlines()[0]
        assert refused.endswith("reference PF-7K3M-Q2XD\n")
        assert ask(WITHIN_A_PREFIX, port).endswith("reference PF-77FP-CVZS\n")
        assert ask(FREE, port).endswith("welcome\n")


@needs("nginx", "nginx-light")
def test_nginx_refuses_by_the_deny_file(files, tmp_path):
    port = free_port()
    www = tmp_path / "www"
    www.mkdir()
    (www / "index.html").write_text("welcome\n", encoding="utf-8")
    path = nginx_settings(
        tmp_path, port, f"include {files}/nginx-deny.conf;", f"location / {{ root {www}; }} "
    )
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    with running(port, nginx, "-c", str(path)):
        assert " 403 " in ask(BANNED, port).splitlines()[0]
        assert " 403 " in ask(WITHIN_A_PREFIX, port).splitlines()[0]
        assert ask(FREE, port).endswith("welcome\n")


@needs("apache2", "apache2-bin")
def test_apache_refuses_by_the_lines_of_the_guide(files, tmp_path):
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "files.md").read_text()
    (block,) = re.findall(r"```apache\n(.*?)```", guide, re.DOTALL)
    port, www = free_port(), tmp_path / "www"
    www.mkdir()
    (www / "index.html").write_text("welcome\n", encoding="utf-8")
    modules = "".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
        for name in ("mpm_event", "authz_core", "authz_host", "dir")
    )
    path = tmp_path / "apache2.conf"
    path.write_text(
        f"{modules}ServerName localhost\nListen 127.0.0.1:{port}\nServerRoot {tmp_path}\nPidFile {tmp_path}/pid\n"
        f"ErrorLog {tmp_path}/error.log\nDocumentRoot {www}\nUser www-data\n"
        # As Debian has it: the site's own words must go on counting beside the list.
        f"<Directory />\n    Require all denied\n</Directory>\n<Directory {www}>\n    Require all granted\n</Directory>\n"
        f'<Location "/own">\n    Require all denied\n</Location>\n'
        + block.replace("/var/lib/pforte/files", str(files)),
        encoding="utf-8",
    )
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(0o755)
    apache = shutil.which("apache2") or "/usr/sbin/apache2"
    with running(port, apache, "-DFOREGROUND", "-f", str(path)):
        refused = ask(BANNED, port)
        assert " 403 " in refused.splitlines()[0]
        assert "Gesperrt" in refused
        assert " 403 " in ask(WITHIN_A_PREFIX, port).splitlines()[0]
        assert ask(FREE, port).endswith("welcome\n")
        assert " 403 " in ask(FREE, port, "/own").splitlines()[0]


@needs("haproxy", "haproxy")
def test_haproxy_refuses_by_the_map(files, tmp_path):
    port = free_port()
    path = tmp_path / "haproxy.cfg"
    ban = f"src,map_ip({files}/haproxy.map)"
    path.write_text(
        "defaults\n mode http\n timeout client 5s\n timeout connect 5s\n timeout server 5s\n"
        f"frontend front\n bind 127.0.0.1:{port}\n"
        f' http-request return status 403 content-type text/plain lf-string "reference %[{ban}]" if {{ {ban} -m found }}\n'
        ' http-request return status 200 content-type text/plain string "welcome"\n',
        encoding="utf-8",
    )
    haproxy = shutil.which("haproxy") or "/usr/sbin/haproxy"
    subprocess.run([haproxy, "-c", "-f", path], check=True, capture_output=True)
    with running(port, haproxy, "-db", "-f", str(path)):
        refused = ask(BANNED, port)
        assert " 403 " in refused.splitlines()[0]
        assert refused.endswith("reference PF-7K3M-Q2XD")
        assert ask(WITHIN_A_PREFIX, port).endswith("reference PF-77FP-CVZS")
        assert ask(FREE, port).endswith("welcome")


@needs("postmap", "postfix")
@pytest.mark.parametrize(
    ("address", "reference"),
    [
        (BANNED, "PF-7K3M-Q2XD"),
        (WITHIN_A_PREFIX, "PF-77FP-CVZS"),
        ("2001:db8::7", "PF-0000-000P"),
        ("2001:db8:0:9::7", "PF-ZZZZ-ZZZW"),
        (FREE, ""),
    ],
)
def test_postfix_finds_the_refusal(files, tmp_path, address, reference):
    settings = "compatibility_level = 3.6\nmail_owner = daemon\nsetgid_group = mail\n"
    (tmp_path / "main.cf").write_text(settings, encoding="utf-8")
    table = f"cidr:{files}/postfix.cidr"
    postmap = shutil.which("postmap") or "/usr/sbin/postmap"
    done = subprocess.run(
        [postmap, "-c", tmp_path, "-q", address, table], check=False, capture_output=True, text=True
    )
    ends = "2027-03-01T12:00:00Z"
    told = (
        f"554 5.7.1 Refused until {ends}, reference {reference}. Gesperrt bis {ends}, Referenz {reference}.\n"
    )
    expected = told if reference else ""
    assert (done.stdout, done.stderr) == (expected, "")


@needs("nft", "nftables")
def test_nft_reads_the_plain_list(files):
    """The plain list fits into a set of any firewall; here nft only checks it."""
    elements = [
        line for line in (files / "banned.txt").read_text(encoding="utf-8").split() if ":" not in line
    ]
    commands = (
        "add table inet check\nadd set inet check s { type ipv4_addr; flags interval; }\n"
        f"add element inet check s {{ {','.join(elements)} }}\n"
    )
    nft = shutil.which("nft") or "/usr/sbin/nft"
    done = subprocess.run([nft, "-c", "-f", "-"], input=commands, check=False, capture_output=True, text=True)
    if "Operation not permitted" in done.stderr:
        pytest.skip("needs root: nft checks against the kernel")
    assert (done.returncode, done.stderr) == (0, "")


def test_json_is_read_by_anything(files):
    document = json.loads((files / "bans.json").read_text(encoding="utf-8"))
    assert len(document["bans"]) == 4
