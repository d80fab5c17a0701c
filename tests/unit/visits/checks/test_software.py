"""The words of the setting ``site.runs``."""

import re
from pathlib import Path

import pforte.visits.checks
from pforte.visits.checks.reference import render_reference
from pforte.visits.checks.software import SOFTWARE


def test_every_word_that_a_check_asks_for_is_known():
    """The settings refuse every other one."""
    folder = Path(pforte.visits.checks.__file__).parent
    code = "".join(file.read_text(encoding="utf-8") for file in folder.glob("*.py"))
    asked = set(re.findall(r'site_runs\("([^"]+)"\)', code))
    assert asked
    assert asked <= set(SOFTWARE)


def test_they_are_compared_in_small_letters():
    """The operator may write WordPress."""
    assert list(SOFTWARE) == sorted({word.lower() for word in SOFTWARE})


def test_the_reference_lists_them():
    """Nobody can guess them all."""
    page = render_reference(())
    assert all(f"`{word}`" in page for word in SOFTWARE)
