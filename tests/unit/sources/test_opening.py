"""A section of the settings becomes a source with a name that outlives restarts."""

from datetime import UTC, datetime

import pytest

from pforte.clock import SetClock
from pforte.settings.table import SourceSettings
from pforte.sources.block import Limits
from pforte.sources.opening import name_of_source, open_source


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (SourceSettings(path="/var/log/nginx/*.log"), "/var/log/nginx/*.log"),
        (SourceSettings(path="/var/log/auth.log", name="logins"), "logins"),
        (SourceSettings(kind="journal"), "journal"),
        (
            SourceSettings(kind="journal", units=("ssh.service", "nginx.service")),
            "journal:ssh.service:nginx.service",
        ),
        (SourceSettings(kind="syslog", transport="tcp", listen="127.0.0.1:5514"), "syslog:127.0.0.1:5514"),
        (SourceSettings(kind="syslog", transport="unix", path="/run/pforte/log"), "syslog:/run/pforte/log"),
        (SourceSettings(kind="stdin"), "stdin"),
    ],
)
def test_each_kind_opens_under_its_name(settings: SourceSettings, name: str) -> None:
    """The register keeps the position under this name."""
    assert name_of_source(settings) == name
    source = open_source(settings, Limits(), "", SetClock(datetime(2026, 3, 1, tzinfo=UTC)))
    assert source.name == name
    source.close()
