"""A section of the settings becomes a source under the name that the register knows."""

from datetime import UTC, datetime

import pytest

from pforte.clock import SetClock
from pforte.settings.source_names import name_of_source
from pforte.settings.table import SourceSettings
from pforte.sources.block import Limits
from pforte.sources.opening import open_source


@pytest.mark.parametrize(
    "settings",
    [
        SourceSettings(path="/var/log/nginx/*.log"),
        SourceSettings(kind="journal", units=("ssh.service", "nginx.service")),
        SourceSettings(kind="syslog", transport="udp"),
        SourceSettings(kind="syslog", transport="tcp"),
        SourceSettings(kind="syslog", transport="unix", path="/run/pforte/log"),
        SourceSettings(kind="stdin"),
    ],
)
def test_each_kind_opens_under_its_name(settings: SourceSettings) -> None:
    source = open_source(settings, Limits(), "", SetClock(datetime(2026, 3, 1, tzinfo=UTC)))
    assert source.name == name_of_source(settings)
    source.close()
