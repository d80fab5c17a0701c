"""A character is found in each of its spellings, and in no other."""

import pytest

from pforte.visits.checks.declaration import Mark
from pforte.visits.checks.spelling import GAP, OPEN, QUOTE, VALUE, spelled
from pforte.visits.engine import build


def found(pattern: bytes, text: bytes) -> bool:
    return bool(build(((Mark(b"^" + pattern + b"$"),),)).candidates(text))


@pytest.mark.parametrize("text", [b"'", b"%27", b"%2527"])
def test_spellings(text: bytes) -> None:
    assert found(QUOTE, text)


@pytest.mark.parametrize("text", [b'"', b"%28", b"%252527", b"27", b"%2 7"])
def test_nothing_else(text: bytes) -> None:
    assert not found(QUOTE, text)


def test_a_character_of_the_syntax_means_itself() -> None:
    assert found(OPEN, b"(")
    assert found(spelled(b"*"), b"*")


@pytest.mark.parametrize("text", [b"+", b"%20", b"/**/", b"%2520+", b"%2f%2a%2a%2f"])
def test_gaps_of_sql(text: bytes) -> None:
    assert found(GAP, text)


def test_the_beginning_of_a_value() -> None:
    assert found(VALUE, b"?id=")
    assert found(VALUE, b"&page_2=")
    assert not found(VALUE, b"id=")
    assert not found(VALUE, b"?i%64=")
