"""Every trap of the dialect, as bouncers fall into it."""

import gzip
import json

import pytest
import structlog
from bouncer_house import FIREWALL, KEY, TRAEFIK, House, ban_of
from hypothesis import given
from hypothesis import strategies as st

from pforte.gates.crowdsec import answers
from pforte.gates.crowdsec.answers import Answer, Question, Stream
from pforte.net.addresses import parse_address

FORBIDDEN = b'{"message":"access forbidden"}'
KEYED = ["/v1/decisions", "/v1/decisions/stream", "/v1/decisions/stream?startup=true"]


def told(answer):
    assert answer.status == 200
    return [(one["value"], one["duration"]) for one in json.loads(answer.body)]


@pytest.mark.parametrize(
    "target", ["/v1/decisions?ip=192.0.2.1", "/v1/decisions", "/v1/decisions?scopes=country"]
)
def test_nothing_is_exactly_four_bytes(house, target):
    """The bouncer of nginx compares the text `null` and otherwise reads the first element; Traefik's compares bytes."""
    answer = house.ask(target)
    assert (answer.status, answer.body) == (200, b"null")


def test_an_address_is_asked_about(house):
    house.decide(ban_of("192.0.2.1"), ban_of("192.0.2.0/24", 5), ban_of("2001:db8::/64"))
    assert told(house.ask("/v1/decisions?ip=192.0.2.1")) == [
        ("192.0.2.0/24", "5h0m0s"),
        ("192.0.2.1", "1h0m0s"),
    ]
    assert told(house.ask("/v1/decisions?ip=192.0.2.9")) == [("192.0.2.0/24", "5h0m0s")]
    assert told(house.ask("/v1/decisions?ip=2001:db8::9")) == [("2001:db8::/64", "1h0m0s")]
    assert told(house.ask("/v1/decisions?ip=::ffff:192.0.2.9")) == [("192.0.2.0/24", "5h0m0s")]
    assert house.ask("/v1/decisions?ip=192.0.3.1").body == b"null"


def test_the_longest_stands_first(house):
    """The bouncer of nginx takes the first element alone."""
    house.decide(ban_of("192.0.2.0/24"), ban_of("192.0.2.1", 9), ban_of("192.0.0.0/16", 4))
    assert [value for value, _ in told(house.ask("/v1/decisions?ip=192.0.2.1"))] == [
        "192.0.2.1",
        "192.0.0.0/16",
        "192.0.2.0/24",
    ]


def test_networks_are_asked_about_both_ways(house):
    house.decide(ban_of("192.0.2.1"), ban_of("192.0.2.0/24"), ban_of("198.51.100.1"))
    assert [v for v, _ in told(house.ask("/v1/decisions?range=192.0.2.0/25"))] == ["192.0.2.0/24"]
    found = told(house.ask("/v1/decisions?range=192.0.0.0/16&contains=false"))
    assert sorted(v for v, _ in found) == ["192.0.2.0/24", "192.0.2.1"]
    assert len(told(house.ask("/v1/decisions"))) == 3


def test_a_ban_shuts_nobody_out_from_the_second_of_its_end(house):
    house.decide(ban_of("192.0.2.1"))
    house.move(minutes=59, seconds=59)
    assert told(house.ask("/v1/decisions?ip=192.0.2.1")) == [("192.0.2.1", "1s")]
    house.clock.move(ban_of("192.0.2.1").ends - house.clock.now())
    assert house.ask("/v1/decisions?ip=192.0.2.1").body == b"null"
    assert json.loads(house.ask("/v1/decisions/stream?startup=true").body)["new"] == []


def test_an_address_that_is_none_is_an_error_of_the_server_as_in_crowdsec(house):
    answer = house.ask("/v1/decisions?ip=bogus")
    assert answer.status == 500
    assert answer.body == (
        b'{"message":"unable to convert \'bogus\' to int: invalid address: invalid ip address / range"}'
    )
    assert house.ask("/v1/decisions?" + "&".join(["a=1"] * 99)).status == 500


@pytest.mark.parametrize("target", KEYED)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("key", ["", "wrong", KEY + " "])
def test_without_a_key_nothing_is_told(house, target, method, key):
    answer = house.ask(target, method=method, key=key)
    assert (answer.status, answer.body) == (403, FORBIDDEN)


def test_reports_need_a_key_too(house):
    assert house.ask("/v1/usage-metrics", method="POST", key="wrong").status == 403


@pytest.mark.parametrize("target", KEYED)
def test_head_tries_a_key_and_moves_no_position(house, target):
    """CrowdSec's AppSec component asks so, 200 ms its patience."""
    house.pull("startup=true")
    house.decide(ban_of("192.0.2.1"))
    assert house.ask(target, method="HEAD") == Answer(200)
    assert house.pull()[0] == {"192.0.2.1": "1h0m0s"}


@pytest.mark.parametrize("startup", ["false", "1", "True", "yes", ""])
def test_only_the_word_true_starts(house, startup):
    house.decide(ban_of("192.0.2.1"))
    house.pull("startup=true")
    assert house.pull(f"startup={startup}") == ({}, [])


def begin_pull(house):
    headers = {"x-api-key": KEY, "user-agent": FIREWALL}
    stream = house.answers.answer(
        Question("GET", "/v1/decisions/stream", "", headers, b"", parse_address("127.0.0.1"))
    )
    assert isinstance(stream, Stream)
    return stream


