"""A reload sees exactly which settings differ."""

from dataclasses import replace
from datetime import timedelta

from pforte.settings.changes import changes
from pforte.settings.gates import GateSettings, NftablesGateSettings
from pforte.settings.table import CheckSettings, LogSettings, RegulationSettings, Settings, SourceSettings

OLD = Settings(
    check={"a": CheckSettings(mode="off"), "visit.b": CheckSettings()}, source=(SourceSettings(path="/a"),)
)


def test_equal_settings_have_no_changes():
    assert changes(OLD, replace(OLD, check=dict(OLD.check))) == []


def test_every_difference_is_named_in_the_order_of_the_table():
    new = replace(
        OLD,
        log=LogSettings(level="debug"),
        regulation=RegulationSettings(grace=timedelta(seconds=1), shared_rung=1),
        check={"a": CheckSettings(mode="watch"), "c": CheckSettings()},
        source=(),
        gate=GateSettings(nftables=NftablesGateSettings(enabled=True)),
    )
    assert changes(OLD, new) == [
        "log.level",
        "regulation.grace",
        "regulation.shared_rung",
        "check.a",
        'check."visit.b"',
        "check.c",
        "source",
        "gate.nftables.enabled",
    ]
