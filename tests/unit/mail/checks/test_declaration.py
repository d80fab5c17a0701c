"""A finding keeps its proof within bounds, and what it says fits into a reply."""

from dataclasses import replace

import pytest
from mail_house import CHECK

from pforte.languages import Text
from pforte.mail.checks.declaration import MOST_OBSERVED, MOST_VALUE, Action, Reply, finding_of


def test_actions_go_from_mild_to_hard():
    assert [action.value for action in sorted(Action, key=lambda action: action.strength)] == [
        *("off", "watch", "mark", "defer", "reject")
    ]


def test_each_preset_has_its_action():
    check = replace(CHECK, standard_action=Action.MARK, strict_action=Action.REJECT)
    assert check.action("standard") is Action.MARK
    assert check.action("strict") is Action.REJECT


def test_proof_is_bounded_and_values_are_text():
    finding = finding_of("mail.wrong", b"x" * 1000, "right", count=3)
    assert finding.observed == b"x" * MOST_OBSERVED
    assert finding.values == {"count": "3"}
    assert finding_of("mail.wrong", b"", "", what="a\udcfc" + "b" * 1000).values["what"] == "a?" + "b" * 398
    assert finding.temporary is False


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("plain", "plain"),
        ("a\r\n250 ok", "a??250 ok"),
        ("Grüße", "Gr??e"),
        ("{what}", "{what}"),
        ("x" * MOST_VALUE, "x" * MOST_VALUE),
        ("x" * (MOST_VALUE + 1), "x" * (MOST_VALUE - 3) + "..."),
    ],
)
def test_values_are_printable_ascii_that_fits(value, said):
    """What a client sends must not write lines of our dialogue (RFC 5321 s4.2)."""
    finding = finding_of("mail.wrong", b"", "right", what=value)
    assert CHECK.said(finding) == f"wrong: {said}"
    assert CHECK.said(finding, "de") == f"falsch: {said}"


def test_trouble_has_its_own_sentence():
    check = replace(CHECK, temporary=Reply(451, "4.4.3", Text(en="later", de="später")))
    trouble = finding_of("mail.wrong", b"", "right", temporary=True, what="y")
    assert check.said(trouble) == "later"
    assert check.said(replace(trouble, temporary=False)) == "wrong: y"
    assert CHECK.said(trouble) == "wrong: y"
