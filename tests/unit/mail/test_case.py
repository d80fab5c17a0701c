"""What is kept of a judged mail is bounded, and never the body by itself."""

from mail_house import facts, judged

from pforte.mail.case import MOST_KEPT, MOST_RECIPIENTS, case_of
from pforte.mail.checks.declaration import Action


def test_header_facts_and_findings_are_kept_and_the_body_is_not() -> None:
    case = case_of(facts(), judged(Action.REJECT))
    assert (case.header, case.message, case.tls, case.user) == (b"From: a\r\n\r\n", b"", "TLSv1.3", "u")
    assert (case.sender, len(case.recipients), case.queue) == ("a@b", MOST_RECIPIENTS, "Q")
    (kept,) = case.findings
    assert (kept.check, len(kept.observed), kept.values) == ("mail.wrong", 400, {"what": "y"})
    assert case.refused


def test_the_message_is_kept_where_the_operator_wants_it() -> None:
    assert case_of(facts(), judged(Action.REJECT), keep_message=True).message == b"From: a\r\n\r\nbody\r\n"


def test_what_is_only_watched_is_not_refused_but_was_wanted() -> None:
    case = case_of(facts(), judged(Action.WATCH))
    assert (case.refused, case.action, case.wanted) == (False, Action.WATCH, Action.REJECT)


def test_a_long_header_is_cut() -> None:
    assert len(case_of(facts(b"X: " + b"y" * 100_000 + b"\r\n\r\n"), judged(Action.MARK)).header) == MOST_KEPT
