"""The table of settings is what it says it is, and its own defaults keep its own limits."""

import pytest

from pforte.settings.mail import RecipientSettings
from pforte.settings.shape import Form, entries, render_name, settings_below, summary
from pforte.settings.table import CheckSettings, Settings, SiteSettings, SourceSettings


def _sections(section=Settings):
    yield section
    for entry in entries(section).values():
        if entry.form is not Form.SETTING:
            yield from _sections(entry.kind)


SETTINGS = [(section, entry) for section in _sections() for entry in entries(section).values() if entry.form is Form.SETTING]  # fmt: skip


def test_each_field_has_its_form():
    forms = {key: entry.form for key, entry in entries(Settings).items()}
    assert forms.pop("check") is Form.NAMED
    assert forms.pop("source") is Form.LIST
    assert forms.pop("site") is Form.LIST
    assert forms.pop("recipient") is Form.LIST
    assert set(forms.values()) == {Form.SECTION}
    assert entries(Settings)["check"].kind is CheckSettings
    assert entries(Settings)["source"].kind is SourceSettings


def test_single_valued_settings_are_listed_by_their_whole_name():
    names = [render_name(name) for name, _ in settings_below()]
    assert "regulation.grace" in names
    assert "gate.nftables.table" in names
    assert not [name for name in names if name.startswith(("source", "site", "recipient", "check"))]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("section", "entry"), SETTINGS, ids=lambda value: getattr(value, "key", value.__name__ if isinstance(value, type) else ""))  # fmt: skip
def test_each_setting_has_help_and_a_default_within_its_limit(section, entry):
    assert entry.text.endswith(".")
    must_be_given = (section, entry.key) in ((SiteSettings, "name"), (RecipientSettings, "domain"))
    if entry.limit is not None and not must_be_given:
        assert entry.limit(entry.default) == ""


def test_each_section_has_a_summary():
    for section in _sections():
        assert summary(section).endswith(".")
        assert summary(section)[0].isupper()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ((), ""),
        (("log", "level"), "log.level"),
        (("source", 0, "path"), "source[1].path"),
        (("check", "visit.probe", "mode"), 'check."visit.probe".mode'),
        (("a\n",), '"a\\n"'),
        (("",), '""'),
    ],
)
def test_a_name_is_rendered_as_people_write_it(name, text):
    assert render_name(name) == text
