"""How reports about our mail are shown: tables for people, one object each for programs."""

from collections import Counter
from collections.abc import Iterable, Sequence

import click

from pforte.commands.output import counted, note, print_heading, print_table, seconds, shortened
from pforte.mail.feedback.dmarc_report import DmarcReport, Row
from pforte.mail.feedback.reading import Report
from pforte.mail.feedback.tls_report import Applied, TlsReport

MOST_FAILURES = 30
"""Kinds of failure that are shown unless all are asked for."""
_WHY_LIMIT = 200


def print_reports(reports: Sequence[Report], *, everything: bool) -> None:
    """Print what reports say: each report in a line, then what failed, the most frequent first."""
    dmarc = [report for report in reports if isinstance(report, DmarcReport)]
    tls = [report for report in reports if isinstance(report, TlsReport)]
    if dmarc:
        _print_dmarc(dmarc, everything=everything)
    if tls:
        _print_tls(tls, everything=everything)
    for report in reports:
        for mistake in report.mistakes:
            note(f"{report.organization}, report {report.report_id}: passed over: {mistake}")
    for report in dmarc:
        for error in report.errors:
            note(f"{report.organization} says of our record: {error}")


def _print_dmarc(reports: Sequence[DmarcReport], *, everything: bool) -> None:
    mails = sum(row.count for report in reports for row in report.rows)
    failed = sum(_failed(report) for report in reports)
    click.echo(f"DMARC: {counted(mails, 'mail')} in {counted(len(reports), 'report')}, {failed:,} failed")
    print_table(
        ("SINCE", "REPORTED BY", "DOMAIN", "POLICY", "MAILS", "FAILED"),
        [
            (
                seconds(report.begin),
                report.organization,
                report.published.domain,
                _policy(report),
                str(sum(row.count for row in report.rows)),
                str(_failed(report)),
            )
            for report in sorted(reports, key=lambda report: report.begin)
        ],
    )
    failures: Counter[tuple[str, ...]] = Counter()
    for report in reports:
        for row in report.rows:
            if not row.passed:
                failures[str(row.address), row.header_from, _done(row), shortened(row.why, _WHY_LIMIT)] += (
                    row.count
                )
    _print_failures(("MAILS", "SENT BY", "AUTHOR", "DONE", "WHY"), failures, everything=everything)


def _print_tls(reports: Sequence[TlsReport], *, everything: bool) -> None:
    applied = [(report, each) for report in reports for each in report.policies]
    sessions = sum(each.successful + each.failed for _, each in applied)
    failed = sum(each.failed for _, each in applied)
    click.echo(f"TLS: {counted(sessions, 'session')} in {counted(len(reports), 'report')}, {failed:,} failed")
    print_table(
        ("SINCE", "REPORTED BY", "DOMAIN", "POLICY", "SESSIONS", "FAILED"),
        [
            (
                seconds(report.begin),
                report.organization,
                each.domain,
                each.kind,
                str(each.successful + each.failed),
                str(each.failed),
            )
            for report, each in sorted(applied, key=lambda pair: pair[0].begin)
        ],
    )
    failures: Counter[tuple[str, ...]] = Counter()
    for _, each in applied:
        for failure in each.failures:
            server = failure.mx or failure.address
            failures[each.domain, server, shortened(failure.why, _WHY_LIMIT)] += failure.count
    _print_failures(("SESSIONS", "DOMAIN", "SERVER", "WHY"), failures, everything=everything)


def _print_failures(headings: Sequence[str], failures: Counter[tuple[str, ...]], *, everything: bool) -> None:
    if failures:
        print_heading("What failed")
        most = None if everything else MOST_FAILURES
        # Equal counts stand in the order of their words, so that two runs print the same.
        ordered = sorted(failures.items(), key=lambda item: (-item[1], item[0]))
        print_table(headings, [(str(count), *words) for words, count in ordered[:most]])
        if most is not None and len(ordered) > most:
            note(f"{len(ordered) - most} more; --all shows them")
    click.echo()


def _failed(report: DmarcReport) -> int:
    return sum(row.count for row in report.rows if not row.passed)


def _policy(report: DmarcReport) -> str:
    return f"{report.published.p}, testing" if report.published.testing == "y" else report.published.p


def _done(row: Row) -> str:
    """Return what was done, with the reason where it is not what the policy asks for."""
    reasons = ", ".join(override.kind for override in row.overrides)
    return f"{row.disposition} ({reasons})" if reasons else row.disposition


def report_json(report: Report, *, file: str, twice: bool) -> dict[str, object]:
    """Return a report as a JSON object.

    Args:
        report: the report.
        file: where it was read.
        twice: whether the same report came before.
    """
    head = {
        "file": file,
        "kind": "dmarc" if isinstance(report, DmarcReport) else "tls",
        "organization": report.organization,
        "contact": report.contact,
        "report_id": report.report_id,
        "begin": seconds(report.begin),
        "end": seconds(report.end),
        "twice": twice,
        "mistakes": list(report.mistakes),
    }
    return head | (_dmarc_json(report) if isinstance(report, DmarcReport) else _tls_json(report.policies))


def _dmarc_json(report: DmarcReport) -> dict[str, object]:
    published = report.published
    return {
        "domain": published.domain,
        "policy": {
            name: getattr(published, name) or None for name in published.__slots__ if name != "domain"
        },
        "errors": list(report.errors),
        "mails": sum(row.count for row in report.rows),
        "failed": _failed(report),
        "rows": [_row_json(row) for row in report.rows],
    }


def _row_json(row: Row) -> dict[str, object]:
    return {
        "address": str(row.address),
        "count": row.count,
        "passed": row.passed,
        "disposition": row.disposition,
        "dkim_aligned": row.dkim_aligned,
        "spf_aligned": row.spf_aligned,
        "header_from": row.header_from,
        "envelope_from": row.envelope_from or None,
        "envelope_to": row.envelope_to or None,
        "overrides": [{"kind": each.kind, "comment": each.comment} for each in row.overrides],
        "dkim": [
            {
                "domain": each.domain,
                "selector": each.selector,
                "result": each.result,
                "explanation": each.explanation,
            }
            for each in row.dkim
        ],
        "spf": [
            {"domain": each.domain, "result": each.result, "explanation": each.explanation}
            for each in row.spf
        ],
        "why": row.why,
    }


def _tls_json(policies: Iterable[Applied]) -> dict[str, object]:
    return {
        "policies": [
            {
                "kind": each.kind,
                "domain": each.domain,
                "policy": list(each.policy),
                "hosts": list(each.hosts),
                "successful": each.successful,
                "failed": each.failed,
                "failures": [
                    {name: getattr(failure, name) for name in failure.__slots__} | {"why": failure.why}
                    for failure in each.failures
                ],
            }
            for each in policies
        ]
    }
