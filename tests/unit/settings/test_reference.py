"""The reference page names every setting."""

from pforte.settings.changes import AT_START
from pforte.settings.reference import render_reference
from pforte.settings.shape import Form, entries
from pforte.settings.table import Settings


def test_every_section_has_a_heading_and_every_setting_a_row():
    page = render_reference()
    assert "## `[regulation]`" in page
    assert "## `[[source]]`" in page
    assert '## `[check."SLUG"]`' in page
    assert "## `[gate.nftables]`" in page
    assert "## `[gate]`" not in page

    def count(section):
        return sum(
            1 if entry.form is Form.SETTING else count(entry.kind) for entry in entries(section).values()
        )

    assert sum(line.startswith("| `") for line in page.splitlines()) == count(Settings)


def test_sections_that_need_a_restart_say_so():
    sections = dict(section.split("\n", 1) for section in render_reference().split("\n## `")[1:])
    late = {
        header.strip("[]`").split(".")[0] for header, text in sections.items() if "at the next start" in text
    }
    assert late == set(AT_START)


def test_a_table_row_has_four_cells():
    for line in render_reference().splitlines():
        if line.startswith("| `"):
            assert line.replace("\\|", "").count("|") == 5
