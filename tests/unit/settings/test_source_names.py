"""A source has a name that outlives restarts: the register keeps its read position under it."""

import pytest

from pforte.settings.source_names import name_of_source
from pforte.settings.table import SourceSettings


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
        (
            SourceSettings(kind="syslog", transport="tcp", listen="127.0.0.1:5514"),
            "syslog:tcp:127.0.0.1:5514",
        ),
        (
            SourceSettings(kind="syslog", transport="unix", path="/run/pforte/log"),
            "syslog:unix:/run/pforte/log",
        ),
        (SourceSettings(kind="stdin"), "stdin"),
    ],
)
def test_names(settings: SourceSettings, name: str) -> None:
    assert name_of_source(settings) == name
