"""Answers are whole HTTP messages, and a refusal is 403 whatever the reason."""

from datetime import UTC, datetime, timedelta

from http_asking import fields_of, status_of

from pforte.gates.http import answers
from pforte.gates.http.page import Notice
from pforte.languages import Text

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOTICE = Notice(
    "192.0.2.7", Text("a", "ä"), Text("b", "b"), "visit.xss", "", NOON, "PF-1", NOON + timedelta(seconds=90)
)


def test_whoever_may_come_in_gets_no_words():
    assert answers.LET_IN == b"HTTP/1.1 204 No Content\r\n\r\n"
    assert (status_of(answers.LET_IN_ENVOY), fields_of(answers.LET_IN_ENVOY)) == (
        200,
        {"content-length": "0"},
    )


def test_a_short_refusal_names_reason_reference_and_wait():
    answer = answers.refused("visit.xss", "PF-1", 90)
    assert status_of(answer) == 403
    assert fields_of(answer) == {
        "x-pforte-reason": "visit.xss",
        "x-pforte-reference": "PF-1",
        "retry-after": "90",
        "cache-control": "no-store",
        "content-length": "0",
    }


def test_what_is_not_known_is_left_out():
    assert fields_of(answers.refused("unreadable")).keys().isdisjoint({"retry-after", "x-pforte-reference"})


def test_an_explained_refusal_may_not_be_kept_framed_or_run():
    answer = answers.explained(NOTICE, "visit.xss", "text/html", "de")
    fields = fields_of(answer)
    assert status_of(answer) == 403
    assert fields["content-type"] == "text/html; charset=utf-8"
    assert fields["content-language"] == "de"
    assert fields["cache-control"] == "no-store"
    assert fields["vary"] == "Accept, Accept-Language"
    assert fields["x-content-type-options"] == "nosniff"
    assert fields["referrer-policy"] == "no-referrer"
    assert fields["x-robots-tag"] == "noindex"
    assert "frame-ancestors 'none'" in fields["content-security-policy"]
    assert (fields["retry-after"], fields["x-pforte-reference"]) == ("90", "PF-1")


def test_an_answer_to_head_has_no_body_and_keeps_its_length():
    answer = answers.explained(NOTICE, "visit.xss", "text/plain", "en")
    head = answers.without_body(answer)
    assert answer.startswith(head)
    assert head.endswith(b"\r\n\r\n")
    assert b"Content-Length: 0" not in head
