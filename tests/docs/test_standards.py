"""docs/standards.toml holds what code does and tests prove, and nothing else."""

import re
import tomllib
from pathlib import Path

import pytest

from pforte.mail.checks import CHECKS as MAIL_CHECKS
from pforte.visits.checks import CHECKS as VISIT_CHECKS
from pforte.visits.checks.house_rules import HOUSE_RULES

CHECKS = (*VISIT_CHECKS, *MAIL_CHECKS)
REPOSITORY = Path(__file__).parents[2]
STANDARDS = tomllib.loads((REPOSITORY / "docs" / "standards.toml").read_text(encoding="utf-8"))["standard"]
ROWS = [(standard, row) for standard in STANDARDS for row in standard["row"]]
NAMES = [f"{standard['name']} s{row['section']}" for standard, row in ROWS]
CODE = "\n".join(path.read_text(encoding="utf-8") for path in sorted((REPOSITORY / "src").rglob("*.py")))
TESTS = "\n".join(path.read_text(encoding="utf-8") for path in sorted((REPOSITORY / "tests").rglob("*.py")))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_what_a_check_rests_on_has_a_row(check):
    """The page of a check says which rule was broken; the rule must be written down."""
    assert check.standard in NAMES


@pytest.mark.parametrize(("standard", "row"), ROWS, ids=NAMES)
def test_each_row_has_code_and_test(standard, row):
    """A row without either would be a promise."""
    name = f"{standard['name']} s{row['section']}"
    assert re.search(re.escape(name) + r"(?![.\d]\d)", CODE), "no code names it"
    marker = f'standard("{standard["key"]}:{row["section"]}")'
    sampled = any(
        check.standard == name and (REPOSITORY / "tests" / "samples" / check.id / "expect.toml").exists()
        for check in CHECKS
    )
    assert sampled or marker in TESTS, "no test proves it"


@pytest.mark.parametrize("standard", STANDARDS, ids=lambda standard: standard["name"])
def test_each_standard_is_described(standard):
    """Readers see at once how much of it is done."""
    assert standard["title"]
    assert standard["state"] in ("full", "partial", "no")
    assert all(len(row["rule"]) > 20 for row in standard["row"])
    sections = [row["section"] for row in standard["row"]]
    assert len(sections) == len(set(sections))


def test_no_standard_stands_twice():
    """One place per standard."""
    keys = [standard["key"] for standard in STANDARDS]
    assert len(keys) == len(set(keys))


def test_the_house_rules_are_those_that_explanations_quote():
    """They are published nowhere else."""
    (house,) = (standard for standard in STANDARDS if standard["key"] == "house")
    written = {row["section"]: row["rule"] for row in house["row"]}
    assert written == {section: rule.en for section, rule in HOUSE_RULES.items()}
