"""Each file of each source has its own format, found once."""

from datetime import UTC, datetime

import pytest
import structlog

from pforte.clock import SetClock
from pforte.service import recognising
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


def test_a_format_is_found_wherever_it_begins_in_the_block() -> None:
    """A log that begins with 100 warnings of another program, or with 64 KiB of them."""
    formats = Formats(CLOCK)
    noise = b"PHP Warning: something\n" * 10_000
    origin = formats.origin(AUTO, block(noise + LINE * 100))
    assert origin is not None
    assert origin.log.name == "combined"


def test_a_file_of_no_known_format_is_told_once_and_looked_at_again() -> None:
    """The operator hears which file, and what to set; lines of a known format that come later are read."""
    formats = Formats(CLOCK)
    with structlog.testing.capture_logs() as logged:
        assert formats.origin(AUTO, block(b"logrotate: created\n")) is None
        assert formats.origin(AUTO, block(b"logrotate: again\n")) is None
        assert formats.origin(AUTO, block(b"another\n", "/var/log/b")) is None
        found = formats.origin(AUTO, block(LINE))
    assert found is not None
    assert [(each["event"], each["file"]) for each in logged] == [
        ("source.format-unknown", "/var/log/a"),
        ("source.format-unknown", "/var/log/b"),
        ("source.format", "/var/log/a"),
    ]
    assert "logrotate: created" in logged[0]["text"]
    assert "set format" in logged[0]["text"]


def test_formats_of_ever_new_files_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognising, "MOST_FILES", 3)
    formats = Formats(CLOCK)
    for number in range(10):
        formats.origin(AUTO, block(LINE, f"/var/log/{number}"))
        formats.origin(AUTO, block(b"?\n", f"/var/log/unknown{number}"))
    assert (len(formats._known), len(formats._told)) == (3, 3)
