"""The published policy is the enforced one."""

from pathlib import Path

from pforte.mail.checks import CHECKS
from pforte.mail.checks.reference import render_policy

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "mail-policy.md"


def test_the_page_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == render_policy(CHECKS), (
        "run: pforte checks mail-policy > docs/reference/mail-policy.md"
    )


def test_every_check_has_a_section_in_both_languages():
    page = render_policy(CHECKS)
    for check in CHECKS:
        part = page.partition(f"\n## {check.id}\n")[2].partition("\n## ")[0]
        for text in (check.summary, check.remedy):
            assert text.en in part
            assert text.de in part
