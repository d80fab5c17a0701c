"""robots.txt is fetched as RFC 9309 says, from a real server on loopback."""

import asyncio
import gzip
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pforte.clock import SetClock
from pforte.sources.robots_txt import MOST_BYTES, Fetched, FetchStatus, fetch_robots

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RULES = b"User-agent: *\nDisallow: /private/\n"


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = self.path
        if path.startswith("/hop/"):
            left = int(path.removeprefix("/hop/"))
            self._answer(301, b"", f"/hop/{left - 1}" if left else "/robots.txt")
        elif path == "/robots.txt":
            self._answer(200, RULES)
        elif path == "/huge":
            self._answer(200, b"#" * (MOST_BYTES + 1000))
        elif path == "/gzip":
            self._answer(200, gzip.compress(RULES), encoding="gzip")
        elif path == "/bomb":
            self._answer(200, gzip.compress(bytes(20_000_000)), encoding="gzip")
        elif path == "/broken":
            self._answer(200, b"no gzip", encoding="gzip")
        elif path == "/br":
            self._answer(200, RULES, encoding="br")
        elif path == "/file":
            self._answer(301, b"", "file:///etc/passwd")
        else:
            self._answer(int(path.removeprefix("/status/")), b"whatever")

    def _answer(self, status: int, body: bytes, location: str = "", encoding: str = "") -> None:
        self.send_response(status)
        if encoding:
            self.send_header("Content-Encoding", encoding)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def fetch(url: str) -> Fetched:
    return asyncio.run(fetch_robots(url, SetClock(NOW)))


def test_found(site: str) -> None:
    assert fetch(f"{site}/robots.txt") == Fetched(FetchStatus.FOUND, RULES, NOW)


def test_five_redirects_are_followed(site: str) -> None:
    """RFC 9309 s2.3.1.2."""
    assert fetch(f"{site}/hop/4").content == RULES
    assert fetch(f"{site}/hop/9").status is FetchStatus.TROUBLE


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_unavailable_allows_everything(site: str, status: int) -> None:
    """RFC 9309 s2.3.1.3: crawlers may then ask for anything, so an older version convicts nobody."""
    assert fetch(f"{site}/status/{status}") == Fetched(FetchStatus.ABSENT, b"", NOW)


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_trouble_is_no_version(site: str, status: int) -> None:
    """A server in trouble, or one that we asked too often, says nothing about what crawlers are served."""
    fetched = fetch(f"{site}/status/{status}")
    assert fetched.status is FetchStatus.TROUBLE
    assert str(status) in fetched.trouble


def test_only_the_first_500_kib_are_read(site: str) -> None:
    """RFC 9309 s2.5."""
    assert len(fetch(f"{site}/huge").content) == MOST_BYTES


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/robots.txt", "ftp://127.0.0.1/robots.txt", "http://[::bad/"]
)
def test_what_cannot_be_fetched_raises_nothing(url: str) -> None:
    fetched = fetch(url)
    assert fetched.status is FetchStatus.TROUBLE
    assert url in fetched.trouble


def test_a_redirect_to_another_scheme_is_not_followed(site: str) -> None:
    """A site must not make us read our own files."""
    assert fetch(f"{site}/file").status is FetchStatus.TROUBLE


def test_what_is_compressed_unasked_is_read_all_the_same(site: str) -> None:
    assert fetch(f"{site}/gzip").content == RULES


def test_a_compressed_bomb_expands_no_further_than_the_limit(site: str) -> None:
    assert len(fetch(f"{site}/bomb").content) == MOST_BYTES


@pytest.mark.parametrize("path", ["broken", "br"])
def test_an_encoding_that_cannot_be_read_is_trouble(site: str, path: str) -> None:
    fetched = fetch(f"{site}/{path}")
    assert fetched.status is FetchStatus.TROUBLE
    assert "cannot be fetched" in fetched.trouble
