"""The HTTP gate behind real proxies, set up with the very snippets of its guide."""

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from pforte.gates.http.nginx import read_questions

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(
        os.geteuid() != 0 or not all(map(shutil.which, ("ip", "nginx", "curl"))),
        reason="needs root, ip, nginx and curl: apt-get install iproute2 nginx-light curl",
    ),
]

GUIDE = (Path(__file__).parents[2] / "docs" / "guides" / "http-gate.md").read_text()
HOUSE, PERSON = "10.79.0.1", "10.79.0.10"
VISITORS = {
    name: f"10.79.0.{60 + place}" for place, name in enumerate(("banned", "attacker", "flood", "crawler"))
}
ATTACK = "/download?file=..%2f..%2f..%2fetc%2fpasswd"
SITE = """\
daemon off; pid {folder}/site.pid; error_log {folder}/site.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{ access_log off; {scratch}
  server {{ listen 127.0.0.1:3000; location / {{ return 200 "hello"; }} location /own {{ return 403 "site says no"; }} }} }}
"""
NGINX = """\
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{ access_log {folder}/access.log combined; {scratch}
  {upstream}
  server {{ listen 10.79.0.1:80; {server} location / {{ proxy_pass http://127.0.0.1:3000; }} }} }}
"""
HAPROXY = """\
{block}
defaults
    mode http
    timeout client 5s
    timeout server 5s
    timeout connect 1s
frontend web
    bind 10.79.0.1:80
    http-request lua.pforte
    default_backend site
backend site
    server site 127.0.0.1:3000
"""
APACHE = """\
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule lua_module /usr/lib/apache2/modules/mod_lua.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
ServerName 10.79.0.1
ServerRoot {folder}
PidFile {folder}/apache2.pid
ErrorLog {folder}/apache2.log
User www-data
Listen 10.79.0.1:80
ProxyPass "/" "http://127.0.0.1:3000/"
{block}
"""
CONFIG = """\
[service]
state = "{folder}/state"
[log]
format = "json"
[exempt]
gateway = false
[[source]]
path = "{folder}/access.log"
format = "combined"
start = "beginning"
[[site]]
name = "10.79.0.1"
robots = "{folder}/robots.txt"
[gate.http]
enabled = true
"""


def snippet(language: str, place: int = 0) -> str:
    """Return a block of the guide, as it stands there."""
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)[place]


def until(holds: Callable[[], object], what: str, seconds: float = 30) -> None:
    for _ in range(int(seconds / 0.05)):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError(f"it never came to hold: {what}")


@dataclass(frozen=True)
class Reply:
    """What a visitor got."""

    status: int
    fields: dict[str, str]
    body: str


