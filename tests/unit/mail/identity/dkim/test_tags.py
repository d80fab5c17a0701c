"""Tag lists of signatures and keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.mail.identity.dkim.tags import TagListError, parse_tags, without_white

NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,5}", fullmatch=True)
VALUES = st.text(st.sampled_from("abc:=/+. \t@1"), max_size=12).map(str.strip)
WHITE = st.sampled_from(["", " ", "\t", "\r\n ", " \r\n\t "])


@pytest.mark.standard("6376:3.2")
@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=8), WHITE, st.booleans())
def test_what_is_written_is_read(tags, white, closed):
    """White space around names and values means nothing, nor does a semicolon at the end."""
    text = ";".join(f"{white}{name}{white}={white}{value}{white}" for name, value in tags.items())
    assert parse_tags(text + (";" if closed else "")) == tags


def test_a_value_may_be_empty_and_hold_equals_signs():
    assert parse_tags("p=; b=ab==") == {"p": "", "b": "ab=="}


@pytest.mark.parametrize(
    "text",
    ["a", "a=1;;b=2", "=1", "1a=1", "a b=1", "ä=1", "a=1;b", "a=\x00", "a=\x7f", "a=1; a=2", ";", "a-b=1"],
)
def test_what_is_no_list(text):
    with pytest.raises(TagListError):
        parse_tags(text)


def test_the_same_tag_twice_makes_the_whole_list_invalid():
    """Otherwise two readers could believe two values."""
    with pytest.raises(TagListError, match="d= stands in it twice"):
        parse_tags("d=a.example; s=x; d=b.example")


def test_names_of_tags_differ_by_case():
    assert parse_tags("a=1; A=2") == {"a": "1", "A": "2"}


def test_white_space_is_taken_out():
    assert without_white("a b\r\n\tc") == "abc"
