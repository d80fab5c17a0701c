"""One verdict over all findings, and the lines that say it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mail_house import CHECK

from pforte.languages import Text
from pforte.mail.checks.declaration import Action, Reply, finding_of
from pforte.mail.verdict import LONGEST_LINE, Judged, Verdict

PAGE = "https://mx.example/r/PF-7K3M-Q2XD"


def judged(action: Action, name: str = "mail.wrong", *, temporary: bool = False, what: str = "y") -> Judged:
    later = Reply(451, "4.7.25", Text(en="later", de="später"))
    check = replace(CHECK, id=name, temporary=later if temporary else None)
    finding = finding_of(name, b"x", "right", temporary=temporary, what=what)
    return Judged(check, finding, action, Action.REJECT)


def test_the_first_that_refuses_for_good_is_named():
    verdict = Verdict(
        (
            judged(Action.MARK, "mail.a"),
            judged(Action.REJECT, "mail.b", temporary=True),
            judged(Action.DEFER, "mail.c"),
            judged(Action.REJECT, "mail.d"),
            judged(Action.REJECT, "mail.e"),
        )
    )
    assert verdict.leading.check.id == "mail.d"
    assert verdict.lines(PAGE) == (550, "5.6.0", ("mail.d: wrong: y (and 3 more)", PAGE))
    assert [each.check.id for each in verdict.marks] == ["mail.a"]


def test_trouble_alone_puts_off():
    """Law 6: temporary trouble is never a verdict."""
    verdict = Verdict((judged(Action.REJECT, temporary=True),))
    assert verdict.lines("") == (451, "4.7.25", ("mail.wrong: later",))
    assert not verdict.leading.permanent


def test_deferring_makes_a_permanent_reply_temporary():
    code, enhanced, texts = Verdict((judged(Action.DEFER),)).lines("", "de")
    assert (code, enhanced) == (451, "4.6.0")
    assert texts == ("mail.wrong: falsch: y",)


@pytest.mark.parametrize("action", [Action.OFF, Action.WATCH, Action.MARK])
def test_what_does_not_refuse_has_no_lines(action):
    verdict = Verdict((judged(action),))
    assert not verdict.refused
    assert verdict.would is Action.REJECT
    with pytest.raises(ValueError, match="not refused"):
        verdict.lines(PAGE)


def test_nothing_found_is_nothing_wanted():
    assert Verdict().would is Action.OFF
    assert Verdict().marks == ()


def test_umlauts_are_written_out():
    umlauts = replace(CHECK, reply=Reply(550, "5.6.0", Text(en="x", de="größer, Öl")))
    found = Judged(umlauts, finding_of("mail.wrong", b"", ""), Action.REJECT, Action.REJECT)
    assert Verdict((found,)).lines("", "de")[2] == ("mail.wrong: groesser, Oel",)


@pytest.mark.standard("5321:4.5.3.1.5")
@settings(deadline=None)
@given(st.text(max_size=2000), st.text(max_size=2000))
def test_lines_are_ascii_and_fit(what, page):
    code, enhanced, texts = Verdict((judged(Action.REJECT, what=what),)).lines(page)
    for text in texts:
        line = f"{code}-{enhanced} {text}\r\n"
        assert len(line.encode("ascii")) <= LONGEST_LINE
        assert text.isprintable()
