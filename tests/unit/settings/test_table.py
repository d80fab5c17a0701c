"""The table of settings."""

from pforte.settings.table import Settings


def test_settings_of_the_same_values_are_equal():
    assert Settings() == Settings()
    assert Settings(check={}) == Settings()
