"""Each file of each source has its own format, and lines that nobody can read are told."""

from collections.abc import MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog

from pforte.clock import SetClock
from pforte.service import recognising
from pforte.service.recognising import PATIENCE, SAMPLE_BYTES, Formats, Read
from pforte.settings.table import SourceSettings
from pforte.sources.block import Block
from pforte.visits.formats.format import FormatError

LINE = b'192.0.2.7 - - [01/Mar/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 5120 "-" "curl/8.5.0"\n'
JSON = b'{"time_iso8601":"2026-03-01T12:00:00+00:00","remote_addr":"192.0.2.7","request":"GET / HTTP/1.1","status":200}\n'
LOGIN = b"Mar  1 12:00:00 mail sshd[311]: Invalid user admin from 192.0.2.7 port 40022\n"
ERROR = b'<187>Mar  1 12:00:00 web nginx: 2026/03/01 12:00:00 [error] 7#7: *1 no, request: "GET / HTTP/1.1"\n'
NOISE = b"PHP Warning: something\n"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
AUTO = SourceSettings(name="logs", path="/var/log/*")
COMBINED = SourceSettings(name="logs", path="/var/log/*", format="combined")


def block(data: bytes, file: str = "/var/log/a") -> Block:
    return Block("logs", data, 1, "position", "1:2:3:0", file)


def names(read: Read) -> list[str]:
    return [origin.log.name for origin, _ in read.parts]


class Watched:
    """Formats, and what they told."""

    def __init__(self, settings: SourceSettings = AUTO) -> None:
        self.clock = SetClock(NOW)
        self.formats = Formats(self.clock)
        self.settings = settings
        self.logged: list[MutableMapping[str, Any]] = []

    def read(self, data: bytes, file: str = "/var/log/a") -> Read:
        with structlog.testing.capture_logs() as logged:
            read = self.formats.read(self.settings, block(data, file))
        self.logged += logged
        return read

    def told(self, event: str) -> list[MutableMapping[str, Any]]:
        return [each for each in self.logged if each["event"] == event]


def test_each_file_of_a_glob_has_its_own_format() -> None:
    watched = Watched()
    first, second = watched.read(LINE, "/var/log/a"), watched.read(LOGIN, "/var/log/b")
    assert (names(first), names(second)) == (["combined"], ["syslog"])
    assert [read.parts[0][0].source for read in (first, second)] == ["/var/log/a", "/var/log/b"]


def test_the_settings_name_format_zone_and_site() -> None:
    named = SourceSettings(name="logs", format="common", timezone="Europe/Berlin", site="shop.example")
    ((origin, data),) = Formats(SetClock(NOW)).read(named, block(LOGIN, "")).parts
    assert (origin.log.name, str(origin.zone), origin.site) == ("common", "Europe/Berlin", b"shop.example")
    assert (origin.source, data) == ("logs", LOGIN)


def test_a_format_that_cannot_be_used_is_refused() -> None:
    with pytest.raises(FormatError):
        Watched(SourceSettings(name="logs", format="combind")).read(LINE)


def test_other_settings_make_it_look_anew() -> None:
    watched = Watched(COMBINED)
    assert names(watched.read(JSON)) == ["combined"]
    watched.settings = AUTO
    watched.formats.clear()
    assert names(watched.read(JSON)) == ["json"]


def test_a_file_of_no_known_format_is_told_once_and_looked_at_again() -> None:
    """The operator hears which file, and what to set; lines of a known format that come later are read."""
    watched = Watched()
    assert watched.read(b"logrotate: created\nx\n") == Read((), 2)
    assert watched.read(b"logrotate: again\n") == Read((), 1)
    watched.read(b"another\n", "/var/log/b")
    assert names(watched.read(LINE)) == ["combined"]
    assert [(each["event"], each["file"]) for each in watched.logged] == [
        ("source.format-unknown", "/var/log/a"),
        ("source.format-unknown", "/var/log/b"),
        ("source.format", "/var/log/a"),
    ]
    assert "logrotate: created" in watched.logged[0]["text"]
    assert "set format" in watched.logged[0]["text"]


def test_a_log_format_that_changed_is_found_without_a_restart() -> None:
    watched = Watched()
    assert names(watched.read(LINE)) == ["combined"]
    read = watched.read(JSON)
    assert (names(read), read.unread) == (["json"], 0)
    watched.read(JSON)
    assert [each["format"] for each in watched.told("source.format")] == ["combined", "json"]


