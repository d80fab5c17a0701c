"""What the dialects make of one outcome."""

import asyncio

import pytest
from rspamd_house import MAIL, Examiner

from pforte.gates.rspamd.report import action_of, marked_message, score_of, smtp_message


def outcome(word):
    return asyncio.run(Examiner()(None, None, MAIL.replace(b"hello", word)))


@pytest.mark.parametrize(
    ("word", "action", "score"),
    [
        (b"good", "no action", 0),
        (b"odd", "add header", 6),
        (b"slow", "soft reject", 15),
        (b"bad", "reject", 15),
    ],
)
def test_actions_and_scores_say_the_same(word, action, score):
    assert (action_of(outcome(word)), score_of(outcome(word))) == (action, score)


def test_a_mail_that_passes_has_no_message():
    assert smtp_message(outcome(b"good")) == ""


def test_line_ends_of_the_mail_are_kept():
    unix = MAIL.replace(b"hello", b"odd").replace(b"\r\n", b"\n")
    assert b"\r" not in marked_message(outcome(b"odd"), unix, 6.0)


def test_a_refused_mail_says_so_in_its_header():
    told = marked_message(outcome(b"bad"), MAIL, 15.0)
    assert b"X-Spam-Flag: YES\r\n" in told
    assert b"X-Pforte-Reply: 550 5.7.1 mail.bad-word: bad word bad https://example.org/r/PF-1\r\n" in told
