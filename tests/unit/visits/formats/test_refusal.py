"""Numbers of tries stay within reason."""

from hypothesis import given
from hypothesis import strategies as st

from pforte.visits.formats.refusal import MOST_ATTEMPTS, count_attempts


@given(st.integers(0, 10**12))
def test_tries_are_bounded(number):
    """No line stands for no try, and none for a million."""
    count = count_attempts(str(number).encode())
    assert 1 <= count <= MOST_ATTEMPTS
    if 1 <= number <= MOST_ATTEMPTS:
        assert count == number
