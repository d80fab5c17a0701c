"""The summary answers the questions that come after a run: how much, how fast, what was left out."""

import json
from collections import Counter

import pytest

from pforte.commands.summary import Summary, tell_summary

FULL = {
    "lines": 3000,
    "candidates": 40,
    "unparsed": 2,
    "capped": 5,
    "cut": 1,
    "seconds": 1.5,
    "offences": Counter({"visit.xss": 3, "visit.trap": 1200}),
    "claims": Counter({"unknown": 7, "proven": 8}),
    "spared": Counter({"own address": 9}),
    "unread": {"a\x1b.log": "a\x1b.log: cannot be opened"},
    "formats": {"b.log": "combined"},
    "empty": ["c.log"],
}


def test_people_read_what_was_done_and_what_was_left_out(capsys):
    assert tell_summary(Summary(**FULL), as_json=False) == 3
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [
        "3,000 lines in 1.50 s (2,000 lines/s), 40 looked at, 1,203 offences",
        "      1,200  visit.trap",
        "          3  visit.xss",
        "          2  lines that were looked at are not of the format",
        "          5  lines not judged: their network had its share of findings (scan.findings)",
        "          1  line was cut at scan.line",
        "          7  claims to be a crawler could not be checked (--dns)",
        "          8  claims to be a crawler were proven",
        "          9  offences led to no ban: own address",
        "note: c.log is empty",
        r"error: a\x1b.log: cannot be opened",
    ]


@pytest.mark.parametrize(
    ("heard", "asks"),
    [
        ({"forged": 3, "nameless": 3}, True),
        ({"forged": 3, "nameless": 2, "named": 1}, False),
        ({"forged": 3}, False),
        ({"proven": 1, "named": 1}, False),
    ],
)
def test_a_resolver_that_knows_no_names_is_doubted(capsys, heard, asks):
    """Real crawlers look forged behind one that answers no reverse question."""
    tell_summary(Summary(claims=Counter(heard)), as_json=False)
    assert ("does the resolver answer reverse questions (PTR)?" in capsys.readouterr().err) == asks


def test_programs_read_the_last_line(capsys):
    assert tell_summary(Summary(**FULL), as_json=True) == 3
    assert json.loads(capsys.readouterr().err.splitlines()[-1]) == {
        "lines": 3000,
        "lines_per_second": 2000,
        "seconds": 1.5,
        "candidates": 40,
        "unparsed": 2,
        "capped": 5,
        "cut": 1,
        "offences": {"visit.trap": 1200, "visit.xss": 3},
        "claims": {"proven": 8, "forged": 0, "unknown": 7},
        "spared": {"own address": 9},
        "formats": {"b.log": "combined"},
        "empty": ["c.log"],
        "unread": {"a\x1b.log": "a\x1b.log: cannot be opened"},
    }


@pytest.mark.parametrize("as_json", [False, True])
def test_nothing_is_a_summary_too(capsys, as_json):
    assert tell_summary(Summary(), as_json=as_json) == 0
    first = capsys.readouterr().err.splitlines()[0]
    assert first == "0 lines in 0.00 s (0 lines/s), 0 looked at, 0 offences"
