"""Who may come in: the bans first, then the checks; nobody else is refused, and nothing is counted twice."""

import json
from datetime import timedelta
from itertools import product

import pytest
import structlog
from http_asking import NOON, ban_of, fields_of, house, status_of

ATTACK = "/.env"


def test_a_visitor_comes_in():
    here = house(ban_of("192.0.2.7"))
    assert here.nginx("192.0.2.8") == b"HTTP/1.1 204 No Content\r\n\r\n"
    assert here.ask("/forward", x_forwarded_for="192.0.2.8", x_forwarded_uri="/") == here.nginx("192.0.2.8")
    assert status_of(here.ask("/envoy/", x_forwarded_for="192.0.2.8")) == 200
    assert here.caught == []


@pytest.mark.parametrize(
    "visitor", ["192.0.2.7", "192.0.2.7:4711", "::ffff:192.0.2.7", "203.0.113.1, 192.0.2.7"]
)
def test_whoever_is_shut_out_is_refused_with_reason_reference_and_wait(visitor):
    here = house(ban_of("192.0.2.7"))
    answer = here.nginx(visitor)
    fields = fields_of(answer)
    assert status_of(answer) == 403
    assert (fields["x-pforte-reason"], fields["x-pforte-reference"]) == ("visit.xss", "PF-7K3M-Q2XD")
    assert fields["retry-after"] == "3600"


def test_prefixes_and_the_network_of_an_ipv6_address_are_shut_out():
    here = house(ban_of("203.0.113.0/24"), ban_of("2001:db8:1:2::/64"))
    assert status_of(here.nginx("203.0.113.200")) == 403
    assert status_of(here.nginx("2001:db8:1:2:ffff::1")) == 403
    assert status_of(here.nginx("2001:db8:1:3::1")) == 204


def test_exempt_networks_come_through_whatever_they_ask():
    """Nothing is recorded here either: the log tells of it."""
    here = house(ban_of("198.51.100.7"))
    assert status_of(here.nginx("198.51.100.7", ATTACK)) == 204
    assert here.caught == []


def test_a_ban_by_hand_keeps_the_operators_words():
    here = house(ban_of("192.0.2.7", reason="that idiot"))
    answer = here.ask("/forward", x_forwarded_for="192.0.2.7", accept="text/html")
    assert b"idiot" not in answer
    assert fields_of(answer)["x-pforte-reason"] == "by-hand"


def test_the_end_of_a_ban_lets_in():
    here = house(ban_of("192.0.2.7"))
    here.porter.now = (NOON + timedelta(hours=1, seconds=-1)).timestamp()
    assert fields_of(here.nginx("192.0.2.7"))["retry-after"] == "1"
    here.porter.now += 1
    assert status_of(here.nginx("192.0.2.7")) == 204


VISITORS = ["192.0.2.7", "192.0.2.8", "198.51.100.7", "junk", "192.0.2.9, 127.0.0.1", "2001:db8::1"]


@pytest.mark.parametrize(
    "parts", [{}, {"loaded": False}, {"detect": False}, {"on_failure": "closed"}], ids=str
)
def test_the_glance_lets_in_nobody_who_would_be_refused(parts):
    here = house(ban_of("192.0.2.7"), ban_of("198.51.100.7"), **parts)
    here.nginx("192.0.2.8", ATTACK)  # caught a moment ago
    asker = here.visitors.asker("127.0.0.1")
    asks = (b"/nginx", b"/forward", b"/page", b"/envoy/", b"/health")
    for visitor, target, ask in product(VISITORS, (b"/", ATTACK.encode(), b""), asks):
        headers = {b"x-forwarded-for": visitor.encode()}
        if target:
            headers |= {b"x-original-uri": target, b"x-forwarded-uri": target}
        if here.porter.is_welcome(asker, ask, headers):
            assert here.porter.answer(asker, b"GET", ask, headers) == b"HTTP/1.1 204 No Content\r\n\r\n"


