"""A setting names or writes a format."""

import pytest

from pforte.visits.formats.catalogue import KNOWN, find_format
from pforte.visits.formats.format import FormatError, UnknownFormat
from pforte.visits.formats.syslog import SyslogFormat


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.format.name)
def test_every_name_finds_its_format(known):
    """What `pforte formats` lists can be set."""
    assert find_format(f" {known.format.name} ").name == known.format.name


def test_names_are_unique():
    """One name, one format."""
    assert len({known.format.name for known in KNOWN}) == len(KNOWN)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('$remote_addr [$time_local] "$request"', "log_format"),
        ('%h %t "%r"', "LogFormat"),
        ("json:client=peer", "json:client=peer"),
        ('syslog:$remote_addr [$time_local] "$request"', "syslog:log_format"),
        ("syslog:caddy", "syslog:caddy"),
    ],
)
def test_written_formats(text, name):
    """nginx, Apache, JSON names, and each of them inside syslog."""
    assert find_format(text).name == name


def test_reading_time():
    """Formats without years take the reading time along."""
    found = find_format("sshd", 5.0)
    assert isinstance(found, SyslogFormat)
    assert found.now == 5.0


def test_mistakes():
    """The message names the nearest format and where all are listed."""
    with pytest.raises(
        UnknownFormat, match=r"'combned'; did you mean 'combined'\? `pforte formats` lists them"
    ):
        find_format("combned")
    with pytest.raises(UnknownFormat, match=r"unknown format 'q'; `pforte formats`"):
        find_format("q")
    with pytest.raises(FormatError, match="no time"):
        find_format("$status")
