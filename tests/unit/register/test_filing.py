"""Offences are judged against the history inside the transaction, and filed once."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pforte.bans.ban import Action, Reach
from pforte.bans.offence import Mode
from pforte.bans.regulation import Regulation
from pforte.register import Batch, Entry, Ladder, Outcome, Register

HOUR = timedelta(hours=1)


def outcomes(recorded):
    return [filed.outcome for filed in recorded.filed]


def test_a_first_offence_is_a_ban_with_its_decision(record, clock):
    recorded = record("192.0.2.1")
    (filed,) = recorded.filed
    assert (filed.outcome, filed.ban.rung, filed.ban.ends) == (Outcome.BAN, 1, clock.now() + HOUR)
    (decision,) = recorded.decisions
    assert (decision.sequence, decision.action, decision.ban) == (1, Action.BEGIN, filed.ban)


def test_a_burst_in_one_batch_is_one_ban(record):
    """Forty rules that hit within a second are one incident (REGULATION row 2)."""
    recorded = record(*["192.0.2.1"] * 40)
    assert outcomes(recorded) == [Outcome.BAN] + [Outcome.EVIDENCE] * 39
    assert len({filed.ban.reference for filed in recorded.filed}) == 1
    assert len(recorded.decisions) == 1


def test_a_repeat_climbs_over_transactions(record, clock):
    record("192.0.2.1")
    clock.move(2 * HOUR)
    assert record("192.0.2.1").filed[0].ban.rung == 2


def test_a_batch_is_judged_in_the_order_of_event_times(register, offence, clock):
    """Lines of several sources come mixed; what happened first counts first."""
    now = clock.now()
    late = Entry(offence=offence(at=now - 4 * HOUR))
    recent = Entry(offence=offence(at=now))
    recorded = register.record(Batch(entries=(recent, late)))
    assert outcomes(recorded) == [Outcome.BAN, Outcome.HISTORY]
    assert [filed.ban.rung for filed in recorded.filed] == [2, 1]
    assert register.check() == []


def test_an_old_offence_is_history_and_still_journalled(register, record, clock):
    recorded = record("192.0.2.1", at=clock.now() - 5 * HOUR)
    assert outcomes(recorded) == [Outcome.HISTORY]
    assert len(recorded.decisions) == 1
    assert register.snapshot().bans == []


@pytest.mark.parametrize(
    ("values", "outcome"),
    [({"mode": Mode.WATCH}, Outcome.WATCH), ({"exempt": "loopback"}, Outcome.EXEMPT)],
)
def test_spared_offences_are_recorded_without_a_ban(register, record, values, outcome):
    recorded = record("192.0.2.1", **values)
    assert outcomes(recorded) == [outcome]
    assert recorded.decisions == ()
    assert [filed.outcome for filed in register.offences()] == [outcome]


def test_an_extension_keeps_the_reference_and_is_journalled(url, clock, offence):
    ladder = Ladder(regulation=Regulation(during_ban="extend"))
    with Register.open(url, clock, ladder) as register:
        first = register.record(Batch(entries=(Entry(offence=offence()),))).filed[0].ban
        clock.move(timedelta(minutes=30))
        recorded = register.record(Batch(entries=(Entry(offence=offence()),)))
        assert outcomes(recorded) == [Outcome.EXTENSION]
        (decision,) = recorded.decisions
        assert (decision.action, decision.ban.reference) == (Action.EXTEND, first.reference)
        assert register.case(first.reference).ban.ends == first.ends + timedelta(minutes=30)
        assert [decision.ban.ends for decision in register.journal(0)] == [
            first.ends,
            first.ends + timedelta(minutes=30),
        ]
        assert register.check() == []


def test_a_ban_begun_and_extended_in_one_transaction_is_written_once(url, clock, offence):
    ladder = Ladder(regulation=Regulation(during_ban="extend"))
    now = clock.now()
    seen = [offence(at=now - timedelta(minutes=30)), offence(at=now)]
    with Register.open(url, clock, ladder) as register:
        recorded = register.record(Batch(entries=tuple(Entry(offence=each) for each in seen)))
        assert outcomes(recorded) == [Outcome.BAN, Outcome.EXTENSION]
        assert register.snapshot().bans[0].ends == now + HOUR
        assert register.check() == []


def test_the_same_origin_is_filed_once(register, offence):
    """A line that is read again after a kill must not count twice."""
    entry = Entry(offence=offence(), origin="1:2:3:visit.sql-injection")
    other = replace(entry, origin="1:2:4:visit.sql-injection")
    assert outcomes(register.record(Batch(entries=(entry, entry)))) == [Outcome.BAN, Outcome.DUPLICATE]
    assert outcomes(register.record(Batch(entries=(entry, other)))) == [Outcome.DUPLICATE, Outcome.EVIDENCE]
    assert len(register.offences()) == 2


def test_names_that_are_not_utf_8_are_recorded(register, offence):
    """A file's name may hold any bytes; it must not stop the register."""
    strange = "/var/log/\udcff\0.log"
    entry = Entry(offence=offence(source=strange, act=strange), origin=strange)
    assert outcomes(register.record(Batch(entries=(entry, entry)))) == [Outcome.BAN, Outcome.DUPLICATE]
    assert outcomes(register.record(Batch(entries=(entry,)))) == [Outcome.DUPLICATE]
    (filed,) = register.offences()
    assert filed.offence.source == "/var/log/\\udcff\\0.log"