def test_most_come_in_after_a_glance():
    here = house(ban_of("192.0.2.7"))
    asker = here.visitors.asker("127.0.0.1")
    headers = {b"x-forwarded-for": b"192.0.2.9", b"x-original-uri": b"/blog?id=1"}
    assert here.porter.is_welcome(asker, b"/nginx", headers)
    assert not here.porter.is_welcome(asker, b"/nginx", headers | {b"x-forwarded-for": b"192.0.2.7"})


def asked_by_nginx(visitor: str, target: str, agent: bytes = b"curl/8.5.0") -> bytes:
    head = f"GET /nginx HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {visitor}\r\nX-Original-URI: {target}\r\n"
    return head.encode("latin-1") + b"X-Original-Method: GET\r\nUser-Agent: " + agent + b"\r\n\r\n"


@pytest.mark.parametrize(
    "parts", [{}, {"loaded": False}, {"detect": False}, {"on_failure": "closed"}], ids=str
)
def test_the_glance_at_whole_questions_lets_in_nobody_who_would_be_refused(parts):
    here = house(ban_of("192.0.2.7"), ban_of("2001:db8:5::/48"), **parts)
    here.nginx("192.0.2.8", ATTACK)  # caught a moment ago
    visitors = [
        *VISITORS[:4],
        "192.0.2.9",
        "::ffff:192.0.2.7",
        "::ffff:192.0.2.8",
        "2001:db8:5::1",
        "2001:db8::1",
    ]
    agents = [b"curl/8.5.0", b"/.env", b"\\x2f.env", b"a\tb", b"\xc3\xa4", b"a\x01b", b"a\rb"]
    asks = list(product(visitors, ("/", ATTACK), agents))
    for place in here.porter.glance([asked_by_nginx(*ask) for ask in asks]):
        visitor, target, agent = asks[place]
        assert agent.decode("ascii").isprintable()  # else the parser may refuse the question
        assert here.nginx(visitor, target, user_agent=agent.decode()) == b"HTTP/1.1 204 No Content\r\n\r\n"


def test_whole_questions_are_told_apart():
    here = house(ban_of("192.0.2.7"))
    asks = [
        ("192.0.2.9", "/"),
        ("192.0.2.7", "/"),
        ("192.0.2.9", ATTACK),
        ("2001:db8::7", "/a"),
        ("192.0.2", "/"),
    ]
    questions = [asked_by_nginx(*ask) for ask in asks]
    assert here.porter.glance([*questions, b"junk"]) == {0, 3}
    assert here.caught == []  # a glance only looks


# The first attack.


def test_the_first_attack_is_refused_and_handed_on_with_its_proof():
    here = house()
    answer = here.nginx("192.0.2.7", ATTACK, host="www.example.org", user_agent="curl/8.5.0")
    assert status_of(answer) == 403
    assert fields_of(answer)["x-pforte-reason"] == "visit.secret-file"
    (offence,) = here.caught
    assert (str(offence.network), offence.check) == ("192.0.2.7/32", "visit.secret-file")
    assert b'"GET /.env HTTP/1.1" 000' in offence.evidence


def test_the_next_request_is_refused_before_the_ban_stands_in_the_table():
    here = house()
    here.nginx("2001:db8:1:2::7", ATTACK)
    for answer in (here.nginx("2001:db8:1:2::8"), here.ask("/envoy/", x_forwarded_for="2001:db8:1:2::9")):
        assert status_of(answer) == 403
        assert fields_of(answer)["x-pforte-reason"] == "visit.secret-file"
    assert status_of(here.nginx("2001:db8:1:3::7")) == 204


def test_the_memory_is_short_because_the_register_decides():
    """An operator who lifts the ban at once must not be contradicted for long."""
    here = house()
    here.nginx("192.0.2.7", ATTACK)
    here.porter.now += 5
    assert status_of(here.nginx("192.0.2.7")) == 204


def test_attacks_of_one_incident_are_refused_and_handed_on_once():
    here = house()
    for _ in range(50):
        assert status_of(here.nginx("192.0.2.7", ATTACK)) == 403
        here.porter.now += 1
    assert len(here.caught) == 1
    here.porter.now += 60
    assert status_of(here.nginx("192.0.2.7", ATTACK)) == 403
    assert len(here.caught) == 2


