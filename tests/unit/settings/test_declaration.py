"""A setting is declared with its default, its help and its limit, and its default cannot change."""

from datetime import timedelta
from types import MappingProxyType

import pytest

from pforte.settings.declaration import setting
from pforte.settings.limits import at_least


def test_a_setting_carries_its_default_help_and_limit():
    limit = at_least(1)
    declared = setting(timedelta(0), "A span.", limit)
    assert declared.default == timedelta(0)
    assert dict(declared.metadata) == {"help": "A span.", "limit": limit}


def test_a_table_that_cannot_change_may_be_a_default():
    table = MappingProxyType({})
    assert setting(table, "A table.").default_factory() is table


@pytest.mark.parametrize("default", [[], {}])
def test_a_mutable_default_is_refused(default):
    with pytest.raises(TypeError, match="immutable"):
        setting(default, "A list.")
