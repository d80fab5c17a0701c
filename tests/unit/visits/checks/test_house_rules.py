"""The house rules and how they are quoted."""

import pytest

from pforte.mail.checks import CHECKS as MAIL_CHECKS
from pforte.visits.checks import CHECKS
from pforte.visits.checks.house_rules import HOUSE_RULES, quote_standard, render_house_rules


@pytest.mark.parametrize(
    ("language", "quoted"),
    [
        ("en", "House rules s1.3: Nobody searches the site for secrets"),
        ("de", "Hausordnung, Abschnitt 1.3: Niemand durchsucht die Website nach Geheimnissen"),
    ],
)
def test_a_house_rule_is_quoted_with_its_sentence(language, quoted):
    """Whoever is banned by it cannot look it up anywhere else."""
    assert quote_standard("House rules s1.3", language).startswith(quoted)


def test_a_public_standard_is_quoted_by_its_section():
    """The RFC Editor has the text."""
    assert quote_standard("RFC 9110 s10.1.5", "en") == "RFC 9110 s10.1.5"
    assert quote_standard("RFC 9110 s10.1.5", "de") == "RFC 9110, Abschnitt 10.1.5"


def test_a_rule_that_is_gone_is_quoted_by_its_number():
    """Bans outlive rules that a later version dropped."""
    assert quote_standard("House rules s9.9", "en") == "House rules s9.9"


def test_every_rule_is_on_the_page_with_the_checks_that_rest_on_it():
    """A rule that nobody watches would be a promise."""
    page = render_house_rules((*CHECKS, *MAIL_CHECKS))
    for section, rule in HOUSE_RULES.items():
        part = page.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
        assert rule.en in part
        assert rule.de in part
        assert "checks.md#visit" in part or "mail-policy.md#mail" in part


def test_every_house_rule_that_a_check_rests_on_is_written():
    """An explanation quotes it."""
    assert all(
        ": " in quote_standard(check.standard, "en") for check in CHECKS if check.standard.startswith("House")
    )