def test_who_asks_for_too_much_judging_is_left_to_the_log():
    """Long requests that only look like attacks must not keep the gate from everybody else."""
    here = house()
    for _ in range(99):
        assert (
            status_of(here.ask("/envoy/" + "x" * 8_000, x_forwarded_for="192.0.2.7")) == 200
        )  # these need none
    assert status_of(here.nginx("192.0.2.7", ATTACK)) == 403
    here = house()
    for _ in range(9):
        assert status_of(here.nginx("192.0.2.7", "/?q=/.env" + "x" * 8_000)) == 204
    assert status_of(here.nginx("192.0.2.7", ATTACK)) == 204
    assert status_of(here.nginx("192.0.2.8", ATTACK)) == 403
    here.porter.now += 1
    assert status_of(here.nginx("192.0.2.7", ATTACK)) == 403


def test_a_claim_to_be_a_crawler_refuses_the_request_only():
    """Who says it is Googlebot is asked for the proof before its network is shut out."""
    here = house()
    google = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    assert status_of(here.nginx("192.0.2.7", ATTACK, user_agent=google)) == 403
    assert here.caught[0].claim == "googlebot"
    assert status_of(here.nginx("192.0.2.7", "/", user_agent=google)) == 204


def test_without_detection_only_bans_count():
    here = house(ban_of("192.0.2.7"), detect=False)
    assert status_of(here.nginx("192.0.2.8", ATTACK)) == 204
    assert status_of(here.nginx("192.0.2.7")) == 403


def test_a_proxy_that_tells_no_request_asks_for_the_address_only():
    here = house()
    assert status_of(here.ask("/nginx", x_forwarded_for="192.0.2.7", x_forwarded_uri=ATTACK)) == 204


def test_simulation_records_and_refuses_nobody():
    here = house(enforces=False)
    assert status_of(here.nginx("192.0.2.7", ATTACK)) == 204
    assert status_of(here.nginx("192.0.2.7")) == 204
    assert len(here.caught) == 1


# Who is meant.


def test_only_trusted_proxies_are_believed():
    here = house(ban_of("192.0.2.7"))
    assert status_of(here.ask("/nginx", peer="203.0.113.1", x_forwarded_for="192.0.2.7")) == 204
    assert status_of(here.ask("/nginx", peer="192.0.2.7", x_forwarded_for="203.0.113.1")) == 403


@pytest.mark.parametrize(("on_failure", "status"), [("open", 204), ("closed", 403)])
def test_who_is_not_named_is_treated_as_the_operator_chose(on_failure, status):
    here = house(on_failure=on_failure)
    with structlog.testing.capture_logs() as logs:
        assert status_of(here.ask("/nginx", x_original_uri="/")) == status
        assert status_of(here.nginx("junk")) == status
    assert [line["event"] for line in logs] == ["gate.http.visitor-unknown"]  # not one for each request
    assert "gate.http.trusted" in logs[0]["text"]
    assert status_of(here.ask("/envoy/")) == (200 if status == 204 else 403)
    assert status_of(here.ask("/page")) == 403


@pytest.mark.parametrize(("on_failure", "status"), [("open", 204), ("closed", 403)])
def test_while_the_bans_are_not_known_the_operators_choice_holds(on_failure, status):
    here = house(loaded=False, on_failure=on_failure)
    assert status_of(here.nginx("192.0.2.7")) == status
    assert status_of(here.nginx("192.0.2.7", ATTACK)) == 403
    assert status_of(here.ask("/health")) == 503
    here.table.load((), NOON)
    assert status_of(here.ask("/health")) == 200
    assert status_of(here.nginx("192.0.2.8")) == 204


# What is said.