def test_a_position_moves_only_when_all_was_sent(house):
    house.pull("startup=true")
    house.decide(ban_of("192.0.2.1"))
    next(begin_pull(house).pieces)
    assert house.pull()[0] == {"192.0.2.1": "1h0m0s"}


def test_what_is_decided_while_an_answer_is_sent_comes_with_the_next(house):
    house.pull("startup=true")
    stream = begin_pull(house)
    house.decide(ban_of("192.0.2.1"))
    assert b"192.0.2.1" not in b"".join(stream.pieces)
    stream.told()
    assert house.pull()[0] == {"192.0.2.1": "1h0m0s"}


def test_filters_hold_for_what_is_taken_out_too(house):
    address, network = ban_of("192.0.2.1"), ban_of("198.51.100.0/24")
    house.decide(address, network)
    assert house.pull("startup=true&scopes=ip", TRAEFIK)[0] == {"192.0.2.1": "1h0m0s"}
    house.lift(address)
    house.lift(network)
    assert house.pull("scopes=ip", TRAEFIK) == ({}, ["192.0.2.1"])


@pytest.mark.parametrize(
    "target", ["/", "/v1", "/v1/decisions/", "/v1/decisions/1", "/v1/watchers", "/V1/decisions"]
)
def test_an_unknown_path_is_an_empty_404(house, target):
    assert house.ask(target, key="") == Answer(404)


@pytest.mark.parametrize(
    ("method", "target", "allowed"),
    [
        ("POST", "/v1/decisions", "GET, HEAD"),
        ("DELETE", "/v1/decisions/stream", "GET, HEAD"),
        ("GET", "/v1/usage-metrics", "POST"),
        ("PUT", "/health", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_an_empty_405(house, method, target, allowed):
    """RFC 9110 s15.5.6 wants Allow beside it."""
    assert house.ask(target, method=method) == Answer(405, b"", (("Allow", allowed),))


def test_health_needs_no_key(house):
    assert house.ask("/health", key="") == Answer(200, b'{"status":"up"}')
    assert house.ask("/health", method="HEAD", key="") == Answer(200)


def test_a_base_address_with_a_slash_too_many_works(house):
    assert house.ask("//v1/decisions?ip=192.0.2.1").body == b"null"


def test_reports_are_taken_and_their_figures_logged(house):
    body = json.dumps(
        {
            "remediation_components": [
                {
                    "type": "crowdsec-firewall-bouncer",
                    "version": "v0.0.34\x1b",
                    "utc_startup_timestamp": 1,
                    "metrics": [{"items": [{"name": "dropped", "value": 5}, {"name": "odd", "value": 1}]}],
                }
            ]
        }
    ).encode()
    with structlog.testing.capture_logs() as logged:
        answer = house.ask(
            "/v1/usage-metrics", method="POST", body=gzip.compress(body), content_encoding="gzip"
        )
    assert answer == Answer(201)
    assert logged == [
        {
            "event": "bouncer.report",
            "log_level": "info",
            "bouncer": "edge",
            "agent": "crowdsec-firewall-bouncer/v0.0.34\\x1b",
            "dropped": 5,
        }
    ]
    assert house.ask("/v1/usage-metrics", method="POST", body=b"{}").status == 400
    assert house.ask("/v1/usage-metrics", method="POST", body=b"{}", content_encoding="gzip").status == 400


def test_who_ignores_networks_is_named_once_a_day(house):
    with structlog.testing.capture_logs() as logged:
        house.pull("startup=true")
        house.decide(ban_of("198.51.100.0/24"))
        for agent in (FIREWALL, FIREWALL, "caddy-cs-bouncer/v0.8"):
            house.pull("", agent)
        house.move(days=1)
        house.decide(ban_of("198.51.101.0/24", 99))
        house.pull()
    assert [(one["event"], one["bouncer"], one["networks"]) for one in logged] == [
        ("bouncer.ignores-networks", "edge", 1)
    ] * 2


def test_a_wrong_key_is_told_once_and_the_list_of_whom_is_bounded(house, monkeypatch):
    monkeypatch.setattr(answers, "MOST_TOLD", 2)
    with structlog.testing.capture_logs() as logged:
        for last in (1, 1, 2, 3, 1):
            house.ask("/v1/decisions", key="wrong", address=f"10.0.0.{last}")
    assert [one["bouncer"] for one in logged] == ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.1"]


@pytest.mark.parametrize("count", [0, 1, 4, 5, 6, 11])
def test_a_long_answer_comes_in_pieces_that_are_one_document(house, monkeypatch, count):
    monkeypatch.setattr(answers, "PIECE", 5)
    house.decide(*(ban_of(f"192.0.2.{n}") for n in range(count)))
    assert len(house.pull("startup=true")[0]) == count
    body = house.ask("/v1/decisions").body
    assert len(json.loads(body) or ()) == count


@given(
    st.sampled_from(["GET", "HEAD", "POST", "BREW"]),
    st.one_of(st.text(max_size=30), st.sampled_from([*KEYED, "/health", "/v1/usage-metrics"])),
    st.text(max_size=40),
    st.binary(max_size=40),
)
def test_any_question_has_an_answer(method, path, query, body):
    house = House()
    house.load(ban_of("192.0.2.1"))
    answer = house.ask(f"{path}?{query}", method=method, body=body)
    assert answer.status in (200, 201, 400, 404, 405, 500)
