"""Each file of each source has its own format, found once."""

from datetime import UTC, datetime

import structlog

from pforte.clock import SetClock
from pforte.service.recognising import Formats
from pforte.settings.table import SourceSettings
from pforte.sources.block import Block

LINE = b'192.0.2.7 - - [01/Mar/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 5120 "-" "curl/8.5.0"\n'
LOGIN = b"Mar  1 12:00:00 mail sshd[311]: Invalid user admin from 192.0.2.7 port 40022\n"
CLOCK = SetClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
AUTO = SourceSettings(name="logs", path="/var/log/*")


def block(data: bytes, file: str = "/var/log/a") -> Block:
    return Block("logs", data, 1, "position", "1:2:3:0", file)


def test_each_file_of_a_glob_has_its_own_format() -> None:
    formats = Formats(CLOCK)
    first = formats.origin(AUTO, block(LINE, "/var/log/a"))
    second = formats.origin(AUTO, block(LOGIN, "/var/log/b"))
    assert first is not None
    assert second is not None
    assert (first.log.name, second.log.name) == ("combined", "syslog")
    assert (first.source, second.source) == ("/var/log/a", "/var/log/b")


def test_a_format_once_found_stays_until_the_settings_change() -> None:
    formats = Formats(CLOCK)
    with structlog.testing.capture_logs() as logged:
        formats.origin(AUTO, block(LINE))
        again = formats.origin(AUTO, block(LOGIN))
        assert again is not None
        assert again.log.name == "combined"
        formats.clear()
        anew = formats.origin(AUTO, block(LOGIN))
        assert anew is not None
        assert anew.log.name == "syslog"
    assert [each["event"] for each in logged] == ["source.format"] * 2


def test_the_settings_name_format_zone_and_site() -> None:
    named = SourceSettings(name="logs", format="common", timezone="Europe/Berlin", site="shop.example")
    origin = Formats(CLOCK).origin(named, block(LOGIN, ""))
    assert origin is not None
    assert (origin.log.name, str(origin.zone), origin.site) == ("common", "Europe/Berlin", b"shop.example")
    assert origin.source == "logs"


def test_an_opening_block_has_nothing_to_read() -> None:
    assert Formats(CLOCK).origin(AUTO, block(b"")) is None
