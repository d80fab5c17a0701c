"""Findings that are offences reach the ladder as what they are."""

from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Check, Reply, Stage, finding_of
from pforte.mail.facts import Facts, House
from pforte.mail.session import Envelope, Session
from pforte.mail.verdict import Judged, Verdict
from pforte.net.addresses import network_of
from pforte.service.mail.offences import offences_of

SAID = Text(en="wrong: {what}", de="falsch: {what}")
CHECK = Check(
    id="mail.wrong",
    stage=Stage.MESSAGE,
    standard="RFC 5321 s2.3.8",
    standard_action=Action.REJECT,
    strict_action=Action.REJECT,
    reply=Reply(550, "5.5.2", SAID),
    summary=SAID,
    remedy=SAID,
    kind=Kind.ATTACK,
    judge=lambda _: None,
)
FACTS = Facts(
    now=datetime(2026, 3, 1, tzinfo=UTC),
    house=House(),
    session=Session(address=ip_address("2001:db8::1"), helo="h"),
    envelope=Envelope(sender="A@b", recipients=("c@d", "e@f")),
)


def offences(action=Action.REJECT, check=CHECK, facts=FACTS, *, temporary=False):
    finding = finding_of(check.id, b"proof", "right", temporary=temporary, what="y")
    verdict = Verdict((Judged(check, finding, action, Action.REJECT),))
    return list(offences_of(facts, verdict, "gate.milter", network_of))


def test_an_offence_is_charged_to_the_network_with_its_proof():
    (offence,) = offences()
    assert (str(offence.network), offence.kind, offence.check) == ("2001:db8::/64", Kind.ATTACK, "mail.wrong")
    assert (offence.service, offence.source, offence.at) == ("smtp", "gate.milter", FACTS.now)
    assert offence.evidence == b"helo=<h> from=<A@b>: proof"
    assert (offence.observed, offence.mode) == ("wrong: y", Mode.ENFORCE)


def test_what_is_watched_or_marked_climbs_no_ladder():
    assert [each.mode for each in offences(Action.WATCH) + offences(Action.MARK)] == [Mode.WATCH, Mode.WATCH]


def test_trouble_and_checks_without_a_kind_are_no_offences():
    assert offences(temporary=True) == []
    assert offences(check=replace(CHECK, kind=None)) == []


def test_a_retry_of_the_same_mail_is_the_same_act():
    swapped = replace(FACTS, envelope=Envelope(sender="a@B", recipients=("e@f", "c@d")))
    other = replace(FACTS, envelope=Envelope(sender="a@b", recipients=("x@y",)))
    acts = [offences(facts=each)[0].act for each in (FACTS, swapped, other)]
    assert acts[0] == acts[1] != acts[2]
    assert offences(facts=replace(FACTS, envelope=Envelope()))[0].act == ""
