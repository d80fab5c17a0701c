"""What is kept of a judged mail is bounded, and never the body by itself."""

from datetime import UTC, datetime
from ipaddress import ip_address

from pforte.languages import Text
from pforte.mail.case import MOST_KEPT, MOST_RECIPIENTS, case_of
from pforte.mail.checks.declaration import Action, Check, Reply, Stage, finding_of
from pforte.mail.facts import Facts, House
from pforte.mail.message import Message
from pforte.mail.session import Envelope, Session, Tls
from pforte.mail.verdict import Judged, Verdict

SAID = Text(en="wrong: {what}", de="falsch: {what}")
CHECK = Check(
    id="mail.wrong",
    stage=Stage.MESSAGE,
    standard="RFC 5322 s3.6",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(550, "5.6.0", SAID),
    summary=SAID,
    remedy=SAID,
    judge=lambda _: None,
)


def facts(raw: bytes = b"From: a\r\n\r\nbody\r\n") -> Facts:
    return Facts(
        now=datetime(2026, 3, 1, tzinfo=UTC),
        house=House(),
        session=Session(address=ip_address("192.0.2.1"), helo="h", tls=Tls("TLSv1.3"), user="u"),
        envelope=Envelope(sender="a@b", recipients=tuple(f"{n}@c" for n in range(200)), queue="Q"),
        message=Message(raw),
    )


def judged(action: Action) -> Verdict:
    finding = finding_of("mail.wrong", b"x" * 1000, "right", what="y")
    return Verdict((Judged(CHECK, finding, action, Action.REJECT),))


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
