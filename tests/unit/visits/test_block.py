"""One block under judgement."""

from datetime import UTC, datetime
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.bans.offence import Kind, Offence
from pforte.visits.block import EVIDENCE, INCIDENT, Block, Origin, evidence
from pforte.visits.formats.combined import COMBINED

ORIGIN = Origin(source="access.log", log=COMBINED)
LINE = b'192.0.2.1 - - [01/Mar/2026:10:%02d:00 +0000] "GET / HTTP/1.1" 200 5 "-" "-"'
TEN = datetime(2026, 3, 1, 10, tzinfo=UTC).timestamp()


def block(data: bytes = b"", first_line: int | None = 1, share: int = 2) -> Block:
    return Block(data, ORIGIN, 0.0, first_line, share=share)


def offence() -> Offence:
    return Offence(
        network=ip_network("192.0.2.1/32"),
        address=ip_address("192.0.2.1"),
        kind=Kind.ATTACK,
        check="visit.x",
        at=datetime(2026, 3, 1, tzinfo=UTC),
        service="http",
        source="access.log",
        line=1,
        evidence=b"",
    )


@pytest.mark.parametrize(("data", "lines"), [(b"", 0), (b"a", 1), (b"a\n", 1), (b"a\nb", 2), (b"\n\n", 2)])
def test_lines_are_counted(data, lines):
    assert block(data).scanned(0).lines == lines


def test_a_line_has_its_number_in_the_source():
    judged = block(b"a\nb\nc\nd\n", first_line=100)
    assert [judged.line_at(start) for start in (0, 2, 2, 6)] == [100, 101, 101, 103]
    assert judged.scanned(0).lines == 4


def test_a_source_without_numbers_gives_none():
    judged = block(b"a\nb\n", first_line=None)
    assert judged.line_at(2) is None
    assert judged.scanned(0).lines == 2


def test_a_network_has_its_share_of_findings_in_a_minute():
    judged = block(share=2)
    for at in (0.0, 1.0):
        assert not judged.is_capped("a", at)
        judged.spend("a", at)
    assert judged.is_capped("a", 2.0)
    assert judged.is_capped("a", INCIDENT - 0.1)
    assert not judged.is_capped("b", 2.0), "another network has a share of its own"
    assert not judged.is_capped("a", INCIDENT), "the next minute has a new one"
    assert judged.scanned(0).capped == 2


def test_the_share_begins_anew_in_the_next_minute():
    judged = block(share=1)
    judged.spend("a", 0.0)
    judged.spend("a", INCIDENT)
    assert judged.is_capped("a", INCIDENT + 1)


def test_offences_keep_their_order_and_place():
    judged = block(b"a\nb\n")
    judged.keep(offence(), 0)
    judged.keep(offence(), 2)
    assert [start for _, start in judged.scanned(2).offences] == [0, 2]


def test_skipped_lines_are_counted_by_network():
    judged = block()
    network = ip_network("192.0.2.0/24")
    judged.skip(network)
    judged.skip(network)
    assert judged.scanned(2).skipped == {network: 2}


def test_a_block_lies_around_a_time_by_its_first_and_last_line():
    judged = block(LINE % 0 + b"\n" + LINE % 10 + b"\n")
    assert judged.is_around(TEN, 601.0)
    assert not judged.is_around(TEN, 600.0)
    assert not judged.is_around(TEN + 1200, 601.0)


@pytest.mark.parametrize("data", [b"", b"\n", b"nothing to read\n", LINE % 0 + b"\nnothing"])
def test_a_block_without_times_lies_around_none(data):
    assert not block(data).is_around(TEN, 1e12)


def test_a_short_line_is_its_own_evidence():
    assert evidence(b"line", b"in") == b"line"


def test_of_a_long_line_the_part_around_what_was_observed_is_kept():
    line = b"a" * 5000 + b"<script>" + b"b" * 5000
    kept = evidence(line, b"<script>")
    assert len(kept) == EVIDENCE
    assert kept.find(b"<script>") == EVIDENCE // 2 - 4


@given(st.binary(max_size=6000), st.binary(max_size=300))
def test_evidence_is_a_bounded_part_of_the_line(line, observed):
    kept = evidence(line, observed)
    assert kept in line
    assert len(kept) == min(len(line), EVIDENCE)


@given(st.binary(min_size=1, max_size=200), st.integers(0, 5000), st.integers(0, 5000))
def test_what_was_observed_is_in_the_evidence(observed, before, behind):
    assert observed in evidence(b"\xff" * before + observed + b"\xfe" * behind, observed)