@dataclass
class Street:
    """A house with Pforte, a site and a proxy before it, and visitors outside."""

    folder: Path
    proxy: str
    house: str
    outside: str
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, name: str, *command: str) -> None:
        log = (self.folder / f"{name}.out").open("ab")
        with log:
            self.processes[name] = subprocess.Popen(
                ["ip", "netns", "exec", self.house, *command], stdout=log, stderr=log, env=os.environ | {"HOME": str(self.folder), "SITE": "http://10.79.0.1"},
            )  # fmt: skip

    def serve(self) -> None:
        """Start Pforte and wait until it is ready."""
        before = self._times_ready()
        config = str(self.folder / "pforte.toml")
        self.start("pforte", sys.executable, "-m", "pforte", "serve", "--config", config)
        until(lambda: self._times_ready() > before, "pforte is ready")

    def _times_ready(self) -> int:
        out = self.folder / "pforte.out"
        return out.read_text().count('"service.ready"') if out.exists() else 0

    def end(self, name: str, number: int = signal.SIGKILL) -> None:
        """End one of the processes, as a crash would unless another signal is given."""
        process = self.processes.pop(name)
        process.send_signal(number)
        process.wait(10)

    def visit(self, address: str, path: str = "/", *arguments: str) -> Reply:
        command = [
            "curl",
            "-si",
            "-m",
            "5",
            "--path-as-is",
            "--interface",
            address,
            *arguments,
            f"http://{HOUSE}{path}",
        ]
        done = subprocess.run(
            ["ip", "netns", "exec", self.outside, *command], capture_output=True, check=False
        )
        head, _, body = done.stdout.decode().partition("\r\n\r\n")
        lines = head.split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in lines[1:])
        return Reply(int(lines[0].split(" ")[1]) if head else 0, fields, body)

    def pforte(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "pforte", "--config", str(self.folder / "pforte.toml"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def bans(self) -> dict[str, dict[str, object]]:
        found = map(json.loads, self.pforte("bans", "--json").splitlines())
        return {ban["network"].removesuffix("/32"): ban for ban in found}


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def _nginx(folder: Path, text: str, **parts: str) -> str:
    names = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    scratch = " ".join(f"{name}_temp_path {folder}/{name};" for name in names)
    return text.format(folder=folder, scratch=scratch, **parts)


def start_nginx(street: Street) -> None:
    configuration = street.folder / "nginx.conf"
    configuration.write_text(
        _nginx(street.folder, NGINX, upstream=snippet("nginx"), server=snippet("nginx", 1))
    )
    street.start("proxy", "nginx", "-c", str(configuration))


def start_caddy(street: Street) -> None:
    if not shutil.which("caddy"):
        pytest.skip("caddy is absent: apt-get install caddy")
    configuration = street.folder / "Caddyfile"
    configuration.write_text("{\n\tadmin off\n\tauto_https off\n}\n" + snippet("caddy"))
    street.start("proxy", "caddy", "run", "--config", str(configuration), "--adapter", "caddyfile")


def start_haproxy(street: Street) -> None:
    if not shutil.which("haproxy"):
        pytest.skip("haproxy is absent: apt-get install haproxy")
    (street.folder / "pforte.lua").write_text(snippet("lua"))
    block = snippet("haproxy").partition("frontend")[0].replace("/etc/haproxy/", f"{street.folder}/")
    (street.folder / "haproxy.cfg").write_text(HAPROXY.format(block=block))
    street.start("proxy", "haproxy", "-db", "-f", str(street.folder / "haproxy.cfg"))


def start_apache(street: Street) -> None:
    if not shutil.which("apache2") or not Path("/usr/share/lua/5.3/socket.lua").exists():
        pytest.skip("apache2 or lua-socket is absent: apt-get install apache2-bin lua-socket")
    (street.folder / "pforte.lua").write_text(snippet("lua", 1))
    block = snippet("apache").replace("/etc/apache2/", f"{street.folder}/")
    (street.folder / "apache2.conf").write_text(APACHE.format(block=block, folder=street.folder))
    street.start("proxy", "apache2", "-DFOREGROUND", "-f", str(street.folder / "apache2.conf"))


def start_traefik(street: Street) -> None:
    own = street.folder / "traefik.yml"
    own.write_text(snippet("yaml").replace("/etc/traefik/", f"{street.folder}/"))
    (street.folder / "pforte.yml").write_text(snippet("yaml", 1))
    street.start("proxy", packaged("traefik"), f"--configFile={own}")


def start_envoy(street: Street) -> None:
    own = street.folder / "envoy.yaml"
    own.write_text(snippet("yaml", 2))
    street.start("proxy", packaged("envoy"), "-c", str(own), "--concurrency", "1", "--disable-hot-restart")


def packaged(program: str) -> str:
    """Return the path of a proxy that Debian does not bring, or skip."""
    found = shutil.which(program, path=f"{os.environ['PATH']}:/opt/pforte-peers/proxies/bin")
    if found is None:
        pytest.skip(f"{program} is absent: run tests/system/packages.sh")
    return found


PROXIES = {
    "nginx": start_nginx,
    "caddy": start_caddy,
    "haproxy": start_haproxy,
    "apache": start_apache,
    "traefik": start_traefik,
    "envoy": start_envoy,
}


@pytest.fixture(params=PROXIES)
def street(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Street]:
    made = Street(tmp_path, request.param, f"pf-gh-{os.getpid()}", f"pf-go-{os.getpid()}")
    try:
        for namespace in (made.house, made.outside):
            _ip("netns", "add", namespace)
            _ip("-n", namespace, "link", "set", "lo", "up")
        _ip("-n", made.house, "link", "add", "w", "type", "veth", "peer", "name", "w", "netns", made.outside)
        for namespace, addresses in ((made.house, [HOUSE]), (made.outside, [PERSON, *VISITORS.values()])):
            _ip("-n", namespace, "link", "set", "w", "up")
            for address in addresses:
                _ip("-n", namespace, "addr", "add", f"{address}/24", "dev", "w")
        tmp_path.chmod(0o755)
        (tmp_path / "access.log").touch()
        (tmp_path / "robots.txt").write_text("User-agent: *\nDisallow: /private/\n")
        os.utime(tmp_path / "robots.txt", (0, time.time() - 200_000))  # noqa: TID251  as old as the file is to look
        (tmp_path / "pforte.toml").write_text(CONFIG.format(folder=tmp_path))
        (tmp_path / "site.conf").write_text(_nginx(tmp_path, SITE))
        made.start("site", "nginx", "-c", str(tmp_path / "site.conf"))
        PROXIES[made.proxy](made)
        made.serve()
        until(lambda: made.visit(PERSON).body == "hello", f"{made.proxy} serves the site")
        yield made
    finally:
        for process in reversed(made.processes.values()):
            process.terminate()
            process.wait(timeout=30)
        for namespace in (made.house, made.outside):
            subprocess.run(["ip", "netns", "del", namespace], check=False, capture_output=True)


def test_the_gate_behind_a_proxy(street: Street) -> None:
    """Bans, first attacks, robots.txt, the page, the lift, and a gate that dies."""
    banned, attacker = VISITORS["banned"], VISITORS["attacker"]
    # A ban takes effect at once and says what it is; a lift ends it at once.
    street.pforte("ban", banned, "--for", "1h", "--reason", "a word of the operator")
    until(lambda: street.visit(banned).status == 403, "the ban is enforced")
    refused = street.visit(banned, "/", "-H", "Accept: text/html", "-H", "Accept-Language: de")
    reference = str(street.bans()[banned]["reference"])
    assert refused.fields["x-pforte-reference"] == reference.lower()
    assert refused.fields["x-pforte-reason"] == "by-hand"
    assert 3_500 < int(refused.fields["retry-after"]) <= 3_600
    assert "Zugang verweigert" in refused.body
    assert reference in refused.body
    assert "a word of the operator" not in refused.body
    assert (
        json.loads(street.visit(banned, "/", "-H", "Accept: application/json").body)["reference"] == reference
    )
    assert (
        street.visit(banned, "/", "-H", f"X-Forwarded-For: {PERSON}").status == 403
    )  # nobody can call himself another
    assert street.visit(PERSON, "/", "-H", f"X-Forwarded-For: {banned}").status == 200
    street.pforte("lift", banned, "--reason", "test")
    until(lambda: street.visit(banned).body == "hello", "the lift lets in")

    # The first attack is refused, recorded once with its proof, and the ban holds for everything else.
    first = street.visit(attacker, ATTACK, "-H", "Accept: text/html")
    assert first.status == 403
    assert "hello" not in first.body
    assert street.visit(attacker).status == 403
    until(lambda: attacker in street.bans(), "the attack leads to a ban")
    until(lambda: street.visit(attacker).fields.get("x-pforte-reference"), "the ban stands in the table")
    ban = street.bans()[attacker]
    assert ban["rung"] == 1
    explained = json.loads(street.pforte("explain", "--json", str(ban["reference"])))
    assert f"GET {ATTACK} HTTP/1.1" in json.dumps(explained)
    assert "gate.http" in json.dumps(explained)

    # robots.txt binds crawlers from their first request on, and nobody else.
    crawler = "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)"
    assert street.visit(VISITORS["crawler"], "/list", "-A", crawler).status == 200
    assert street.visit(VISITORS["crawler"], "/private/list", "-A", crawler).status == 403
    assert street.visit(PERSON, "/private/list").body == "hello"

    # A header that no browser sends, and a very long one, open no door.
    assert street.visit(attacker, "/", "-A", "a\x01b").status in (400, 403)
    assert street.visit(attacker, "/" + "a" * 7_000, "-H", "Cookie: " + "c" * 7_000).status in (
        400,
        403,
        414,
        431,
    )

    # A gate that dies takes no site down; when it is back it refuses again.
    street.end("pforte")
    if street.proxy == "traefik":  # it looks once a second whether the gate is there
        until(lambda: street.visit(PERSON).body == "hello", "visitors come in without the gate")
    assert street.visit(PERSON).body == "hello"
    assert street.visit(attacker).body == "hello"
    street.serve()
    until(lambda: street.visit(attacker).status == 403, "the gate is back")
    assert street.visit(PERSON).body == "hello"


def test_nginx_asks_in_the_form_that_is_read_with_one_look(tmp_path: Path) -> None:
    """Else every question would take the longer way, and nobody would notice."""
    with socket.socket() as gate, socket.socket() as free:
        for one in (gate, free):
            one.bind(("127.0.0.1", 0))
        gate.listen()
        gate.settimeout(10)
        here, site = gate.getsockname()[1], free.getsockname()[1]
        free.close()
        upstream = snippet("nginx").replace("8081", str(here))
        text = NGINX.replace("10.79.0.1:80", f"127.0.0.1:{site}").replace("127.0.0.1:3000", "127.0.0.1:9")
        configuration = tmp_path / "nginx.conf"
        configuration.write_text(_nginx(tmp_path, text, upstream=upstream, server=snippet("nginx", 1)))
        tmp_path.chmod(0o755)
        nginx = subprocess.Popen(["nginx", "-c", str(configuration)])
        try:
            pieces = []
            for arguments in (["-A", "curl/8.5.0", "-e", "https://www.example.org/"], ["-A", "", "-I"]):
                command = [
                    "curl",
                    "-s",
                    "--retry",
                    "20",
                    "--retry-connrefused",
                    "--retry-delay",
                    "1",
                    *arguments,
                ]
                visit = subprocess.Popen(
                    [*command, f"http://127.0.0.1:{site}/shop?id=1"], stdout=subprocess.DEVNULL
                )
                asking, _ = gate.accept()
                with asking:
                    pieces.append(asking.recv(65_536))
                visit.kill()
                visit.wait()
        finally:
            nginx.terminate()
            nginx.wait(timeout=30)
    assert read_questions(pieces) == [
        (b"127.0.0.1", b"/shop?id=1", b"GET", b"curl/8.5.0", b"https://www.example.org/"),
        (b"127.0.0.1", b"/shop?id=1", b"HEAD", b"-", b"-"),
    ], pieces


@pytest.mark.parametrize("street", ["nginx"], indirect=True)
def test_the_log_of_a_refused_attack_counts_nothing_twice(street: Street) -> None:
    """The gate and the log tell of the same requests: one ban on its first rung, whatever comes first."""
    attacker = VISITORS["flood"]
    for _ in range(20):
        assert street.visit(attacker, ATTACK).status == 403
    until(
        lambda: (street.folder / "access.log").read_text().count(f"{attacker} ") >= 20, "nginx has logged all"
    )
    until(lambda: attacker in street.bans(), "the attacks lead to a ban")
    time.sleep(1)
    assert street.bans()[attacker]["rung"] == 1
    status = json.loads(street.pforte("status", "--json", attacker))
    assert [entry["rung"] for entry in status["history"]] == [1]


@pytest.mark.parametrize("street", ["nginx"], indirect=True)
def test_a_site_that_chose_to_be_closed_is_closed_while_the_gate_is_away(street: Street) -> None:
    """The guide's two lines less, and nginx lets nobody in."""
    configuration = street.folder / "nginx.conf"
    closed = re.sub(
        r"error_page 500 .* = @pforte-away;|location @pforte-away .*", "", configuration.read_text()
    )
    configuration.write_text(closed)
    street.end("proxy", signal.SIGTERM)
    street.start("proxy", "nginx", "-c", str(configuration))
    until(lambda: street.visit(PERSON).body == "hello", "nginx serves")
    street.end("pforte")
    assert street.visit(PERSON).status == 500
    street.serve()
    until(lambda: street.visit(PERSON).body == "hello", "the gate is back")


@pytest.mark.parametrize("street", ["nginx"], indirect=True)
def test_a_refusal_of_the_sites_own_stays_the_sites(street: Street) -> None:
    reply = street.visit(PERSON, "/own")
    assert (reply.status, reply.body) == (403, "site says no")


@pytest.mark.parametrize("street", ["nginx"], indirect=True)
def test_nginx_asks_at_a_unix_socket(street: Street) -> None:
    """Set up as the guide says: the folder's group is that of nginx, and nobody else gets in."""
    with TemporaryDirectory(prefix="pf-gate-") as name:
        folder = Path(name)
        shutil.chown(folder, group="www-data")
        folder.chmod(0o2750)
        street.end("proxy", signal.SIGTERM)
        street.end("pforte", signal.SIGTERM)
        settings = street.folder / "pforte.toml"
        settings.write_text(
            settings.read_text().replace("[gate.http]", f'[gate.http]\nlisten = "{folder}/gate"')
        )
        configuration = street.folder / "nginx.conf"
        upstream = re.search(r"upstream pforte \{ server unix:.*\}", GUIDE)
        assert upstream
        at_socket = upstream[0].replace("/var/lib/pforte-http", str(folder))
        configuration.write_text(
            "user www-data;" + configuration.read_text().replace(snippet("nginx"), at_socket)
        )
        street.serve()
        street.start("proxy", "nginx", "-c", str(configuration))
        until(lambda: street.visit(PERSON).body == "hello", "nginx serves")
        street.pforte("ban", VISITORS["banned"], "--for", "1h", "--reason", "test")
        until(lambda: street.visit(VISITORS["banned"]).status == 403, "the ban is enforced")
        assert street.visit(PERSON).body == "hello"
        assert stat.S_IMODE((folder / "gate").stat().st_mode) == 0o660
