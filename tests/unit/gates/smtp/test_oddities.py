"""What is odd is found wherever it stands, and mending leaves nothing odd."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.gates.smtp.oddities import find_odd, mend, oddity_at, proof_of
from pforte.mail.session import Oddity

OCTETS = st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b".", b"\0", b"x"]), max_size=30).map(b"".join)


def slowly(octets):
    """Find the first odd octet by looking at each."""
    for at, octet in enumerate(octets):
        before, behind = octets[at - 1 : at] if at else b"", octets[at + 1 : at + 2]
        if octet == 0 or (octet == 10 and before != b"\r") or (octet == 13 and behind not in (b"\n", b"")):
            return at
    return -1


@given(OCTETS)
@settings(deadline=None, max_examples=60)
def test_the_first_odd_octet_is_found(octets):
    assert find_odd(octets, 0, len(octets)) == slowly(octets)


@given(OCTETS, st.binary(max_size=40))
@settings(deadline=None, max_examples=60)
def test_a_mended_text_is_even(octets, more):
    mended = mend(octets + more)
    assert mended.count(b"\r") == mended.count(b"\n") == mended.count(b"\r\n")
    assert b"\0" not in mended


@given(OCTETS)
@settings(deadline=None, max_examples=60)
def test_an_even_text_is_left_as_it_is(octets):
    if slowly(octets) < 0 and not octets.endswith(b"\r"):
        assert mend(octets) == octets


def test_what_an_odd_octet_means():
    def meaning(octets):
        found = oddity_at(octets, find_odd(octets, 0, len(octets)))
        return found and (found.oddity, found.observed)

    assert meaning(b"a\nb") == (Oddity.BARE_LINE_END, b"a\nb")
    assert meaning(b"a\r\n.\nb") == (Oddity.SMUGGLING, b"a\r\n.\n")
    assert meaning(b"a\n.\nb") == (Oddity.SMUGGLING, b"a\n.\n")
    assert meaning(b"a\n.b") == (Oddity.BARE_LINE_END, b"a\n.")
    assert meaning(b"a\0\nb") == (Oddity.NUL, b"a\0")
    assert meaning(b"a\n") is None
    assert meaning(b"a\n.") is None


def test_a_proof_is_short():
    assert proof_of(b"x" * 100 + b"\n" + b"y" * 100, 100, 2) == b"x" * 12 + b"\nyy"
