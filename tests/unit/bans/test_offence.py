"""An offence is a value: what it does not say is harmless."""

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime

import pytest

from pforte.bans.offence import Kind, Mode, Offence
from pforte.net.addresses import network_of, parse_address

ADDRESS = parse_address("192.0.2.1")
OFFENCE = Offence(
    network=network_of(ADDRESS),
    address=ADDRESS,
    kind=Kind.ATTACK,
    check="visit.traversal",
    at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    service="http",
    source="access.log",
    line=1,
    evidence=b"GET /../../etc/passwd \xff",
)


def test_an_offence_counts_unless_it_says_otherwise():
    assert (OFFENCE.mode, OFFENCE.claim, OFFENCE.exempt, OFFENCE.act) == (Mode.ENFORCE, "", "", "")


def test_an_offence_cannot_be_changed_after_the_fact():
    with pytest.raises(FrozenInstanceError):
        OFFENCE.check = "other"  # type: ignore[misc]
