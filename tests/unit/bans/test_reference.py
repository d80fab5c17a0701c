"""References survive being read out, written down and typed in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.bans.reference import (
    ALPHABET,
    NUMBERS,
    BadReferenceError,
    contact_about,
    parse_reference,
    render_reference,
)

numbers = st.integers(min_value=0, max_value=NUMBERS - 1)


def test_the_documented_example_checks():
    assert parse_reference("PF-7K3M-Q2XD") == "PF-7K3M-Q2XD"


@given(numbers)
def test_what_is_rendered_is_read_back(number):
    reference = render_reference(number)
    assert parse_reference(reference) == reference
    assert len(reference) == len("PF-7K3M-Q2XD")


@given(numbers, numbers)
def test_different_numbers_have_different_references(one, other):
    assert (render_reference(one) == render_reference(other)) == (one == other)


@pytest.mark.parametrize("contact", ["", "abuse@example.org", "https://example.org/{x}"])
def test_a_contact_that_asks_for_no_reference_stays_as_it_is(contact):
    assert contact_about(contact, "PF-7K3M-Q2XD") == contact


def test_no_letter_is_a_vowel_or_easily_misread():
    assert not set(ALPHABET) & set("AEIOUL")


@pytest.mark.parametrize(
    "written",
    [
        "pf-7k3m-q2xd",
        "PF 7K3M Q2XD",
        "7K3M-Q2XD",
        "7k3mq2xd",
        "  pf7k3m q2xd ",
        "PF\N{EN DASH}7K3M\N{EN DASH}Q2XD",
        "P F - 7 K 3 M - Q 2 X D",
    ],
)
def test_the_ways_people_write_are_forgiven(written):
    assert parse_reference(written) == "PF-7K3M-Q2XD"


@given(numbers)
def test_zero_and_one_may_be_written_as_the_letters_they_look_like(number):
    reference = render_reference(number)
    assert parse_reference(reference.replace("0", "O").replace("1", "l")) == reference
    assert parse_reference(reference.replace("1", "i")) == reference


@given(numbers, st.integers(min_value=0, max_value=7), st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_found(number, place, other):
    code = render_reference(number).removeprefix("PF-").replace("-", "")
    wrong = code[:place] + other + code[place + 1 :]
    if wrong == code:
        return
    with pytest.raises(BadReferenceError, match="last character does not fit"):
        parse_reference(wrong)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "8 characters"),
        ("PF-7K3M", "8 characters"),
        ("PF-7K3M-Q2XDD", "8 characters"),
        ("PF-AK3M-Q2XD", "cannot hold 'A'"),
        ("PF-7K3M-Q2XU", "cannot hold 'U'"),
        ("PF-7K3M-Q2X€", "cannot hold '€'"),
        ("192.0.2.1", "cannot hold '.'"),
        ("7" * 1000, "too long"),
    ],
)
def test_what_is_no_reference_is_refused_with_the_reason(text, complaint):
    with pytest.raises(BadReferenceError, match=complaint):
        parse_reference(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        reference = parse_reference(text)
    except BadReferenceError:
        return
    assert parse_reference(reference) == reference


@pytest.mark.parametrize("number", [-1, NUMBERS])
def test_a_number_out_of_range_is_refused(number):
    with pytest.raises(ValueError, match="number is 0 to"):
        render_reference(number)
