"""A session in front of the policy: when who is refused, and what is kept of it."""

import asyncio
from dataclasses import replace

import pytest
from mail_house import CHECK, Nothing, facts

from pforte.mail.checks.declaration import Action, Reply, Stage, finding_of
from pforte.mail.facts import NOTHING_YET
from pforte.mail.policy import Policy
from pforte.mail.reception import Reception
from pforte.mail.session import Moved, Oddity, Tls


class Kept:
    """Keeps verdicts in a list."""

    def __init__(self):
        self.filed = []
        self.counted = self.failed = self.left = self.messages = 0

    async def file(self, facts, verdict):
        self.filed.append((facts, verdict))
        return f"PF-{len(self.filed)}"

    def page(self, reference):
        return f"https://example.org/r/{reference}"

    def count(self, facts, verdict):
        self.counted += 1

    def note_message(self, facts):
        self.messages += 1

    def note_failed(self, facts):
        self.failed += 1

    def leave(self, facts):
        self.left += 1


def check(slug, stage, judge, **changes):
    fire = lambda facts: finding_of(slug, b"proof", "right", what=slug) if judge(facts) else None  # noqa: E731
    return replace(CHECK, id=slug, stage=stage, judge=fire, **changes)


def play(checks, act):
    kept = Kept()
    begin = replace(facts(), envelope=NOTHING_YET, message=None)
    begin = replace(begin, session=replace(begin.session, helo="", tls=None, user=""))
    reception = Reception(Policy(checks=tuple(checks)), Nothing(), kept, begin)
    return asyncio.run(act(reception)), kept


def always(_):
    return True


def test_what_is_found_early_is_told_when_the_recipient_is_known():
    async def act(reception):
        return [
            await reception.connected(),
            await reception.greeted("h.example", extended=True),
            await reception.sender("a@example.net"),
            await reception.recipient("b@example.org"),
        ]

    answers, kept = play([check("mail.early", Stage.CONNECT, always)], act)
    assert answers[:3] == [None, None, None]
    assert (answers[3].code, answers[3].enhanced) == (550, "5.6.0")
    assert answers[3].texts == ("mail.early: wrong: mail.early", "https://example.org/r/PF-1")
    assert answers[3].reference == "PF-1"
    assert not answers[3].closes
    assert len(kept.filed) == 1


def test_what_is_refused_at_once_ends_the_connection():
    answer, _ = play([check("mail.ban", Stage.CONNECT, always, at_once=True)], lambda each: each.connected())
    assert answer.closes


def test_postmaster_stays_reachable_and_gets_the_mail():
    async def act(reception):
        await reception.connected()
        await reception.sender("a@example.net")
        assert await reception.recipient("other@example.org") is not None
        assert await reception.recipient("Postmaster@example.org") is None
        assert await reception.recipient("abuse") is None
        return await reception.message(b"From: a\r\n\r\n")

    outcome, _ = play([check("mail.early", Stage.CONNECT, always)], act)
    assert outcome.answer is None
    assert [each.action for each in outcome.verdict.judged] == [Action.MARK]


def test_a_message_that_passes_gets_headers_and_one_that_is_refused_a_reference():
    async def act(reception):
        await reception.sender("a@example.net")
        await reception.recipient("b@example.org")
        good = await reception.message(b"Subject: good\r\n\r\n")
        await reception.sender("a@example.net")
        await reception.recipient("b@example.org")
        return good, await reception.message(b"Subject: bad\r\n\r\n", queue="4Q")

    is_bad = check("mail.bad", Stage.MESSAGE, lambda each: b"bad" in each.message.raw)
    (good, bad), kept = play([is_bad], act)
    assert (good.answer, good.added, good.removed) == (None, (("X-Seen", "yes"),), (3,))
    assert (bad.answer.reference, bad.added, bad.removed) == ("PF-1", (), ())
    assert kept.filed[0][0].envelope.queue == "4Q"
    assert kept.counted == 2


def test_the_reply_names_the_first_and_counts_the_rest():
    async def act(reception):
        await reception.sender("a@example.net")
        return await reception.recipient("b@example.org")

    checks = [
        check("mail.first", Stage.MAIL, always, standard_action=Action.DEFER),
        check("mail.second", Stage.MAIL, always),
        check("mail.third", Stage.RECIPIENT, always),
    ]
    answer, _ = play(checks, act)
    assert answer.code == 550
    assert answer.texts[0] == "mail.second: wrong: mail.second (and 2 more)"


def test_trouble_is_told_as_temporary():
    unknown = lambda _: finding_of("mail.dns", b"", "an answer", temporary=True, what="time-out")  # noqa: E731
    made = replace(
        CHECK,
        id="mail.dns",
        stage=Stage.CONNECT,
        temporary=Reply(451, "4.4.3", CHECK.reply.sentence),
        judge=unknown,
    )

    async def act(reception):
        await reception.connected()
        await reception.sender("a@example.net")
        return await reception.recipient("b@example.org")

    answer, _ = play([made], act)
    assert (answer.code, answer.enhanced) == (451, "4.4.3")


