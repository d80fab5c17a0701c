"""Both engines name the same lines for the same groups."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.visits.checks.declaration import Mark
from pforte.visits.engine import GROUPS, Engine, EngineError, Pass, build, installed

ENGINES = ("hyperscan", "re2")
GROUP_OF_MARKS = (
    (Mark(rb"/\.env"), Mark(rb"/\.git/")),
    (Mark(rb"union[^a]{1,20}select"),),
    (),
    (Mark(rb'" 404 ', caseless=False),),
    (Mark(rb"^192\.0\.2\.7 "), Mark(rb"\bend$")),
    (Mark(rb"a\s+b"), Mark(rb"%27")),
)


def of_engine(name: str) -> Pass:
    if name not in installed():
        pytest.skip(f"install the package of the engine {name} to test it")
    return build(GROUP_OF_MARKS, Engine(name))


@pytest.fixture(params=ENGINES)
def scan(request) -> Pass:
    return of_engine(request.param)


def expected(data: bytes) -> list[tuple[int, int, int]]:
    """The same by the letter: each line alone, each mark alone."""
    lines, start = [], 0
    for line in data.split(b"\n"):
        groups = 0
        for group, marks in enumerate(GROUP_OF_MARKS):
            for mark in marks:
                if re.search(mark.pattern, line, re.IGNORECASE if mark.caseless else 0):
                    groups |= 1 << group
        if groups:
            lines.append((start, start + len(line), groups))
        start += len(line) + 1
    return lines


def test_an_innocent_block_has_no_candidates(scan):
    assert scan.candidates(b"GET / HTTP/1.1\nGET /news HTTP/1.1\n" * 100) == []


def test_an_empty_block_has_no_candidates(scan):
    assert scan.candidates(b"") == []


def test_a_line_with_many_marks_is_named_once_with_all_its_groups(scan):
    line = b"192.0.2.7 /.env /.env %27 UNION or SELECT the end"
    assert scan.candidates(b"x\n" + line + b"\ny") == [(2, 2 + len(line), 0b110011)]


def test_a_line_at_the_end_of_the_block_needs_no_line_feed(scan):
    assert scan.candidates(b"x\n/.env") == [(2, 7, 1)]
    assert scan.candidates(b"x\n/.env\n") == [(2, 7, 1)]


def test_a_mark_never_reaches_over_a_line(scan):
    assert scan.candidates(b"union\nselect a\nb\nunion  \n  select") == []


def test_case_counts_where_the_mark_says_so(scan):
    assert [groups for *_, groups in scan.candidates(b'/.ENV\n" 404 \n')] == [1, 8]


def test_a_line_of_nothing_but_marks_is_named_and_the_next_ones_are_not_lost(scan):
    flood = b"%27" * 20_000
    data = b"\n".join([b"/.env", flood, b"plain", b"/.git/ x", flood + b"/.env", b'" 404 '])
    found = scan.candidates(data)
    assert [data[start:end] for start, end, _ in found] == [
        b"/.env",
        flood,
        b"/.git/ x",
        flood + b"/.env",
        b'" 404 ',
    ]
    wanted = [1, 32, 1, 33, 8]
    assert all(groups & want == want for (*_, groups), want in zip(found, wanted, strict=True))
    assert [found[index][2] for index in (0, 2, 4)] == [1, 1, 8]


WORDS = b'/.env|/.GIT/|union |UNION| select|" 404 |192.0.2.7 |end|%27|a|b| |\t b|\r|\xff|\x00|\n'.split(b"|")

texts = st.lists(st.sampled_from(WORDS), max_size=60).map(b"".join)


@given(texts)
def test_the_engines_name_what_every_line_alone_would(data):
    wanted = expected(data)
    for name in ENGINES:
        if name in installed():
            assert build_once(name).candidates(data) == wanted, name


@given(texts)
def test_the_groups_of_a_text_are_those_of_its_lines(data):
    wanted = 0
    for *_, groups in expected(data):
        wanted |= groups
    for name in ENGINES:
        if name in installed():
            assert build_once(name).groups(data) == wanted, name
            assert build_once(name).has_any(data) == (wanted != 0), name


@given(st.binary(max_size=300))
def test_any_bytes_are_read(data):
    wanted = expected(data)
    for name in ENGINES:
        if name in installed():
            assert build_once(name).candidates(data) == wanted, name


built: dict[str, Pass] = {}


def build_once(name: str) -> Pass:
    if name not in built:
        built[name] = of_engine(name)
    return built[name]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_mark_that_is_no_pattern_is_named(engine):
    if engine not in installed():
        pytest.skip(f"install the package of the engine {engine} to test it")
    with pytest.raises(EngineError, match="wrong"):
        build(((Mark(b"fine"),), (Mark(b"wrong(("),)), Engine(engine))


def test_a_pass_without_marks_finds_nothing():
    for name in installed():
        scan = build(((), ()), Engine(name))
        assert (scan.candidates(b"/.env\n"), scan.groups(b"/.env"), scan.has_any(b"/.env")) == ([], 0, False)


def test_too_many_groups_are_refused():
    with pytest.raises(EngineError, match="257"):
        build(((),) * (GROUPS + 1))
