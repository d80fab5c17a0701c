"""The pages about settings say what the program does."""

import re
import tomllib
from pathlib import Path

from pforte.settings.load import Known, read
from pforte.settings.reference import render_reference
from pforte.visits.checks import CHECKS

DOCS = Path(__file__).parents[2] / "docs"


def test_the_reference_page_is_up_to_date():
    page = (DOCS / "reference" / "settings.md").read_text()
    assert page == render_reference(), "run: pforte settings reference > docs/reference/settings.md"


def test_every_example_in_the_guide_is_a_settings_file(tmp_path):
    guide = (DOCS / "guides" / "settings.md").read_text()
    examples = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
    assert examples
    known = Known(checks=[check.id for check in CHECKS])
    for example in examples:
        file = tmp_path / "pforte.toml"
        file.write_text(example)
        read(file, (), {}, known)
        assert tomllib.loads(example)


def test_every_check_in_the_guide_exists():
    guide = (DOCS / "guides" / "settings.md").read_text()
    named = set(re.findall(r'"(visit\.[a-z-]+)"', guide))
    assert named
    assert named <= {check.id for check in CHECKS}
