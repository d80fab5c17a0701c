"""Lines of an access log, and a command that judges them."""

import json
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from pforte.__main__ import main

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
GOOGLE = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
AHREFS = "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)"
ZONE = """\
1.66.249.66.in-addr.arpa. 300 IN PTR crawl-66-249-66-1.googlebot.com.
crawl-66-249-66-1.googlebot.com. 300 IN A 66.249.66.1
"""


def line(client, time, target="/", agent=BROWSER, status=200):
    """Write a combined line; ``time`` is like ``02/Mar/2026:10:00:00``."""
    return f'{client} - - [{time} +0000] "GET {target} HTTP/1.1" {status} 99 "-" "{agent}"\n'


@pytest.fixture(scope="session")
def compiled(tmp_path_factory):
    """Return the folder in which the marks of the checks are kept compiled, once for all tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def judge(state, monkeypatch, compiled):
    """Write lines into the file access.log and let a command judge it, given the command and its options."""
    monkeypatch.delenv("CACHE_DIRECTORY", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(compiled))

    def _judge(*arguments, lines=None, before=()):
        if lines is not None:
            (state.parent / "access.log").write_text("".join(lines), encoding="utf-8")
            arguments = (*arguments, "access.log")
        result = CliRunner().invoke(main, [*before, *arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        found = [json.loads(text) for text in result.stdout.splitlines() if text.startswith("{")]
        told = [json.loads(text) for text in result.stderr.splitlines() if text.startswith("{")]
        return SimpleNamespace(
            code=result.exit_code, out=result.stdout, err=result.stderr, found=found, told=told
        )

    return _judge
