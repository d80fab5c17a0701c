"""The truth table of the visit regulation, row by row; every row's number stands in the name of its test."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pforte.bans.ban import Ban, Origin, Reach
from pforte.bans.history import HISTORY_LIMIT, History
from pforte.bans.ladder import Evidence, Extension, Judgement, NewBan, Spared, event_time, judge
from pforte.bans.offence import Kind, Mode, Offence
from pforte.bans.regulation import Regulation
from pforte.net.addresses import network_of, parse_address

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
LENGTHS = {1: HOUR, 2: 7 * DAY, 3: 30 * DAY, 4: 365 * DAY}
PUBLISHED = Regulation()


def offence_at(at: datetime, address: str = "192.0.2.1", **facts: object) -> Offence:
    """An offence of the reference address, with what the test varies."""
    seen = parse_address(address)
    values: dict[str, object] = {
        "network": network_of(seen),
        "address": seen,
        "kind": Kind.ATTACK,
        "check": "visit.sql-injection",
        "at": at,
        "service": "http",
        "source": "access.log",
        "line": 1,
        "evidence": b"GET /?id=1' OR '1'='1",
    }
    return Offence(**(values | facts))  # type: ignore[arg-type]


class Gatehouse:
    """Keeps the history of each network as the register does, and judges into it."""

    def __init__(self, regulation: Regulation = PUBLISHED) -> None:
        self.regulation = regulation
        self.histories: dict[object, History] = {}
        self.count = 0

    def history(self, address: str = "192.0.2.1") -> History:
        network = network_of(parse_address(address))
        return self.histories.get(network, History(network))

    def judge(
        self,
        at: datetime,
        address: str = "192.0.2.1",
        *,
        now: datetime | None = None,
        shared: bool = False,
        **facts: object,
    ) -> Judgement:
        offence = offence_at(at, address, **facts)
        history = self.histories.get(offence.network, History(offence.network))
        judgement = judge(history, offence, self.regulation, now or at, shared=shared)
        if isinstance(judgement, NewBan):
            self.count += 1
            self.add(judgement.ban(f"PF-{self.count}"))
        if isinstance(judgement, Extension):
            self.add(judgement.ban)
        return judgement

    def add(self, ban: Ban) -> None:
        self.histories[ban.network] = self.histories.get(ban.network, History(ban.network)).including(ban)

    def lift(self, at: datetime, *, amnesty: bool) -> None:
        self.add(replace(self.history().bans[0], lifted=at, amnesty=amnesty))


def banned(rung: int, start: datetime = NOON, **values: object) -> Gatehouse:
    """A gatehouse that knows one ban of the reference address on ``rung``."""
    gatehouse = Gatehouse()
    gatehouse.add(ban_of(rung, start, **values))
    return gatehouse


def ban_of(rung: int, start: datetime = NOON, **values: object) -> Ban:
    facts: dict[str, object] = {
        "network": network_of(parse_address("192.0.2.1")),
        "rung": rung,
        "starts": start,
        "ends": start + LENGTHS[rung],
        "reference": "PF-OLD",
        "reason": "visit.traversal",
    }
    return Ban(**(facts | values))  # type: ignore[arg-type]


def assert_new_ban(judgement: Judgement, rung: int, starts: datetime) -> None:
    assert isinstance(judgement, NewBan)
    assert (judgement.rung, judgement.starts, judgement.ends) == (rung, starts, starts + LENGTHS[rung])


def assert_evidence(judgement: Judgement, reference: str) -> None:
    assert isinstance(judgement, Evidence)
    assert judgement.ban.reference == reference


def release(rung: int) -> datetime:
    return NOON + LENGTHS[rung]


def test_row_01_a_first_offence_is_one_hour():
    judgement = Gatehouse().judge(NOON)
    assert_new_ban(judgement, 1, NOON)
    assert isinstance(judgement, NewBan)
    assert judgement.reach is Reach.EVERYWHERE
    assert judgement.reason == "visit.sql-injection"


def test_row_02_a_burst_is_one_ban_on_the_first_rung():
    gatehouse = Gatehouse()
    assert_new_ban(gatehouse.judge(NOON), 1, NOON)
    for number in range(40):
        assert_evidence(gatehouse.judge(NOON + number * timedelta(milliseconds=25)), "PF-1")
    assert_evidence(gatehouse.judge(NOON + 30 * SECOND), "PF-1")
    assert len(gatehouse.history().bans) == 1


def test_row_03_an_offence_inside_a_ban_is_evidence_and_moves_no_end():
    gatehouse = banned(1)
    assert_evidence(gatehouse.judge(NOON + timedelta(minutes=10)), "PF-OLD")
    assert gatehouse.history().bans == (ban_of(1),)


def test_row_04_an_hour_after_release_is_a_week():
    assert_new_ban(banned(1).judge(release(1) + HOUR), 2, release(1) + HOUR)


def test_row_05_23_hours_59_after_release_is_a_week():
    at = release(1) + timedelta(hours=23, minutes=59)
    assert_new_ban(banned(1).judge(at), 2, at)


def test_row_06_24_hours_after_release_to_the_second_is_a_week():
    assert_new_ban(banned(1).judge(release(1) + DAY), 2, release(1) + DAY)


def test_row_07_a_second_more_than_24_hours_is_an_hour():
    assert_new_ban(banned(1).judge(release(1) + DAY + SECOND), 1, release(1) + DAY + SECOND)


def test_row_08_three_days_after_an_hour_is_an_hour():
    assert_new_ban(banned(1).judge(release(1) + 3 * DAY), 1, release(1) + 3 * DAY)


def test_row_09_the_slow_one_of_row_8_who_then_comes_back_within_an_hour_gets_a_week():
    gatehouse = banned(1)
    second = release(1) + 3 * DAY
    gatehouse.judge(second)
    assert_new_ban(gatehouse.judge(second + HOUR + HOUR), 2, second + 2 * HOUR)


def test_row_10_day_3_of_a_week_is_evidence():
    assert_evidence(banned(2).judge(NOON + 3 * DAY), "PF-OLD")


def test_row_11_six_days_23_hours_after_a_week_is_a_month():
    at = release(2) + timedelta(days=6, hours=23)
    assert_new_ban(banned(2).judge(at), 3, at)


def test_row_12_seven_days_after_a_week_to_the_second_is_a_month():
    assert_new_ban(banned(2).judge(release(2) + 7 * DAY), 3, release(2) + 7 * DAY)


def test_row_13_eight_days_after_a_week_is_an_hour():
    assert_new_ban(banned(2).judge(release(2) + 8 * DAY), 1, release(2) + 8 * DAY)


def test_row_14_29_days_after_a_month_is_a_year():
    assert_new_ban(banned(3).judge(release(3) + 29 * DAY), 4, release(3) + 29 * DAY)


def test_row_15_31_days_after_a_month_is_an_hour():
    assert_new_ban(banned(3).judge(release(3) + 31 * DAY), 1, release(3) + 31 * DAY)


def test_row_16_ten_days_after_a_year_is_a_year_again_and_never_for_ever():
    assert_new_ban(banned(4).judge(release(4) + 10 * DAY), 4, release(4) + 10 * DAY)


def test_row_17_40_days_after_a_year_is_an_hour():
    assert_new_ban(banned(4).judge(release(4) + 40 * DAY), 1, release(4) + 40 * DAY)


def test_row_18_a_line_from_inside_the_ban_that_is_read_after_release_is_evidence():
    assert_evidence(banned(1).judge(NOON + 50 * timedelta(minutes=1), now=release(1) + HOUR), "PF-OLD")


def test_row_19_a_line_from_before_the_ban_that_is_read_later_is_the_same_incident():
    judgement = banned(1).judge(NOON - 20 * SECOND, now=NOON + 5 * SECOND)
    assert_evidence(judgement, "PF-OLD")
    assert isinstance(judgement, Evidence)
    assert judgement.why == "same incident as the ban"


def test_row_20_a_line_of_five_hours_ago_is_history_only():
    judgement = Gatehouse().judge(NOON - 5 * HOUR, now=NOON)
    assert_new_ban(judgement, 1, NOON - 5 * HOUR)
    assert isinstance(judgement, NewBan)
    assert not judgement.in_force(NOON)


def test_row_21_a_fresh_offence_four_hours_after_that_history_is_a_week():
    gatehouse = Gatehouse()
    gatehouse.judge(NOON - 5 * HOUR, now=NOON)
    at = NOON + timedelta(minutes=1)
    judgement = gatehouse.judge(at)
    assert_new_ban(judgement, 2, at)
    assert isinstance(judgement, NewBan)
    assert judgement.in_force(at)


def test_row_22_two_hours_after_an_operators_unban_is_an_hour():
    gatehouse = banned(3)
    gatehouse.lift(NOON + DAY, amnesty=True)
    assert_new_ban(gatehouse.judge(NOON + DAY + 2 * HOUR), 1, NOON + DAY + 2 * HOUR)


def test_row_23_a_mail_queues_retry_of_the_same_message_is_an_hour_again():
    gatehouse = banned(1, act="192.0.2.1 a@example.org m1@example.org")
    at = release(1) + HOUR
    assert_new_ban(gatehouse.judge(at, act="192.0.2.1 a@example.org m1@example.org"), 1, at)


def test_row_24_a_time_two_hours_ahead_is_taken_as_now():
    judgement = Gatehouse().judge(NOON + 2 * HOUR, now=NOON)
    assert_new_ban(judgement, 1, NOON)
    assert judgement.at == NOON


def test_row_25_another_service_an_hour_after_release_is_a_week():
    gatehouse = Gatehouse()
    gatehouse.judge(NOON, kind=Kind.STANDARDS, check="robots.disallowed")
    judgement = gatehouse.judge(release(1) + HOUR, service="ssh", check="login.ssh")
    assert_new_ban(judgement, 2, release(1) + HOUR)


def test_row_26_a_neighbour_in_the_same_64_an_hour_after_release_is_a_week():
    gatehouse = Gatehouse()
    gatehouse.judge(NOON, "2001:db8:1:2::a")
    judgement = gatehouse.judge(release(1) + HOUR, "2001:db8:1:2::b")
    assert_new_ban(judgement, 2, release(1) + HOUR)


def test_row_27_a_v4_mapped_address_is_the_same_subject():
    gatehouse = Gatehouse()
    gatehouse.judge(NOON, "192.0.2.1")
    judgement = gatehouse.judge(release(1) + HOUR, "::ffff:192.0.2.1")
    assert_new_ban(judgement, 2, release(1) + HOUR)


def test_row_28_a_verified_crawler_is_never_banned():
    judgement = banned(1).judge(release(1) + HOUR, exempt="verified crawler Googlebot")
    assert judgement == Spared(at=release(1) + HOUR, why="verified crawler Googlebot")


def test_row_29_a_shared_network_stays_on_the_second_rung_and_off_the_firewall():
    gatehouse = banned(2)
    at = release(2) + HOUR
    judgement = gatehouse.judge(at, shared=True)
    assert_new_ban(judgement, 2, at)
    assert isinstance(judgement, NewBan)
    assert judgement.reach is Reach.APPLICATION
    assert "capped" in judgement.why


def test_row_30_a_node_that_was_offline_uploads_by_event_time():
    now = NOON + 3 * HOUR
    gatehouse = Gatehouse()
    first = gatehouse.judge(NOON, now=now)
    assert_new_ban(first, 1, NOON)
    assert isinstance(first, NewBan)
    assert not first.in_force(now)
    assert_evidence(gatehouse.judge(NOON + 30 * SECOND, now=now), "PF-1")
    assert_evidence(gatehouse.judge(NOON + timedelta(minutes=50), now=now), "PF-1")
    assert_new_ban(gatehouse.judge(NOON + 2 * HOUR, now=now), 2, NOON + 2 * HOUR)


# What the table leaves to the rules.


def test_a_check_that_only_watches_bans_nobody():
    assert Gatehouse().judge(NOON, mode=Mode.WATCH) == Spared(at=NOON, why="the check only watches")


def test_a_small_lead_of_the_clock_is_recorded_but_the_ban_begins_now():
    judgement = Gatehouse().judge(NOON + 10 * SECOND, now=NOON)
    assert_new_ban(judgement, 1, NOON)
    assert judgement.at == NOON + 10 * SECOND


@pytest.mark.parametrize(("ahead", "recorded"), [(60, 60), (61, 0), (-7200, -7200)])
def test_event_time_bends_only_lines_from_beyond_the_tolerance(ahead, recorded):
    assert event_time(offence_at(NOON + ahead * SECOND), PUBLISHED, NOON) == NOON + recorded * SECOND


def test_grace_outlives_a_quick_unban():
    gatehouse = banned(1)
    gatehouse.lift(NOON + 10 * SECOND, amnesty=True)
    assert_evidence(gatehouse.judge(NOON + 59 * SECOND), "PF-OLD")
    assert_new_ban(gatehouse.judge(NOON + 60 * SECOND), 1, NOON + 60 * SECOND)


def test_an_act_from_before_an_amnesty_that_is_read_after_it_stays_forgiven():
    gatehouse = banned(1)
    forgiven = release(1) + 5 * HOUR
    gatehouse.lift(forgiven, amnesty=True)
    judgement = gatehouse.judge(forgiven - HOUR, now=forgiven + HOUR)
    assert_evidence(judgement, "PF-OLD")
    assert isinstance(judgement, Evidence)
    assert judgement.why == "before the amnesty"


def test_a_lift_that_only_expires_the_ban_keeps_the_history():
    gatehouse = banned(2)
    gatehouse.lift(NOON + DAY, amnesty=False)
    assert_new_ban(gatehouse.judge(NOON + DAY + HOUR), 3, NOON + DAY + HOUR)


def test_the_longest_of_overlapping_bans_counts_with_the_highest_rung_among_them():
    gatehouse = banned(2)
    gatehouse.add(
        ban_of(1, release(2) - HOUR / 2, reference="PF-MANUAL", origin=Origin.OPERATOR, reason="by hand")
    )
    free = release(2) + HOUR / 2
    assert_evidence(gatehouse.judge(release(2) + HOUR / 4), "PF-MANUAL")
    assert_new_ban(gatehouse.judge(free + HOUR), 3, free + HOUR)


def test_a_late_line_is_evidence_of_the_first_ban_that_followed_it():
    gatehouse = banned(1)
    gatehouse.add(ban_of(1, NOON + 5 * DAY, reference="PF-LATER"))
    gatehouse.add(ban_of(1, NOON + 9 * DAY, reference="PF-LATEST"))
    assert_evidence(gatehouse.judge(NOON + 4 * DAY, now=NOON + 10 * DAY), "PF-LATER")


def test_an_offence_inside_a_wider_networks_ban_is_evidence_of_that_ban():
    wide = ban_of(3, network=network_of(parse_address("2001:db8::"), 56), reference="PF-WIDE")
    offence = offence_at(NOON + DAY, "2001:db8::7")
    history = History.of(offence.network, (), (wide,))
    assert_evidence(judge(history, offence, PUBLISHED, NOON + DAY), "PF-WIDE")


def test_after_a_wider_networks_ban_a_network_has_its_own_history():
    wide = ban_of(3, network=network_of(parse_address("2001:db8::"), 56), reference="PF-WIDE")
    at = release(3) + HOUR
    offence = offence_at(at, "2001:db8::7")
    assert_new_ban(judge(History.of(offence.network, (), (wide,)), offence, PUBLISHED, at), 1, at)


def test_a_retry_after_five_days_is_an_act_of_its_own():
    gatehouse = banned(2, act="m1")
    at = release(2) + HOUR
    assert_new_ban(gatehouse.judge(at, act="m1"), 3, at)


def test_a_retry_does_not_climb_over_another_offence_between():
    gatehouse = banned(1, act="m1")
    gatehouse.judge(release(1) + HOUR)
    gatehouse.lift(release(1) + 2 * HOUR, amnesty=False)
    at = release(1) + 3 * HOUR
    assert_new_ban(gatehouse.judge(at, act="m1"), 2, at)


def test_an_act_of_long_ago_does_not_age_a_message_of_today():
    """The same sender writes to the same recipient again a month later: that is a message of its own."""
    gatehouse = banned(1, act="m1")
    again = NOON + 30 * DAY
    assert_new_ban(gatehouse.judge(again, act="m1"), 1, again)
    assert_new_ban(gatehouse.judge(again + 2 * HOUR, act="m1"), 1, again + 2 * HOUR)


@pytest.mark.parametrize("interval", [timedelta(hours=1, minutes=7), timedelta(hours=3), timedelta(hours=20)])
def test_what_is_retried_without_end_climbs_after_five_days(interval):
    gatehouse = Gatehouse()
    rungs = {}
    for step in range(400):
        at = NOON + step * interval
        judgement = gatehouse.judge(at, act="m1")
        if isinstance(judgement, NewBan):
            rungs[at - NOON] = judgement.rung
    early = {rung for since, rung in rungs.items() if since <= 5 * DAY}
    assert early == {1}
    assert next(rung for since, rung in rungs.items() if since > 5 * DAY) == 2


def test_more_retries_than_the_history_holds_are_no_queues():
    gatehouse = Gatehouse(Regulation(durations=(SECOND, HOUR), windows=(DAY, DAY), grace=timedelta(0)))
    steps = range(HISTORY_LIMIT + 1)
    rungs = [gatehouse.judge(NOON + step * 5 * SECOND, act="m1") for step in steps]
    assert [one.rung for one in rungs if isinstance(one, NewBan)] == [1] * HISTORY_LIMIT + [2]


def test_the_time_of_a_queue_is_a_setting():
    for retries, rung in ((timedelta(0), 2), (2 * HOUR - SECOND, 2), (2 * HOUR, 1)):
        gatehouse = banned(1, act="m1")
        gatehouse.regulation = Regulation(retries=retries)
        assert_new_ban(gatehouse.judge(release(1) + HOUR, act="m1"), rung, release(1) + HOUR)


def test_a_retry_is_told_in_words():
    judgement = banned(1, act="m1").judge(release(1) + HOUR, act="m1")
    assert isinstance(judgement, NewBan)
    assert judgement.why == "the same message was tried again: same rung (R9)"


def test_another_act_climbs():
    assert_new_ban(banned(1, act="m1").judge(release(1) + HOUR, act="m2"), 2, release(1) + HOUR)


# The options.


def test_during_ban_extend_starts_the_ban_anew_on_its_rung():
    gatehouse = banned(2)
    gatehouse.regulation = Regulation(during_ban="extend")
    judgement = gatehouse.judge(NOON + 3 * DAY)
    assert isinstance(judgement, Extension)
    assert judgement.before == ban_of(2)
    assert judgement.ban == ban_of(2, ends=NOON + 10 * DAY)


def test_during_ban_extend_leaves_the_same_incident_alone():
    gatehouse = banned(1)
    gatehouse.regulation = Regulation(during_ban="extend")
    assert_evidence(gatehouse.judge(NOON + 30 * SECOND), "PF-OLD")


def test_during_ban_extend_never_shortens():
    gatehouse = banned(1, ends=NOON + 9 * DAY)
    gatehouse.regulation = Regulation(during_ban="extend")
    assert_evidence(gatehouse.judge(NOON + DAY), "PF-OLD")


def test_during_ban_extend_leaves_a_ban_alone_that_others_followed():
    gatehouse = banned(1)
    gatehouse.add(ban_of(1, NOON + 5 * DAY, reference="PF-LATER"))
    gatehouse.regulation = Regulation(during_ban="extend")
    assert_evidence(gatehouse.judge(NOON + HOUR / 2, now=NOON + 6 * DAY), "PF-OLD")


def test_reset_step_down_goes_one_rung_below_the_last():
    gatehouse = banned(3)
    gatehouse.regulation = Regulation(reset="step_down")
    assert_new_ban(gatehouse.judge(release(3) + 31 * DAY), 2, release(3) + 31 * DAY)


def test_reset_step_down_ends_on_the_first_rung():
    gatehouse = banned(1)
    gatehouse.regulation = Regulation(reset="step_down")
    assert_new_ban(gatehouse.judge(release(1) + 3 * DAY), 1, release(1) + 3 * DAY)


@pytest.mark.parametrize(("gap", "rung"), [(23 * HOUR, 2), (23 * HOUR + SECOND, 1)])
def test_anchor_violation_counts_the_window_from_the_start_of_the_ban(gap, rung):
    gatehouse = banned(1)
    gatehouse.regulation = Regulation(anchor="violation")
    assert_new_ban(gatehouse.judge(release(1) + gap), rung, release(1) + gap)


def test_a_rung_that_the_regulation_no_longer_has_is_its_highest():
    gatehouse = banned(4)
    gatehouse.regulation = Regulation(durations=(HOUR, 7 * DAY), windows=(DAY, 7 * DAY))
    judgement = gatehouse.judge(release(4) + DAY)
    assert_new_ban(judgement, 2, release(4) + DAY)
