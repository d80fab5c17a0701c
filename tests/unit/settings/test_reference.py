"""The reference page names every setting."""

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


def test_a_table_row_has_four_cells():
    for line in render_reference().splitlines():
        if line.startswith("| `"):
            assert line.replace("\\|", "").count("|") == 5
