"""A ban survives being one number."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.bans.ban import Ban, Reach
from pforte.gates.table.packed import Held, Packing, end_of, is_of, reference_number
from pforte.net.addresses import parse_network

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@settings(deadline=None)
@given(
    seconds=st.floats(0, 400 * 86_400),
    rung=st.integers(1, 4),
    reach=st.sampled_from(Reach),
    reasons=st.lists(st.text(max_size=30), min_size=1, max_size=5),
    reference=st.text(min_size=1, max_size=15).filter(lambda text: text[0] != "\0"),
)
def test_what_is_packed_is_unpacked(
    seconds: float, rung: int, reach: Reach, reasons: list[str], reference: str
) -> None:
    packing = Packing()
    for reason in reasons:
        ends = NOON + timedelta(seconds=seconds)
        ban = Ban(
            network=parse_network("192.0.2.1"), rung=rung, starts=NOON, ends=ends, reference=reference, reason=reason,
            reach=reach,
        )  # fmt: skip
        packed = packing.pack(ban)
        held = packing.unpack(packed)
        assert held == Held(held.ends, rung, reach, reason, reference)
        assert 0 <= held.ends - ends.timestamp() < 1
        assert end_of(packed) == held.ends
        assert is_of(packed, reference_number(reference))
        assert not is_of(packed, reference_number(f"{reference}2"))


@pytest.mark.parametrize("ends", [datetime(1969, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)])
def test_an_end_outside_all_logs_fits(ends: datetime) -> None:
    packing = Packing()
    ban = Ban(
        network=parse_network("192.0.2.1"), rung=4, starts=NOON, ends=ends, reference="PF-1", reason="x"
    )
    held = packing.unpack(packing.pack(ban))
    assert (held.rung, held.reason, held.reference) == (4, "x", "PF-1")
    assert held.ends == max(int(ends.timestamp()), 0)
