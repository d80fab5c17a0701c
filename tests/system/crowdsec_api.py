"""Debian's crowdsec as a Local API of its own, without agents and without its makers' service."""

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

UNPACKED = "/opt/pforte-peers/crowdsec/usr/bin"
PATH = os.environ["PATH"] + ":" + UNPACKED
KEY = "0123456789abcdef0123456789abcdef"
HERE = all(shutil.which(program, path=PATH) for program in ("crowdsec", "cscli"))

CONFIG = """\
common: {{daemonize: false, log_media: stdout, log_level: warning, working_dir: {folder}}}
config_paths: {{config_dir: {folder}/, data_dir: {folder}/, simulation_path: {folder}/simulation.yaml,
  hub_dir: {folder}/, index_path: {folder}/.index.json, notification_dir: {folder}/, plugin_dir: {folder}/}}
cscli: {{output: raw}}
db_config: {{log_level: warning, type: sqlite, db_path: {folder}/crowdsec.db, use_wal: true,
  flush: {{max_items: 1000000, max_age: 7d}}}}
api:
  client: {{insecure_skip_verify: false, credentials_path: {folder}/credentials.yaml}}
  server: {{log_level: warning, listen_uri: "127.0.0.1:{port}", profiles_path: {folder}/profiles.yaml,
    console_path: {folder}/console.yaml}}
prometheus: {{enabled: false, level: full, listen_addr: 127.0.0.1, listen_port: 1}}
"""
PROFILES = 'name: none\nfilters: ["false"]\ndecisions: [{type: ban, duration: 4h}]\non_success: break\n'


@dataclass(frozen=True)
class Api:
    """A running Local API.

    Attributes:
        url: its base address.
        config: its settings, for ``cscli``.
        pid: its process.
    """

    url: str
    config: Path
    pid: int

    def cscli(self, *arguments: str) -> str:
        command = [str(shutil.which("cscli", path=PATH)), "-c", str(self.config), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        return int(opened.getsockname()[1])


@contextmanager
def running(folder: Path, prefix: Sequence[str] = ()) -> Iterator[Api]:
    """Run it in a folder of its own; one bouncer may pull by :data:`KEY`."""
    port = free_port()
    config = folder / "config.yaml"
    config.write_text(CONFIG.format(folder=folder, port=port), encoding="utf-8")
    (folder / "profiles.yaml").write_text(PROFILES, encoding="utf-8")
    (folder / ".index.json").write_text("{}", encoding="utf-8")
    for empty in ("simulation.yaml", "console.yaml", "credentials.yaml"):
        (folder / empty).touch()
    api = Api(f"http://127.0.0.1:{port}", config, 0)
    api.cscli(
        "machines", "add", "house", "--password", "not-a-secret", "-f", str(folder / "credentials.yaml")
    )
    api.cscli("bouncers", "add", "edge", "-k", KEY)
    command = [*prefix, str(shutil.which("crowdsec", path=PATH)), "-c", str(config), "-no-cs"]
    with (folder / "crowdsec.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait(api.url, folder, process)
        yield Api(api.url, config, process.pid)
    finally:
        process.kill()
        process.wait(timeout=10)


def _wait(url: str, folder: Path, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            request = urllib.request.Request(f"{url}/v1/decisions?ip=192.0.2.255", headers={"X-Api-Key": KEY})
            with urllib.request.urlopen(request, timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"crowdsec does not answer: {(folder / 'crowdsec.log').read_text()[-800:]}")