def test_a_new_mail_and_a_reset_forget_the_one_before():
    async def act(reception):
        await reception.sender("bad@example.net")
        reception.reset()
        first = await reception.recipient("b@example.org")
        await reception.sender("bad@example.net")
        await reception.sender("good@example.net")
        second = await reception.recipient("b@example.org")
        return first, second, reception.facts.envelope

    seen = check("mail.sender", Stage.MAIL, lambda each: each.envelope.sender == "bad@example.net")
    (first, second, envelope), _ = play([seen], act)
    assert (first, second) == (None, None)
    assert (envelope.sender, envelope.recipients) == ("good@example.net", ("b@example.org",))


def test_a_recipient_that_is_refused_does_not_belong_to_the_mail():
    async def act(reception):
        await reception.sender("a@example.net")
        answers = [
            await reception.recipient(each) for each in ("b@example.org", "no@example.org", "c@example.org")
        ]
        reception.refused_elsewhere()
        reception.closed()
        return answers, reception.facts.envelope.recipients

    seen = check("mail.no", Stage.RECIPIENT, lambda each: each.envelope.recipients[-1] == "no@example.org")
    (answers, recipients), kept = play([seen], act)
    assert [answer is None for answer in answers] == [True, False, True]
    assert recipients == ("b@example.org",)
    assert (kept.failed, kept.left) == (2, 1)


def test_a_recipient_that_the_mta_refused_unasked_counts_and_changes_nothing():
    async def act(reception):
        await reception.sender("a@example.net")
        await reception.recipient("b@example.org")
        reception.failed()
        return reception.facts.envelope.recipients

    recipients, kept = play([], act)
    assert recipients == ("b@example.org",)
    assert kept.failed == 1


def test_encryption_forgets_how_the_client_called_itself():
    async def act(reception):
        await reception.greeted("bad", extended=True)
        reception.secured(Tls("TLSv1.3"))
        await reception.greeted("good.example", extended=True)
        await reception.sender("a@example.net")
        return await reception.recipient("b@example.org"), reception.facts.session

    (answer, session), _ = play(
        [check("mail.helo", Stage.HELO, lambda each: each.session.helo == "bad")], act
    )
    assert answer is None
    assert (session.helo, session.tls) == ("good.example", Tls("TLSv1.3"))


@pytest.mark.parametrize("at_once", [True, False])
def test_an_oddity_is_judged_when_it_happens(at_once):
    async def act(reception):
        await reception.connected()
        return await reception.moved(Moved(Oddity.SMUGGLING, b"\n.\r\n"))

    answer, _ = play(
        [check("mail.odd", Stage.CONNECT, lambda each: each.session.oddities, at_once=at_once)], act
    )
    assert (answer is not None) is at_once


def test_the_user_is_known_from_then_on():
    async def act(reception):
        reception.authenticated("somebody")
        return reception.facts.session.user

    assert play([], act)[0] == "somebody"


def test_a_recipient_that_is_refused_leaves_nothing_behind():
    """A bounce for two has one refused, and the other gets it."""

    async def act(reception):
        await reception.sender("")
        answers = [await reception.recipient("b@example.org"), await reception.recipient("c@example.org")]
        return answers, await reception.message(b"Subject: bounce\r\n\r\n")

    two = check("mail.two", Stage.RECIPIENT, lambda each: len(each.envelope.recipients) > 1)
    ((first, second), outcome), kept = play([two], act)
    assert (first, second.code, outcome.answer) == (None, 550, None)
    assert kept.failed == 0  # a bounce goes where others sent it


def test_what_is_put_off_is_no_failed_recipient():
    async def act(reception):
        await reception.sender("a@example.net")
        return await reception.recipient("b@example.org")

    answer, kept = play([check("mail.wait", Stage.RECIPIENT, always, standard_action=Action.DEFER)], act)
    assert (answer.code, kept.failed) == (451, 0)


def test_nobody_escapes_the_rules_of_one_by_naming_another():
    async def act(reception):
        await reception.sender("a@example.net")
        return [
            await reception.recipient(each)
            for each in ("b@example.org", "postmaster@example.org", "c@elsewhere.example")
        ]

    answers, kept = play([], act)
    assert [answer and answer.code for answer in answers] == [None, 452, None]
    assert kept.filed == []


def test_a_mail_that_is_refused_before_its_message_counts_once():
    async def act(reception):
        await reception.sender("a@example.net")
        for each in ("b@example.org", "c@example.org"):
            await reception.recipient(each)
        reception.reset()
        reception.closed()

    _, kept = play([check("mail.no", Stage.MAIL, always)], act)
    assert (kept.counted, kept.messages, kept.failed) == (1, 0, 2)
