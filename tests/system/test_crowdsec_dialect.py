"""The same questions to Debian's crowdsec and to us: the same answers, but where bouncers are better served."""

import asyncio
import json
import re
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import crowdsec_api

from pforte.bans.ban import Ban, Origin
from pforte.clock import SystemClock
from pforte.gates.crowdsec.answers import Answers
from pforte.gates.crowdsec.gate import CrowdsecGate
from pforte.gates.crowdsec.keys import digest_of
from pforte.gates.crowdsec.listener import CrowdsecListener
from pforte.net.addresses import parse_network

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(
        not crowdsec_api.HERE,
        reason="needs crowdsec and cscli: as root, bash tests/system/packages.sh unpacks them",
    ),
]

BANS = (
    ("192.0.2.1/32", 1),
    ("192.0.2.0/24", 2),
    ("198.51.100.7/32", 3),
    ("2001:db8::1/128", 5),
    ("2001:db8:1::/64", 4),
)
GO_SECONDS = re.compile(r"-?(\d+h)?(\d+m)?\d+s")


class Store:
    """A register with the one bouncer that the peer has too."""

    def bouncer_digests(self) -> dict[str, str]:
        return {digest_of(crowdsec_api.KEY): "edge"}

    def pulls(self) -> list[object]:
        return []

    def save_pulls(self, pulls: object) -> None:
        pass

    def changed_bans(self, since: object, limit: int) -> list[Ban]:
        return []


def ban_of(network: str, hours: float) -> Ban:
    now = SystemClock().now()
    return Ban(
        network=parse_network(network),
        rung=1,
        starts=now,
        ends=now + timedelta(hours=hours),
        reference="PF-1",
        reason="test",
        origin=Origin.OPERATOR,
    )


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with crowdsec_api.running(tmp_path_factory.mktemp("crowdsec")) as api:
        for network, hours in BANS:
            option = (
                ("-i", network.partition("/")[0]) if network.endswith(("/32", "/128")) else ("-r", network)
            )
            api.cscli("decisions", "add", *option, "-d", f"{hours}h", "-R", "manual")
        yield api.url


@pytest.fixture(scope="module")
def ours() -> Iterator[str]:
    gate = CrowdsecGate(Store())  # type: ignore[arg-type]
    clock = SystemClock()
    gate.load([ban_of(network, hours) for network, hours in BANS], clock.now())
    listener = CrowdsecListener("127.0.0.1:0", gate, Answers(gate, clock))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(listener.open(), loop).result(10)
    yield f"http://127.0.0.1:{listener.port}"
    asyncio.run_coroutine_threadsafe(listener.close(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


def ask(url: str, method: str = "GET", key: str = crowdsec_api.KEY) -> tuple[int, str, bytes]:
    """Return the status, the kind of the body and the body."""
    request = urllib.request.Request(url, method=method, headers={"X-Api-Key": key, "User-Agent": "test/1"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers.get("Content-Type", ""), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("Content-Type", ""), error.read()


def meaning(body: bytes) -> object:
    """Return what a bouncer takes from a body: no numbers, no order, no fractions of seconds."""
    told = json.loads(body) if body else None
    if isinstance(told, dict) and told.keys() <= {"new", "deleted"}:
        return {name: _decisions(told.get(name) or []) for name in ("new", "deleted")}
    return _decisions(told) if isinstance(told, list) else told


def _decisions(told: list[dict[str, object]]) -> list[tuple[object, ...]]:
    return sorted(
        tuple(str(one[name]) for name in ("value", "scope", "type", "origin", "scenario")) for one in told
    )


SAME = (
    "/v1/decisions",
    "/v1/decisions?ip=203.0.113.1",
    "/v1/decisions?ip=192.0.2.1",
    "/v1/decisions?ip=192.0.2.77",
    "/v1/decisions?ip=::ffff:192.0.2.77",
    "/v1/decisions?ip=2001:db8::1",
    "/v1/decisions?ip=2001:db8:1::77",
    "/v1/decisions?ip=bogus",
    "/v1/decisions?ip=",
    "/v1/decisions?range=192.0.2.0/25",
    "/v1/decisions?range=192.0.2.0/24",
    "/v1/decisions?range=192.0.0.0/16",
    "/v1/decisions?range=192.0.0.0/16&contains=false",
    "/v1/decisions?range=2001:db8::/32&contains=false",
    "/v1/decisions?range=10.0.0.0/99",
    "/v1/decisions?ip=192.0.2.1&contains=maybe",
    "/v1/decisions?ip=192.0.2.1&type=captcha",
    "/v1/decisions?ip=192.0.2.1&type=ban",
    "/v1/decisions?scope=IP&value=192.0.2.1",
    "/v1/decisions?scopes=range",
    "/v1/decisions?scopes=Country",
    "/v1/decisions?foo=bar",
    "/v1/decisions/stream?startup=true",
    "/v1/decisions/stream?startup=true&scopes=range",
    "/v1/decisions/stream?startup=true&scopes=country",
    "/v1/decisions/stream?startup=true&origins=cscli",
    "/v1/decisions/stream?startup=true&origins=CAPI",
    "/v1/decisions/stream?startup=true&scenarios_containing=MAN",
    "/v1/decisions/stream?startup=true&scenarios_not_containing=man",
    "/v1/decisions/stream?",
    "/health",
    "/nope",
)


@pytest.mark.parametrize("target", SAME)
def test_the_same_question_has_the_same_answer(ours: str, theirs: str, target: str) -> None:
    we, they = ask(ours + target), ask(theirs + target)
    assert we[:2] == they[:2]
    assert meaning(we[2]) == meaning(they[2])
    assert (we[2] == b"null") == (they[2] == b"null")


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("HEAD", "/v1/decisions/stream"),
        ("HEAD", "/v1/decisions?ip=192.0.2.1"),
        ("POST", "/v1/decisions"),
        ("PUT", "/health"),
    ],
)
def test_the_same_method_has_the_same_answer(ours: str, theirs: str, method: str, target: str) -> None:
    we, they = ask(ours + target, method), ask(theirs + target, method)
    assert (we[0], we[2]) == (they[0], they[2])


@pytest.mark.parametrize("key", ["", "wrong"])
def test_a_wrong_key_has_the_same_answer(ours: str, theirs: str, key: str) -> None:
    target = "/v1/decisions?ip=192.0.2.1"
    assert ask(ours + target, key=key) == ask(theirs + target, key=key)


def test_durations_are_whole_where_theirs_are_not(ours: str, theirs: str) -> None:
    """The bouncer of nginx cannot read theirs, and then never lets go."""
    (we, they) = (json.loads(ask(url + "/v1/decisions?ip=2001:db8::1")[2]) for url in (ours, theirs))
    assert GO_SECONDS.fullmatch(we[0]["duration"])
    assert not GO_SECONDS.fullmatch(they[0]["duration"])


def test_the_longest_is_first_where_theirs_need_not_be(ours: str, theirs: str) -> None:
    """The bouncer of nginx takes the first alone."""
    (we, they) = (json.loads(ask(url + "/v1/decisions?ip=192.0.2.1")[2]) for url in (ours, theirs))
    assert [one["value"] for one in we] == ["192.0.2.0/24", "192.0.2.1"]
    assert [one["value"] for one in they] == ["192.0.2.1", "192.0.2.0/24"]