@pytest.mark.parametrize("ask", ["/forward", "/envoy/", "/page"])
def test_browsers_get_a_page_and_programs_an_object(ask):
    here = house(ban_of("192.0.2.7"))
    page = here.ask(ask, x_forwarded_for="192.0.2.7", accept="text/html", accept_language="de")
    assert status_of(page) == 403
    assert b"Zugang verweigert" in page
    assert b"PF-7K3M-Q2XD" in page
    answer = here.ask(ask, x_forwarded_for="192.0.2.7", accept="application/json")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["reference"] == "PF-7K3M-Q2XD"
    assert b"Reference: PF-7K3M-Q2XD" in here.ask(ask, x_forwarded_for="192.0.2.7")


def test_the_page_of_who_was_caught_a_moment_ago_tells_why():
    here = house()
    here.nginx("192.0.2.7", ATTACK)
    answer = here.ask("/page", x_forwarded_for="192.0.2.7")
    assert fields_of(answer)["x-pforte-reason"] == "visit.secret-file"
    assert b"being recorded" in answer


def test_the_page_of_who_is_not_shut_out_says_so():
    """Nginx shows it for every 403, also for one of the site's own."""
    answer = house().ask("/page", x_forwarded_for="192.0.2.7")
    assert status_of(answer) == 403
    assert fields_of(answer)["x-pforte-reason"] == "site"
    assert b"not shut out" in answer


def test_another_target_is_no_endpoint():
    assert status_of(house().ask("/", x_forwarded_for="192.0.2.7")) == 404


def test_a_gate_that_stands_open_refuses_no_attack_either():
    """An operator in a panic wants everybody in; what is seen is recorded all the same."""
    here = house(ban_of("192.0.2.7"))
    here.nginx("192.0.2.9", ATTACK)
    here.table.stand_open(NOON)
    for visitor in ("192.0.2.7", "192.0.2.8", "192.0.2.9"):
        assert status_of(here.nginx(visitor, ATTACK)) == 204
    assert [str(offence.network) for offence in here.caught] == [
        "192.0.2.9/32",
        "192.0.2.7/32",
        "192.0.2.8/32",
    ]


# Log-ins.


def test_a_log_in_is_refused_by_a_ban_and_told_why():
    here = house(
        ban_of("192.0.2.7"), ban_of("198.51.100.7"), ban_of("2001:db8:1:2::/64", reason="that idiot")
    )
    status, message = here.log_in("192.0.2.7")
    assert status == -1
    assert message.startswith("Refused until 2026-03-01T13:00:00Z, reference PF-7K3M-Q2XD: ")
    assert message.endswith(" abuse@example.net")
    assert here.log_in("2001:db8:1:2::9")[0] == -1
    assert "idiot" not in here.log_in("2001:db8:1:2::9")[1]
    for remote in ("192.0.2.8", "198.51.100.7", "127.0.0.1", "", "junk"):
        assert here.log_in(remote) == (0, "")
    here.porter.now += 3600
    assert here.log_in("192.0.2.7") == (0, "")


def test_a_log_in_is_no_visit_of_a_site():
    here = house()
    here.nginx("192.0.2.7", ATTACK)
    assert here.log_in("192.0.2.7") == (0, "")


@pytest.mark.parametrize(("on_failure", "status"), [("open", 0), ("closed", -1)])
def test_log_ins_of_whom_nothing_is_known(on_failure, status):
    unknown = house(loaded=False, on_failure=on_failure)
    assert unknown.log_in("192.0.2.7")[0] == status
    for remote in ("127.0.0.1", "198.51.100.7", ""):
        assert unknown.log_in(remote)[0] == 0
    here = house(ban_of("192.0.2.7"), on_failure=on_failure)
    with structlog.testing.capture_logs() as logs:
        assert here.log_in("192.0.2.8", peer="192.0.2.9")[0] == status
    assert "192.0.2.9 asks about a log-in and is none of gate.http.trusted" in logs[0]["text"]
    asker = here.visitors.asker("127.0.0.1")
    assert f'"status": {status},'.encode() in here.porter.answer_log_in(asker, b"{}")


def test_a_gate_that_stands_open_refuses_no_log_in():
    here = house(ban_of("192.0.2.7"))
    here.table.stand_open(NOON)
    assert here.log_in("192.0.2.7") == (0, "")