def test_formats_that_take_turns_do_not_fill_the_log() -> None:
    """Two servers write into one file: every line is read, and the turns are told once a minute."""
    watched = Watched()
    for _ in range(50):
        assert names(watched.read(LINE)) == ["combined"]
        assert names(watched.read(JSON)) == ["json"]
    assert [each["format"] for each in watched.told("source.format")] == ["combined", "json"]


def test_a_wrong_format_is_told_with_the_lines_it_does_not_read() -> None:
    """``format = "combined"`` on another log: it read nothing and said nothing."""
    watched = Watched(COMBINED)
    assert watched.read(NOISE * (PATIENCE - 1)).unread == 0
    read = watched.read(b"\x1b[2J" + b"x" * 5000 + b"\n")
    assert (names(read), read.unread) == (["combined"], PATIENCE)
    assert watched.read(NOISE * 7).unread == 7
    (told,) = watched.told("source.unread-lines")
    assert (told["log_level"], told["file"], told["format"]) == ("warning", "/var/log/a", "combined")
    assert told["lines"] == PATIENCE
    assert told["sample"] == "\\x1b[2J" + "x" * (SAMPLE_BYTES - 4)


def test_lines_of_no_format_among_others_are_nobodys_concern() -> None:
    watched = Watched(COMBINED)
    for _ in range(10):
        assert watched.read(NOISE * (PATIENCE - 1)).unread == 0
        assert watched.read(NOISE * 100 + LINE).unread == 0
    assert watched.told("source.unread-lines") == []


def test_it_is_told_again_when_it_happens_again_but_once_a_minute() -> None:
    watched = Watched(COMBINED)
    for _ in range(5):
        watched.read(NOISE * PATIENCE)
        watched.read(LINE)
    assert len(watched.told("source.unread-lines")) == 1
    watched.clock.move(timedelta(minutes=1))
    watched.read(NOISE * PATIENCE)
    assert len(watched.told("source.unread-lines")) == 2


def test_syslog_of_other_programs_is_no_reason_to_warn() -> None:
    watched = Watched(SourceSettings(name="logs", format="sshd"))
    assert watched.read(b"Mar  1 12:00:00 mail CRON[12]: (root) CMD (x)\n" * 100).unread == 0
    assert watched.logged == watched.told("source.format") == []
    assert watched.read(LINE * 100).unread == 100
    assert len(watched.told("source.unread-lines")) == 1


def test_one_stream_of_sshd_and_nginx_is_read_by_both() -> None:
    """Whichever came first decided for the other."""
    watched = Watched()
    visit = b"<190>Mar  1 12:00:00 web nginx: " + LINE
    assert names(watched.read(LOGIN)) == ["syslog"]
    assert names(watched.read(visit + LOGIN)) == ["syslog", "syslog:combined"]
    assert [(each["format"], each.get("program")) for each in watched.told("source.format")] == [
        ("syslog", None),
        ("syslog:combined", "nginx"),
    ]


def test_a_web_server_in_a_stream_that_nobody_can_read_is_told() -> None:
    watched = Watched()
    for _ in range(PATIENCE):
        watched.read(ERROR + LOGIN)
    (told,) = watched.told("source.unread-lines")
    assert (told["program"], told["lines"], told["format"]) == ("nginx", PATIENCE, "")
    watched.read(b"<190>Mar  1 12:00:00 web nginx: " + LINE)
    assert watched.read(ERROR).unread == 0


def test_formats_of_ever_new_files_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognising, "MOST_FILES", 3)
    watched = Watched()
    for number in range(10):
        watched.read(LINE, f"/var/log/{number}")
        watched.read(b"?\n", f"/var/log/unknown{number}")
    assert len(watched.formats._files) == 3


def test_programs_of_ever_new_names_do_not_fill_the_memory() -> None:
    """Whoever may send syslog chooses the name of the program."""
    formats = Formats(SetClock(NOW))
    for number in range(50):
        formats.read(AUTO, block(b"<190>Mar  1 12:00:00 web p%d: " % number + LINE))
    (file,) = formats._files.values()
    assert file.silences.keys() <= {b""}
