"""How attackers spell a character."""

import re

import pytest

from pforte.visits.checks.spelling import COMMENT, GAP, SPACE, spelled
from pforte.visits.decoding import decode


@pytest.mark.parametrize("character", [bytes((code,)) for code in b"'\"()<>=,:;*${}./|`%"])
def test_every_spelling_means_the_character(character: bytes) -> None:
    pattern = re.compile(spelled(character), re.IGNORECASE)
    once = b"%%%02x" % character[0]
    for text in (character, once, once.upper(), once.replace(b"%", b"%25")):
        assert pattern.fullmatch(text)
        assert decode(text) == character
    assert not pattern.fullmatch(once.replace(b"%", b"%2525"))


@pytest.mark.parametrize("text", [b"+", b"%20", b"%2520"])
def test_every_spelling_of_a_space_is_one(text: bytes) -> None:
    assert re.fullmatch(SPACE, text)
    assert decode(text, plus=True) == b" "


@pytest.mark.parametrize("text", [b"/**/", b"%2F%2A%2A%2F", b"/%2a*%252f"])
def test_a_comment_parts_words_too(text: bytes) -> None:
    assert re.fullmatch(COMMENT, text, re.IGNORECASE)
    assert re.fullmatch(GAP, b"+" + text, re.IGNORECASE)
    assert decode(text) == b"/**/"
