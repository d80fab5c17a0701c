"""Laws of the ladder that hold for any sequence of offences."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.bans.ban import Ban
from pforte.bans.history import History
from pforte.bans.ladder import Evidence, Extension, NewBan, judge
from pforte.bans.offence import Kind, Offence
from pforte.bans.regulation import Regulation
from pforte.net.addresses import network_of, parse_address

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADDRESS = parse_address("192.0.2.1")
HOME = network_of(ADDRESS)
SECOND = timedelta(seconds=1)
HOUR = 3600
DAY = 24 * HOUR

# Around each boundary of the published ladder, and anywhere between.
moments = st.one_of(
    st.integers(0, 500 * DAY),
    st.sampled_from([0, 1, 59, 60, 61, HOUR - 1, HOUR, HOUR + 1, DAY, 25 * HOUR, 25 * HOUR + 1, 8 * DAY]),
)
sequences = st.lists(st.tuples(moments, st.sampled_from(["", "", "m1", "m2"])), max_size=25)
regulations = st.builds(
    Regulation,
    during_ban=st.sampled_from(["evidence", "extend"]),
    anchor=st.sampled_from(["release", "violation"]),
    reset=st.sampled_from(["full", "step_down"]),
)
NOW = NOON + timedelta(days=600)


def offence_at(seconds: int, act: str = "") -> Offence:
    return Offence(
        network=HOME,
        address=ADDRESS,
        kind=Kind.ATTACK,
        check="login.ssh",
        at=NOON + seconds * SECOND,
        service="ssh",
        source="auth.log",
        line=1,
        evidence=b"",
        act=act,
    )


def ban_on(rung: int, regulation: Regulation) -> Ban:
    return Ban(
        network=HOME,
        rung=rung,
        starts=NOON,
        ends=NOON + regulation.duration(rung),
        reference="PF-OLD",
        reason="login.ssh",
    )


def play(sequence: list[tuple[int, str]], regulation: Regulation) -> list[History]:
    """Judge the offences in the order given; return the history before the first and after each."""
    histories = [History(HOME)]
    for number, (seconds, act) in enumerate(sequence):
        judgement = judge(histories[-1], offence_at(seconds, act), regulation, NOW)
        history = histories[-1]
        if isinstance(judgement, NewBan):
            history = history.including(judgement.ban(f"PF-{number}"))
        if isinstance(judgement, Extension):
            history = history.including(judgement.ban)
        histories.append(history)
    return histories


@given(sequences, regulations)
def test_a_later_offence_never_makes_a_ban_shorter(sequence, regulation):
    histories = play(sequence, regulation)
    for before, after in pairwise(histories):
        known = {ban.reference: ban for ban in after.bans}
        for ban in before.bans:
            now = known[ban.reference]
            assert now.ends >= ban.ends
            assert replace(now, ends=ban.ends) == ban


@given(sequences, regulations)
def test_nobody_climbs_inside_a_ban(sequence, regulation):
    histories = play(sequence, regulation)
    for ban in histories[-1].bans:
        assert not any(
            other is not ban and other.starts <= ban.starts < other.ends for other in histories[-1].bans
        )


@given(sequences, regulations)
def test_what_is_not_extended_is_exactly_as_long_as_its_rung(sequence, regulation):
    for ban in play(sequence, regulation)[-1].bans:
        length = ban.ends - ban.starts
        exact = regulation.duration(ban.rung)
        assert length == exact if regulation.during_ban == "evidence" else length >= exact


@given(sequences, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter_for_offences_of_the_same_times(sequence, random):
    ordered = sorted(((seconds, "") for seconds, _ in sequence), key=lambda pair: pair[0])
    doubled = [pair for pair in ordered for _ in range(random.randint(1, 3))]
    plain = play(ordered, Regulation())[-1]
    bans = play(doubled, Regulation())[-1]
    assert _shape(bans) == _shape(plain)


@given(sequences, st.randoms(use_true_random=False))
def test_late_arrival_never_shuts_anybody_out_more_often_than_arrival_in_order(sequence, random):
    arrived = [(seconds, "") for seconds, _ in sequence]
    random.shuffle(arrived)
    bans = play(arrived, Regulation())[-1].bans
    for ban in bans:
        assert ban.starts in {NOON + seconds * SECOND for seconds, _ in arrived}
    for earlier, later in zip(bans[1:], bans, strict=False):
        assert earlier.ends <= later.starts


@given(st.integers(1, 4), st.integers(0, 60 * DAY), st.integers(0, 60 * DAY), regulations)
@settings(max_examples=200)
def test_the_rung_never_rises_with_the_time_at_liberty(rung, one, other, regulation):
    history = History.of(HOME, [ban_on(rung, regulation)])
    sooner, later = sorted((one, other))
    release = int(regulation.duration(rung).total_seconds())

    def rung_after(gap: int) -> int:
        judgement = judge(history, offence_at(release + gap), regulation, NOW)
        assert isinstance(judgement, NewBan)
        return judgement.rung

    assert rung_after(sooner) >= rung_after(later)


@given(sequences, regulations)
def test_every_offence_is_either_a_ban_or_evidence_of_a_known_one(sequence, regulation):
    histories = play(sequence, regulation)
    for (seconds, act), history in zip(sequence, histories, strict=False):
        judgement = judge(history, offence_at(seconds, act), regulation, NOW)
        if isinstance(judgement, Evidence):
            assert judgement.ban in history.bans
        assert judgement == judge(history, offence_at(seconds, act), regulation, NOW)


@given(sequences)
def test_a_ban_of_an_earlier_rung_never_follows_within_the_window_of_the_last(sequence):
    regulation = Regulation()
    bans = play(sorted((seconds, "") for seconds, _ in sequence), regulation)[-1].bans
    for earlier, later in zip(bans[1:], bans, strict=False):
        within = later.starts - earlier.ends <= regulation.window(earlier.rung)
        assert later.rung == (min(earlier.rung + 1, regulation.top) if within else 1)


def _shape(history: History) -> list[tuple[int, datetime, datetime]]:
    return [(ban.rung, ban.starts, ban.ends) for ban in history.bans]
