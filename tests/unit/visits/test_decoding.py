"""Undoing disguises: what an attacked program would have seen."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.visits.decoding import (
    MOST_BYTES,
    MOST_PARAMETERS,
    Parameter,
    decode,
    decode_percent,
    decode_target,
    fold_unicode,
    normalise_path,
)


@pytest.mark.standard("3986:2.1")
@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"%41%62", b"Ab"),
        (b"%4", b"%4"),
        (b"%", b"%"),
        (b"%%41", b"%A"),
        (b"%u0027", b"'"),
        (b"%uff0e", b"."),
        (b"%uFF1c", b"<"),
        (b"%u20ac", b"%u20ac"),
        (b"%c3%a4", b"\xc3\xa4"),
    ],
)
def test_one_round_of_percent_decoding(raw, text):
    """RFC 3986 s2.1, and the %u that some servers read as well."""
    assert decode_percent(raw) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"%2527", b"'"),
        (b"%252527", b"'"),
        (b"%25252527", b"%27"),
        (b"a%2Bb", b"a+b"),
    ],
)
def test_decoding_goes_on_for_three_rounds(raw, text):
    """Proxies in between decode too, but not for ever."""
    assert decode(raw) == text


def test_plus_is_a_blank_only_where_it_is_one():
    """In queries, and before percent-decoding."""
    assert decode(b"a+b%2Bc", plus=True) == b"a b+c"
    assert decode(b"a+b") == b"a+b"


@pytest.mark.standard("3629:3")
@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\xc0\xae", b"."),
        (b"\xc0\xaf", b"/"),
        (b"\xc1\x9c", b"\\"),
        (b"\xe0\x80\xae", b"."),
        (b"\xe0\x81\x9c", b"\\"),
        (b"\xf0\x80\x80\xae", b"."),
        (b"\xef\xbc\x8e", b"."),
        (b"\xef\xbc\x8f", b"/"),
        (b"\xef\xbd\x81", b"a"),
        (b"\xef\xbd\x9e", b"~"),
        ("äöü€".encode(), "äöü€".encode()),
        (b"\xc0", b"\xc0"),
    ],
)
def test_long_forms_are_folded(raw, text):
    """Lax decoders read them as ASCII; lawful UTF-8 stays."""
    assert fold_unicode(raw) == text


@pytest.mark.standard("3986:2.4")
def test_parts_are_split_before_they_are_decoded():
    """An encoded separator separates nothing."""
    target = decode_target(b"/a%3Fb?x=1%262&y=%3D&z")
    assert target.path == b"/a?b"
    assert target.parameters == (Parameter(b"x", b"1&2"), Parameter(b"y", b"="), Parameter(b"", b"z"))


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (b"http://www.example.org/a?b", b"/a"),
        (b"HTTP://www.example.org", b""),
        (b"//a/b", b"//a/b"),
        (b"/x?u=http://a.example/b", b"/x"),
    ],
)
def test_the_absolute_form_has_a_path_too(raw, path):
    """RFC 9112 s3.2.2."""
    assert decode_target(raw).path == path


@pytest.mark.parametrize(
    ("raw", "disguised"),
    [(b"/%2e%2e/", False), (b"/%252e/", True), (b"/?a=%2527", True), (b"/%c0%af", True), (b"/%C3%A4", False)],
)
def test_disguise_is_told(raw, disguised):
    """Encoding once is lawful, twice is not an accident."""
    assert decode_target(raw).disguised is disguised


def test_search_fields_are_known():
    """People type anything there."""
    target = decode_target(b"/?Q=x&page=2&keywords=y")
    assert [parameter.is_search for parameter in target.parameters] == [True, False, True]


def test_hostile_sizes_are_bounded():
    """64 KiB of separators cost no more than the limit."""
    target = decode_target(b"/?" + b"a=1&" * 20_000)
    assert len(target.parameters) == MOST_PARAMETERS
    assert len(decode(b"%41" * 30_000)) <= MOST_BYTES


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        (b"/A/B", b"/a/b"),
        (b"//a///b", b"/a/b"),
        (b"/./a/./b", b"/a/b"),
        (b"\\a\\b", b"/a/b"),
        (b"/a;v=1/b;x", b"/a/b"),
        (b"/a\0/b", b"/a"),
        (b"/.env", b"/.env"),
        (b"/...", b"/..."),
        (b"", b""),
    ],
)
def test_paths_are_read_as_careless_servers_do(path, normal):
    """Probes use every spelling of one address."""
    assert normalise_path(path) == normal


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_decoding_never_grows_and_ends(raw):
    """Whatever the bytes are."""
    assert len(decode(raw)) <= len(raw)
    assert len(normalise_path(decode(raw))) <= len(raw)


@settings(max_examples=60)
@given(st.text(alphabet="abcXYZ019-_.~/", max_size=60))
def test_plain_targets_stay(text):
    """RFC 3986 s2.3: unreserved characters mean themselves."""
    target = decode_target(b"/" + text.encode())
    assert target.path == b"/" + text.encode()
    assert not target.disguised
