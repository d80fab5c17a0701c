"""Judged mails are kept with all that was found, under a reference that nothing else carries."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address, ip_network

from pforte.mail.case import KeptFinding, MailCase
from pforte.mail.checks.declaration import Action
from pforte.register import CheckTotal, MailQuery

FINDING = KeptFinding(
    check="mail.fcrdns",
    action=Action.REJECT,
    wanted=Action.REJECT,
    observed=b"no name \xff",
    expected="a name that points back",
    values={"address": "192.0.2.1"},
)


def case(clock, **changes):
    made = MailCase(
        at=clock.now(),
        address=ip_address("192.0.2.1"),
        helo="mail.example",
        tls="TLSv1.3",
        sender="a@example.net",
        recipients=("b@example.org", "c\0@example.org"),
        queue="4XYZ",
        action=Action.REJECT,
        wanted=Action.REJECT,
        findings=(FINDING, replace(FINDING, check="mail.tls", action=Action.WATCH, temporary=True)),
        header=b"From: \xff\r\n",
    )
    return replace(made, **changes)


def test_a_judged_mail_is_found_as_it_was_filed(register, clock):
    first, second = register.file_mails([case(clock), case(clock)])
    assert first.reference != second.reference
    assert register.mail(first.reference) == first
    assert register.mail("PF-0000-0000") is None
    assert register.file_mails([]) == []


def test_mails_are_found_by_moment_network_check_and_refusal(register, clock):
    old, other, passed = register.file_mails(
        [
            case(clock, at=clock.now() - timedelta(hours=2)),
            case(clock, address=ip_address("2001:db8::1")),
            case(clock, action=Action.MARK, findings=()),
        ]
    )
    found = lambda **asked: {one.reference for one in register.judged_mails(MailQuery(**asked))}  # noqa: E731
    assert found() == {old.reference, other.reference, passed.reference}
    assert found(since=clock.now()) == {other.reference, passed.reference}
    assert found(until=clock.now()) == {old.reference}
    assert found(refused=True) == {old.reference, other.reference}
    assert found(check="mail.tls") == {old.reference, other.reference}
    assert found(inside=ip_network("192.0.2.0/24")) == {old.reference, passed.reference}
    assert found(inside=ip_network("2001:db8::/64")) == {other.reference}
    assert len(register.judged_mails(MailQuery(limit=1))) == 1


def test_totals_count_mails_by_check_and_action(register, clock):
    register.file_mails([case(clock), case(clock), case(clock, findings=(FINDING,))])
    assert register.mail_totals(MailQuery()) == [
        CheckTotal(check="mail.fcrdns", wanted=Action.REJECT, action=Action.REJECT, mails=3),
        CheckTotal(check="mail.tls", wanted=Action.REJECT, action=Action.WATCH, mails=2),
    ]


def test_hours_add_up_and_tell_when_the_first_mail_came(register, clock):
    assert register.first_mail() is None
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    register.count_mails({(hour, "off"): 3, (hour, "reject"): 1}, {})
    register.count_mails({(hour, "off"): 2}, {})
    later = hour + timedelta(hours=1)
    register.count_mails({(later, "off"): 1}, {})
    assert register.mail_hours(hour, later) == {hour: {"off": 5, "reject": 1}}
    assert register.first_mail() == hour


def test_old_mails_are_forgotten_with_their_findings(register, clock):
    old, new = register.file_mails([case(clock, at=clock.now() - timedelta(days=91)), case(clock)])
    assert register.forget_mails(timedelta(days=90), (timedelta(hours=1),)) == 1
    assert register.mail(old.reference) is None
    assert register.mail(new.reference) == new
    assert [total.mails for total in register.mail_totals(MailQuery())] == [1, 1]
