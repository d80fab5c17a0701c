"""The structure of a chain."""

import contextlib
import re

import pytest
from arc_chains import FINDINGS, chain
from hypothesis import given
from hypothesis import strategies as st
from signing_keys import BODY, FIELDS

from pforte.mail.identity.arc.chain import (
    MESSAGE_SIGNATURE,
    RESULTS,
    SEAL,
    ChainError,
    has_ended,
    places_by_instance,
    read_chain,
)
from pforte.mail.identity.dkim.content import Content

CHAIN = chain(2)
"""Seal, message signature and results of 2, the same of 1, then the message."""


def _changed(place, old, new):
    fields = list(CHAIN)
    assert re.search(old, fields[place])
    fields[place] = re.sub(old, new, fields[place], count=1)
    return fields


def _read(fields):
    return read_chain(Content(fields, BODY))


@pytest.mark.standard("8617:4.2")
def test_sets_are_read_from_the_first_to_the_last():
    first, second = _read(CHAIN)
    assert (first.instance, first.seal.state, first.seal.domain) == (1, "none", "list1.example")
    assert (second.instance, second.seal.state, second.seal.domain) == (2, "pass", "list2.example")
    assert second.findings == FINDINGS
    assert second.signature_at == 1


def test_order_and_case_of_the_fields_mean_nothing():
    swapped = [field.replace(b"ARC-", b"arc-") for field in reversed(CHAIN[:6])]
    assert [one.instance for one in _read([*swapped, *CHAIN[6:]])] == [1, 2]


def test_no_sets():
    assert _read(FIELDS) == ()


@pytest.mark.standard("8617:4.2.1")
@pytest.mark.parametrize("number", [b"0", b"51", b"x", b"", b"1.5", b"-1", b"111"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_numbers_that_are_none(place, number):
    with pytest.raises(ChainError, match="to which set it belongs"):
        _read(_changed(place, rb"i=2", b"i=" + number))


@pytest.mark.parametrize(
    ("place", "old", "new"),
    [
        (0, rb"i=2;", b""),
        (1, rb"i=2;", b"i=2; i=2;"),
        (1, rb"i=2;", b"i 2;"),
        (2, rb"i=2;", b"i=2"),
        (2, rb" i=2;", b" other; i=2;"),
        (2, rb"i=2", b"instance=2"),
    ],
)
def test_fields_without_a_number(place, old, new):
    with pytest.raises(ChainError, match="to which set it belongs"):
        _read(_changed(place, old, new))


@pytest.mark.standard("8617:5.2")
@pytest.mark.parametrize("place", range(6))
def test_each_field_stands_exactly_once(place):
    with pytest.raises(ChainError, match="instead of one"):
        _read([field for at, field in enumerate(CHAIN) if at != place])
    with pytest.raises(ChainError, match="instead of one"):
        _read([CHAIN[place], *CHAIN])


def test_no_number_may_be_missing():
    with pytest.raises(ChainError, match="missing"):
        _read([*CHAIN[:3], *CHAIN[6:]])


@pytest.mark.parametrize(
    ("place", "old", "new", "why"),
    [
        (0, rb"cv=pass", b"cv=fail", "sealer 2 found"),
        (0, rb"cv=pass", b"cv=none", "cannot be there"),
        (0, rb"cv=pass", b"cv=maybe", "what became"),
        (0, rb" cv=pass;", b"", "what became"),
        (3, rb"cv=none", b"cv=pass", "cannot be there"),
        (3, rb"cv=none", b"cv=fail", "cannot be there"),
        (0, rb" cv=pass;", b" cv=pass; h=from;", "has h="),
        (0, rb" d=list2.example;", b"", "lacks d="),
        (0, rb"a=rsa-sha256", b"a=rsa-sha1", "proves nothing"),
        (1, rb"h=from:", b"h=from:arc-seal:", "signs a seal"),
        (1, rb"bh=", b"zz=", "lacks bh="),
        (1, rb"h=from(?s:.*)\tbh", b"h=to; bh", "From field is not signed"),
    ],
)
@pytest.mark.standard("8617:4.1.2")
@pytest.mark.standard("8617:4.1.3")
def test_what_a_chain_must_not_say(place, old, new, why):
    with pytest.raises(ChainError, match=why):
        _read(_changed(place, old, new))


def test_a_chain_ends_where_its_last_seal_says_so():
    content = Content(_changed(0, rb"cv=pass", b"cv=fail"), BODY)
    assert has_ended(content, places_by_instance(content))
    content = Content(CHAIN, BODY)
    assert not has_ended(content, places_by_instance(content))
    assert not has_ended(content, {})


def test_fields_are_found_by_number_and_name():
    found = places_by_instance(Content([b"ARC-Seal: junk\r\n", *CHAIN], BODY))
    assert found == {
        0: {SEAL: [0]},
        1: {SEAL: [4], MESSAGE_SIGNATURE: [5], RESULTS: [6]},
        2: {SEAL: [1], MESSAGE_SIGNATURE: [2], RESULTS: [3]},
    }


@given(st.integers(0, 5), st.integers(0, 600), st.binary(max_size=3))
def test_any_change_of_structure_is_an_error_or_a_chain(place, where, new):
    """Nothing that stands in these fields may raise anything else."""
    fields = list(CHAIN)
    where %= len(fields[place])
    fields[place] = fields[place][:where] + new + fields[place][where + 1 :]
    with contextlib.suppress(ChainError):
        assert len(_read(fields)) <= 2
