"""The example's story tells each ban once, with rung, end, reference and the line that proves it."""

import threading
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

from pforte.bans.offence import Kind, Offence
from pforte.clock import SystemClock
from pforte.commands import Call
from pforte.commands.example_story import RUNGS, Story
from pforte.net.addresses import network_of
from pforte.register.batch import Batch, Entry
from pforte.register.store import Register, locate


def offend(call: Call, address: str) -> None:
    real = ip_address(address)
    offence = Offence(
        network=network_of(real),
        address=real,
        kind=Kind.ATTACK,
        check="visit.path-traversal",
        at=SystemClock().now() - timedelta(seconds=1),
        service="http",
        source="access.log",
        line=17,
        evidence=b"GET /../../etc/passwd",
    )
    with Register.open(locate(call.settings()), SystemClock()) as register:
        register.record(Batch(entries=(Entry(offence=offence),)))


def test_the_rungs_have_the_words_in_which_they_are_published() -> None:
    """Nobody should have to find out whether 30 days are a month."""
    published = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8").split("ladder: ")[1]
    places = [published.index(words) for words in RUNGS.values()]
    assert places == sorted(places)


def test_a_ban_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "pforte.toml"
    config.write_text(f'[service]\nstate = "{tmp_path / "state"}"\n')
    call = Call(config, (), lambda _: 0)
    story = Story(call, threading.Event())
    offend(call, "198.51.100.7")
    story.settle(seconds=0.0)
    story.follow()
    told = capsys.readouterr().out
    assert told.count("BAN 198.51.100.7/32") == 1
    assert "rung 1 (1 hour)" in told
    assert "because of access.log:17" in told


def test_a_service_that_ended_is_not_waited_for(tmp_path: Path) -> None:
    stopped = threading.Event()
    stopped.set()
    story = Story(Call(None, (f"service.state={tmp_path}",), lambda _: 0), stopped)
    story.settle(seconds=3600.0, patience=3600.0)


def test_the_summary_says_what_to_do_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A newcomer must not have to read the manual to go on."""
    config = tmp_path / "pforte.toml"
    config.write_text(f'[service]\nstate = "{tmp_path / "state"}"\n')
    story = Story(Call(config, (), lambda _: 0), threading.Event())
    story.line('203.0.113.10 - - [{clf}] "GET / HTTP/1.1" 200 1 "-" "x"')
    story.heading("Now")
    story.summary()
    told = capsys.readouterr().out
    assert '203.0.113.10 "GET / HTTP/1.1"' in told
    for command in ("bans", "status", "explain", "scan", "replay", "make run ARGS"):
        assert command in told