def test_offences_without_origin_are_never_taken_for_doubles(record, register):
    record("192.0.2.1", "192.0.2.1")
    assert len(register.offences()) == 2


def test_a_line_from_the_future_is_recorded_as_written_now(record, clock):
    recorded = record("192.0.2.1", at=clock.now() + 2 * HOUR)
    assert recorded.filed[0].offence.at == clock.now()


def test_an_offence_inside_a_wider_ban_is_its_evidence(register, record, clock, offence):
    """An operator who shuts out a /24 does not want 256 bans more."""
    wide = Entry(offence=offence("192.0.2.9", network=ip_network("192.0.2.0/24")))
    ban = register.record(Batch(entries=(wide,))).filed[0].ban
    recorded = record("192.0.2.7")
    assert outcomes(recorded) == [Outcome.EVIDENCE]
    assert recorded.filed[0].ban == ban


def test_four_networks_shut_out_the_prefix(register, record):
    recorded = record(*[f"2001:db8:0:{number}::1" for number in range(4)])
    (whole,) = recorded.escalated
    assert whole.ban.network == ip_network("2001:db8::/56")
    assert len(recorded.decisions) == 5
    assert register.case(whole.ban.reference).offences[0].offence.check == "ladder.escalation"
    assert outcomes(record("2001:db8:0:77::1")) == [Outcome.EVIDENCE]
    assert register.check() == []


def test_bans_of_other_transactions_count_for_the_prefix(record, clock):
    for number in range(3):
        assert record(f"2001:db8:0:{number}::1").escalated == ()
        clock.move(HOUR)
    assert len(record("2001:db8:0:3::1").escalated) == 1


def test_a_prefix_that_holds_somebody_exempt_is_not_shut_out(url, clock, offence):
    ladder = Ladder(exempt=lambda _network: "own address")
    with Register.open(url, clock, ladder) as register:
        entries = tuple(Entry(offence=offence(f"2001:db8:0:{number}::1")) for number in range(5))
        assert register.record(Batch(entries=entries)).escalated == ()


def test_shared_networks_are_kept_from_the_firewall(url, clock, offence):
    with Register.open(url, clock, Ladder(shared=lambda _network: True)) as register:
        ban = register.record(Batch(entries=(Entry(offence=offence()),))).filed[0].ban
        assert register.snapshot().bans == [ban]
        assert ban.reach is Reach.APPLICATION


def test_why_a_rung_was_chosen_is_kept(register, record, clock):
    record("192.0.2.1")
    clock.move(2 * HOUR)
    ban = record("192.0.2.1").filed[0].ban
    assert register.case(ban.reference).offences[0].why == "repeated within the window of rung 1"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(-400, 60), st.booleans()), min_size=1, max_size=12))
def test_the_register_keeps_its_promises_whatever_comes(tmp_path_factory, clock, offence, rows):
    """Any mixture of networks, late lines and repeats leaves a register that passes its own check."""
    with Register.open(tmp_path_factory.mktemp("state"), clock) as register:
        for address, minutes, alone in rows:
            seen = offence(f"2001:db8:0:{address}::1", at=clock.now() + timedelta(minutes=minutes))
            batch = Batch(entries=(Entry(offence=seen, origin=f"{address}:{minutes}"),) * (1 if alone else 2))
            register.record(batch)
        assert register.check() == []
        assert len(register.offences()) <= len(rows) + 3
