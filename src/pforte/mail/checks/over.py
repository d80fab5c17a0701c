"""Exceeded limits, as checks ask for them."""

from pforte.mail.checks.declaration import Finding, finding_of
from pforte.mail.facts import Facts


def judge_over(check: str, facts: Facts, *limits: str) -> Finding | None:
    """See the first of these limits that the client's network exceeds."""
    if facts.conduct is None:
        return None
    for limit in limits:
        counted = facts.conduct.over.get(limit)
        if counted:
            return finding_of(check, f"{limit}: {counted}", "less in that time", counted=counted)
    return None
