"""A whole mail is judged by the checks of every stage."""

import asyncio
from dataclasses import replace

from mail_house import CHECK, Nothing, facts

from pforte.mail.checks.declaration import Stage, finding_of
from pforte.mail.examination import examine
from pforte.mail.policy import Policy


def _finds(name):
    return lambda _: finding_of(f"mail.{name}", b"", "right", what=name)


def test_every_stage_is_asked_and_one_verdict_given():
    checks = tuple(
        replace(CHECK, id=f"mail.{each.name}", stage=each, judge=_finds(each.name)) for each in Stage
    )
    found, verdict = asyncio.run(examine(Policy(checks=checks), Nothing(), facts(), b"Subject: x\r\n\r\n"))
    assert found.message.raw == b"Subject: x\r\n\r\n"
    assert [each.check.id for each in verdict.judged] == [f"mail.{stage.name}" for stage in Stage]


def test_adding_the_postmaster_frees_nobody_else():
    checks = (replace(CHECK, judge=_finds("wrong"), id="mail.wrong"),)
    for recipients, refused in ((("b@c", "postmaster@c"), True), (("postmaster@c",), False)):
        known = replace(facts(), envelope=replace(facts().envelope, recipients=recipients))
        _, verdict = asyncio.run(examine(Policy(checks=checks), Nothing(), known, b"Subject: x\r\n\r\n"))
        assert verdict.refused is refused
