"""What a listed address's records say."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from pforte.bans.ban import Reach
from pforte.bans.offence import Kind
from pforte.gates.dnsbl.listing import CODES, TEST_BAN, TEST_TEXT, code_of, told_of, words_of
from pforte.gates.table.packed import Held

ENDS = int(datetime(2026, 12, 1, 12, tzinfo=UTC).timestamp())


def held(reason: str = "visit.xss", ends: int = ENDS, reference: str = "PF-7K3M-Q2XD") -> Held:
    return Held(ends=ends, rung=1, reach=Reach.EVERYWHERE, reason=reason, reference=reference)


ATTACK, SPAM, BY_HAND = held("visit.xss"), held("visit.form-spam"), held("somebody we know")


def test_codes_by_kind():
    assert code_of(BY_HAND) == code_of(TEST_BAN) == bytes((127, 0, 0, 2))
    assert code_of(SPAM) == bytes((127, 0, 0, 3))
    assert code_of(ATTACK) == bytes((127, 0, 0, 4))
    assert code_of(held("visit.robots")) == bytes((127, 0, 0, 6))
    assert set(CODES) == {None, *Kind}


def test_no_code_says_that_the_list_is_in_trouble():
    assert not [code for code in CODES.values() if code.startswith(b"\x7f\xff\xff")]


def test_a_zone_of_one_kind_tells_of_that_kind_only():
    bans = [ATTACK, held("visit.sql-injection"), SPAM, BY_HAND]
    assert told_of(bans, None) == [ATTACK, SPAM, BY_HAND]
    assert told_of(bans, Kind.SPAM) == [SPAM]
    assert told_of(bans, Kind.STANDARDS) == []
    assert told_of([SPAM], Kind.ATTACK) == []
    assert told_of([BY_HAND], None) == [BY_HAND]
    assert told_of([BY_HAND], Kind.ATTACK) == []


def test_words():
    assert words_of(ATTACK, "https://desk.example/") == (
        b"A request carries script meant to run in the browsers of other visitors (cross-site scripting)."
        b" Shut out until 2026-12-01T12:00:00Z, reference PF-7K3M-Q2XD. https://desk.example/PF-7K3M-Q2XD"
    )
    assert words_of(BY_HAND, "") == (
        b"The operator has shut out this network by hand."
        b" Shut out until 2026-12-01T12:00:00Z, reference PF-7K3M-Q2XD."
    )
    assert words_of(TEST_BAN, "https://desk.example/") == TEST_TEXT


def test_an_operators_own_words_are_not_published():
    assert b"somebody" not in words_of(BY_HAND, "")


@given(reference=st.text(max_size=300), page=st.text(max_size=300))
def test_a_text_fits_into_one_string_and_needs_no_quoting(reference, page):
    text = words_of(held(reference=reference), page)
    assert len(text) <= 255
    assert text.decode("ascii").isprintable()


def test_a_long_page_shortens_the_reason_and_nothing_else():
    page = "https://desk.example/" + "x" * 99
    text = words_of(ATTACK, page)
    assert len(text) == 255
    assert b"... Shut out until 2026-12-01T12:00:00Z" in text
    assert text.endswith(b" " + page.encode() + b"PF-7K3M-Q2XD")
