"""The second look at a decoded request."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Check, Mark
from pforte.visits.duties import on_duty
from pforte.visits.engine import AUTO
from pforte.visits.signs import SignPass

PLAIN = Check(
    id="visit.a",
    standard="",
    default=Mode.ENFORCE,
    kind=Kind.ATTACK,
    categories=(),
    summary=Text("", ""),
    remedy=Text("", ""),
    judge=lambda visit, facts: None,
)
SIGNS = SignPass(
    on_duty(
        (
            replace(PLAIN, signs=(Mark(rb"union\s+select"),)),
            replace(PLAIN, id="visit.b"),
            replace(PLAIN, id="visit.c", signs=(Mark(b"<script"), Mark(rb"^/a\?"))),
        ),
        {},
    ),
    AUTO,
)


@pytest.mark.parametrize(
    ("target", "agent", "referrer", "concerned"),
    [
        (b"/", b"", b"", 0),
        (b"/?q=union+select", b"", b"", 1),
        (b"/?q=UNION%20%53elect", b"", b"", 1),
        (b"/?q=union%0aselect", b"", b"", 1),
        (b"/?q=%253Cscript", b"", b"", 4),
        (b"/<script?q=union%09select", b"", b"", 5),
        (b"/", b"union%20select", b"", 1),
        (b"/", b"", b"https://example.org/?<script", 4),
        (b"/a?b", b"", b"", 4),
        (b"/union", b"select", b"", 0),
    ],
)
def test_checks_are_concerned_by_the_signs_of_the_decoded_request(target, agent, referrer, concerned):
    assert SIGNS.concerned(target, agent, referrer) == concerned


@given(st.binary(max_size=200), st.binary(max_size=50), st.binary(max_size=50))
def test_any_bytes_are_looked_at(target, agent, referrer):
    assert 0 <= SIGNS.concerned(target, agent, referrer) <= 5
