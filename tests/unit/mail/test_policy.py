"""Which checks are asked, and what holds for which recipients."""

from dataclasses import replace

import pytest
from mail_house import CHECK, facts

from pforte.mail.checks.declaration import Action, Stage, finding_of
from pforte.mail.policy import Policy, Rules

FINDING = finding_of("mail.wrong", b"x", "right", what="y")
SEES = replace(CHECK, judge=lambda _: FINDING)
FACTS = facts()


def action(policy: Policy, *recipients: str) -> Action | None:
    """Return what is done about the finding, or None where it is not named."""
    judged = policy.judge([FINDING], FACTS, recipients).judged
    return judged[0].action if judged else None


def policy(**kept) -> Policy:
    return Policy(checks=(SEES,), **kept)


def test_only_checks_of_the_stage_are_asked():
    assert policy().ask(Stage.MESSAGE, FACTS) == (FINDING,)
    assert policy().ask(Stage.MAIL, FACTS) == ()


def test_a_check_that_is_off_for_all_is_not_asked():
    def never(_):
        raise AssertionError

    asked = replace(CHECK, judge=never)
    off = Rules(actions={"mail.wrong": Action.OFF})
    assert Policy(checks=(asked,), rules=off).ask(Stage.MESSAGE, FACTS) == ()
    assert Policy(checks=(SEES,), rules=off, domains={"c": Rules()}).ask(Stage.MESSAGE, FACTS) == (FINDING,)


def test_what_sees_nothing_is_no_finding():
    assert Policy(checks=(CHECK,)).ask(Stage.MESSAGE, FACTS) == ()


def test_presets_and_own_actions():
    check = replace(SEES, standard_action=Action.MARK)
    assert action(Policy(checks=(check,)), "a@c") is Action.MARK
    assert action(Policy(checks=(check,), rules=Rules(preset="strict")), "a@c") is Action.REJECT
    own = Rules(preset="strict", actions={"mail.wrong": Action.DEFER})
    assert action(Policy(checks=(check,), rules=own), "a@c") is Action.DEFER
    assert action(Policy(checks=(check,), rules=Rules(actions={"mail.wrong": Action.OFF})), "a@c") is None


def test_among_recipients_the_mildest_rule_holds():
    mild = policy(domains={"mild": Rules(actions={"mail.wrong": Action.MARK})})
    assert action(mild, "a@Mild") is Action.MARK
    assert action(mild, "a@c", "b@mild") is Action.MARK
    assert action(mild, "a@c") is Action.REJECT


@pytest.mark.parametrize("recipient", ["postmaster@c", "Postmaster", "ABUSE@c"])
def test_postmaster_and_abuse_stay_reachable(recipient):
    assert action(policy(), recipient) is Action.MARK
    at_once = Policy(checks=(replace(SEES, at_once=True),))
    assert action(at_once, recipient) is Action.REJECT


@pytest.mark.parametrize("exempt", ["c", "a@c"])
def test_exempt_recipients_are_not_refused(exempt):
    assert action(policy(exempt_recipients=frozenset({exempt})), "A@c") is Action.MARK
    assert action(policy(exempt_recipients=frozenset({exempt})), "b@d") is Action.REJECT


def test_whoever_is_exempt_is_watched_and_the_rules_are_remembered():
    spared = policy(exempt=lambda _: "the network is exempt").judge([FINDING], FACTS, ["a@c"]).judged[0]
    assert (spared.action, spared.wanted) == (Action.WATCH, Action.REJECT)
    watched = policy(watching=True).judge([FINDING], FACTS, ["a@c"]).judged[0]
    assert (watched.action, watched.wanted) == (Action.WATCH, Action.REJECT)


def test_before_recipients_are_known_only_what_holds_at_once_refuses():
    assert action(policy()) is Action.WATCH
    assert action(Policy(checks=(replace(SEES, at_once=True),))) is Action.REJECT


def test_findings_are_named_in_the_order_of_the_checks():
    second = replace(SEES, id="mail.second")
    both = Policy(checks=(SEES, second))
    verdict = both.judge(
        [finding_of("mail.second", b"", ""), FINDING, finding_of("mail.gone", b"", "")], FACTS, ["a@c"]
    )
    assert [each.check.id for each in verdict.judged] == ["mail.wrong", "mail.second"]
