"""The first exceeded limit is named with what was counted."""

from datetime import UTC, datetime
from ipaddress import ip_address

from pforte.mail.checks.over import judge_over
from pforte.mail.facts import Conduct, Facts, House
from pforte.mail.session import Session


def facts(conduct):
    return Facts(
        now=datetime(2026, 1, 1, tzinfo=UTC),
        house=House(),
        session=Session(address=ip_address("::1")),
        conduct=conduct,
    )


def test_only_the_limits_asked_for_count():
    over = facts(Conduct(over={"b": "2 in a minute", "c": "3 in a minute"}))
    assert judge_over("mail.x", over, "a", "b", "c").values == {"counted": "2 in a minute"}
    assert judge_over("mail.x", over, "a") is None
    assert judge_over("mail.x", facts(None), "b") is None
