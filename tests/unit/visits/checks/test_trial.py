"""Trying one line: what made a check look, and what it says."""

from dataclasses import replace

import pytest

from pforte.visits.checks import (
    CHECKS,
    jndi_lookup,
    not_found_storm,
    secret_file,
    sql_injection,
    ssh_password,
)
from pforte.visits.checks.trial import try_login, try_visit
from pforte.visits.visit import LoginFailure, Visit

VISIT = Visit("192.0.2.1", 0.0, b"GET", b"/.env", b"HTTP/1.1", 404, b"", b"", b"", b"")
LINE = b'192.0.2.1 - - [24/Nov/2026:10:00:00 +0000] "GET /.env HTTP/1.1" 404 0 "-" "-"'


def trials(facts, visit=VISIT, line=LINE):
    return {trial.check.id: trial for trial in try_visit(CHECKS, line, visit, facts())}


def test_the_deciding_marks_and_the_finding_are_told(facts):
    """An operator who asks why gets the patterns."""
    trial = trials(facts)[secret_file.ID]
    assert trial.concerned
    assert any(rb"\.(?:env" in mark for mark in trial.marks)
    assert trial.finding is not None
    assert trial.finding.observed == b"/.env"


def test_a_status_alone_makes_a_check_look(facts):
    """404 storms have no marks."""
    trial = trials(facts)[not_found_storm.ID]
    assert trial.status
    assert trial.marks == ()
    assert trial.concerned


def test_what_concerns_nobody_is_told_so(facts):
    """No mark, no status, no finding."""
    trial = trials(facts)[sql_injection.ID]
    assert not trial.concerned
    assert trial.finding is None


def test_a_shared_mark_counts_for_each_check(facts):
    """One odd character makes several checks look."""
    line = LINE.replace(b"/.env", b"/%24%7Bx%7D")
    found = trials(facts, replace(VISIT, target=b"/%24%7Bx%7D"), line)
    assert found[jndi_lookup.ID].marks == found[sql_injection.ID].marks != ()
    assert found[jndi_lookup.ID].finding is None


def test_checks_of_log_ins_are_asked_about_log_ins_only(facts):
    """And the others about visits."""
    failure = LoginFailure("192.0.2.1", 0.0, "ssh", b"root", "password")
    tried = try_login(CHECKS, failure)
    assert {trial.check.id for trial in tried if trial.concerned} == {ssh_password.ID}
    assert not {trial.check.id for trial in tried} & set(trials(facts))


@pytest.mark.parametrize("line", [b"", b"\x00" * 100, b"\n"])
def test_any_line_may_be_tried(facts, line):
    """What an operator pastes may be anything."""
    assert len(trials(facts, line=line)) > 20
