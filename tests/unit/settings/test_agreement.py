"""Settings that are good alone but not together are named, and only those."""

from dataclasses import replace
from datetime import timedelta
from glob import glob

import pytest

from pforte.bans.regulation import RegulationError, regulation_of
from pforte.settings.agreement import disagreements, shared_files
from pforte.settings.gates import GateSettings, SmtpGateSettings
from pforte.settings.mail import MailSettings
from pforte.settings.shape import render_name
from pforte.settings.table import (
    RegisterSettings,
    RegulationSettings,
    ScanSettings,
    Settings,
    SiteSettings,
    SourceSettings,
)


def said(**sections):
    return [(render_name(one.names[0]), one.sentence) for one in disagreements(Settings(**sections))]


def test_the_defaults_agree():
    assert said() == []


def test_each_rung_needs_a_window():
    regulation = RegulationSettings(durations=(timedelta(hours=1), timedelta(days=7)))
    assert said(regulation=regulation) == [
        ("regulation.windows", "needs one window for each of the 2 rungs of regulation.durations, not 4")
    ]


@pytest.mark.parametrize("hours", [(2, 1, 3, 4), (1, 1, 2, 3)])
def test_rungs_must_grow(hours):
    regulation = RegulationSettings(durations=tuple(timedelta(hours=count) for count in hours))
    assert said(regulation=regulation) == [
        ("regulation.durations", "each rung must be longer than the one before it")
    ]


def test_what_the_ladder_itself_would_refuse_is_named_here():
    """A contradiction that only the ladder finds would end commands with a traceback."""
    regulation = RegulationSettings(grace=timedelta(hours=2), shared_rung=5)
    assert said(regulation=regulation) == [
        ("regulation.grace", "must not be longer than the first rung (1h)"),
        ("regulation.shared_rung", "must be one of the 4 rungs"),
    ]
    with pytest.raises(RegulationError):
        regulation_of(replace(regulation, shared_rung=4))
    with pytest.raises(RegulationError):
        regulation_of(replace(regulation, grace=timedelta(0)))


def test_the_register_must_remember_as_long_as_the_ladder_looks_back():
    assert said(register=RegisterSettings(history=timedelta(days=30))) == []
    assert said(register=RegisterSettings(history=timedelta(days=29))) == [
        (
            "register.history",
            "must be at least the longest of regulation.windows (30d), or the ladder forgets too early",
        )
    ]


def test_a_line_fits_in_a_block():
    assert said(scan=ScanSettings(block=65_536, line=65_536)) == []
    assert said(scan=ScanSettings(block=65_536, line=65_537)) == [
        ("scan.line", "must not be longer than scan.block (65536)")
    ]


FILE = SourceSettings(path="/a")
SYSLOG = SourceSettings(kind="syslog")
STDIN = SourceSettings(kind="stdin")
JOURNAL = SourceSettings(kind="journal")


@pytest.mark.parametrize(
    "sources",
    [
        (FILE, SourceSettings(path="/b"), SYSLOG, STDIN, JOURNAL, replace(JOURNAL, units=("ssh.service",))),
        (SYSLOG, replace(SYSLOG, transport="tcp"), replace(SYSLOG, listen="127.0.0.1:5515")),
        (replace(SYSLOG, transport="unix", path="/dev/log"), replace(FILE, path="/dev/log")),
        (replace(FILE, site="example.org"),),
    ],
)
def test_sources_that_read_different_things_agree(sources):
    assert said(source=sources) == []


@pytest.mark.parametrize(
    ("sources", "name", "sentence"),
    [
        ((SourceSettings(),), "source[1].path", 'must be set where kind is "file"'),
        (
            (replace(SYSLOG, transport="unix"),),
            "source[1].path",
            'must be set to the socket where transport is "unix"',
        ),
        ((FILE, FILE), "source[2].path", "reads the same as source[1]"),
        ((SYSLOG, replace(SYSLOG, path="/ignored")), "source[2].listen", "reads the same as source[1]"),
        ((STDIN, STDIN), "source[2].kind", "reads the same as source[1]"),
        ((JOURNAL, JOURNAL), "source[2].units", "reads the same as source[1]"),
        ((FILE, replace(FILE, path="/x/../a")), "source[2].path", "reads the same as source[1]"),
        ((FILE, replace(FILE, path="/*")), "source[2].path", "reads the same as source[1]"),
        ((STDIN, replace(FILE, path="/*"), FILE), "source[3].path", "reads the same as source[2]"),
        (
            (replace(FILE, name="web"), replace(FILE, name="web", path="/b")),
            "source[2].name",
            'two sources are named "web"',
        ),
    ],
)
def test_sources_that_lack_a_place_or_share_one_are_named(sources, name, sentence):
    assert said(source=sources) == [(name, sentence)]


def test_a_source_names_a_site_that_is_there():
    sites = (SiteSettings(name="example.org"),)
    assert said(source=(replace(FILE, site="example.org"),), site=sites) == []
    assert said(source=(replace(FILE, site="example.com"),), site=sites) == [
        ("source[1].site", 'no [[site]] is named "example.com"; did you mean "example.org"?')
    ]


def test_the_smtp_front_takes_mail_for_somebody_and_has_room_for_one():
    on = GateSettings(smtp=SmtpGateSettings(enabled=True))
    assert said(gate=on) == [("mail.domains", "must name the domains for which the SMTP front takes mail")]
    assert said(gate=on, mail=MailSettings(domains=("example.org",))) == []
    small = GateSettings(smtp=SmtpGateSettings(memory=1_048_576))
    assert said(gate=small) == [
        ("gate.smtp.memory", "must hold one mail of gate.smtp.max_message (52428800) at least")
    ]


def test_sites_have_names_of_their_own():
    site = SiteSettings(name="example.org")
    assert said(site=(site, SiteSettings(), site)) == [
        ("site[2].name", "must be set to the host name of the site"),
        ("site[3].name", 'two sites are named "example.org"'),
    ]


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (("a.log", "other.log"), None),
        (("a.log", "link.txt"), ("source[2].path", "link.txt", "source[1]")),
        (("*.txt", "other.log", "a*"), ("source[3].path", "a.log", "source[1]")),
        (("*.log", "*[a]*"), ("source[2].path", "a.log", "source[1]")),
        (("*.log", "absent.log", "*.old"), None),
        (("*.log", "a.log"), None),
    ],
)
def test_a_file_that_two_sources_read_now_is_named(tmp_path, paths, found):
    """Each offence would count twice. What is written alike is told by the other question already."""
    for name in ("a.log", "other.log"):
        (tmp_path / name).touch()
    (tmp_path / "link.txt").symlink_to(tmp_path / "a.log")
    (tmp_path / "gone.log").symlink_to(tmp_path / "nowhere")
    settings = Settings(source=tuple(SourceSettings(path=f"{tmp_path}/{path}") for path in paths))
    told = [
        (render_name(one.names[0]), one.sentence, render_name(one.other))
        for one in shared_files(settings, glob)
    ]
    if found is None:
        assert told == []
    else:
        name, file, other = found
        assert told == [(name, f"reads {tmp_path}/{file}, which {other} reads too", other)]
