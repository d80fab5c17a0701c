"""The settings are read from every place in their order, and each mistake is named with its place."""

from datetime import timedelta
from pathlib import Path

import pytest

from pforte.settings import load as module
from pforte.settings.load import ANYTHING, DEFAULT_FILES, Known, SettingsError, read
from pforte.settings.table import CheckSettings, Settings, SourceSettings


@pytest.fixture
def write(tmp_path):
    def _write(text, name="house.toml"):
        file = tmp_path / name
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    return _write


def mistakes(config, overrides=(), environ=None, known=ANYTHING):
    with pytest.raises(SettingsError) as caught:
        read(config, overrides, environ or {}, known)
    assert str(caught.value).splitlines() == list(caught.value.mistakes)
    return [sentence.replace(f"{config}:", "FILE:") for sentence in caught.value.mistakes]


def test_without_a_file_the_defaults_are_in_force(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "DEFAULT_FILES", (Path("pforte.toml"), tmp_path / "etc.toml"))
    assert read(None, (), {}).settings == Settings()


def test_the_first_default_file_that_exists_is_taken(monkeypatch, tmp_path, write):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "DEFAULT_FILES", (Path("pforte.toml"), tmp_path / "etc.toml"))
    write("log.level = 'error'", "etc.toml")
    assert read(None, (), {}).file == tmp_path / "etc.toml"
    write("log.level = 'warning'", "pforte.toml")
    reading = read(None, (), {})
    assert (reading.file, reading.settings.log.level) == (Path("pforte.toml"), "warning")


def test_the_default_files_are_the_published_ones():
    assert tuple(map(str, DEFAULT_FILES)) == ("pforte.toml", "/etc/pforte/pforte.toml")


def test_set_wins_over_environment_over_file_over_default(write):
    file = write('[regulation]\ngrace = "1s"\nfuture = "1s"\n[log]\nlevel = "error"\n')
    environ = {"PFORTE_REGULATION__GRACE": "2s", "PFORTE_REGULATION__FUTURE": "2s", "HOME": "/root"}
    overrides = ["regulation.grace=9s", "regulation.grace=3s"]
    settings = read(file, overrides, environ).settings
    assert settings.regulation.grace == timedelta(seconds=3)
    assert settings.regulation.future == timedelta(seconds=2)
    assert settings.log.level == "error"
    assert settings.regulation.ipv6_prefix == 64


def test_the_process_environment_is_read_unless_another_is_given(write, monkeypatch):
    file = write("")
    monkeypatch.setenv("PFORTE_LOG__LEVEL", "debug")
    assert read(file).settings.log.level == "debug"
    assert read(file, environ={}).settings.log.level == "info"


def test_every_form_of_section_is_read(write):
    file = write(
        """
        [regulation]
        durations = ["1h", "7d"]
        windows = ["1d", "7d"]
        [exempt]
        networks = ["192.0.2.0/24", "2001:db8::1"]
        [check."visit.sql-injection"]
        mode = "off"
        window = "10m"
        [[source]]
        path = "/var/log/nginx/access.log"
        [[source]]
        kind = "journal"
        units = ["ssh.service"]
        [[site]]
        name = "example.org"
        traps = ["/trap/"]
        [gate.nftables]
        enabled = true
        """
    )
    settings = read(file, (), {}).settings
    assert settings.regulation.durations == (timedelta(hours=1), timedelta(days=7))
    assert settings.exempt.networks == ("192.0.2.0/24", "2001:db8::1")
    assert settings.check == {"visit.sql-injection": CheckSettings(mode="off", window=timedelta(minutes=10))}
    assert settings.source == (
        SourceSettings(path="/var/log/nginx/access.log"),
        SourceSettings(kind="journal", units=("ssh.service",)),
    )
    assert settings.site[0].traps == ("/trap/",)
    assert settings.gate.nftables.enabled
    assert settings.gate.files == Settings().gate.files


def test_lists_and_tables_may_come_from_environment_and_set(write):
    file = write('[[source]]\npath = "/a"\n[[source]]\npath = "/b"\n[check.one]\nmode = "off"\ncount = 3\n')
    settings = read(
        file,
        ['check."visit.probe".mode=watch', "check.visit.storm.count=7", "check.one.mode=enforce"],
        {"PFORTE_SOURCE": '[{path = "/c"}]', "PFORTE_EXEMPT__NETWORKS": "192.0.2.1, 192.0.2.2"},
    ).settings
    assert settings.source == (SourceSettings(path="/c"),)
    assert settings.exempt.networks == ("192.0.2.1", "192.0.2.2")
    assert settings.check == {
        "one": CheckSettings(mode="enforce", count=3),
        "visit.probe": CheckSettings(mode="watch"),
        "visit.storm": CheckSettings(count=7),
    }


def test_each_given_setting_knows_its_place(write):
    file = write('[log]\nlevel = "info"\n\n[[source]]\npath = "/a"\n')
    places = read(file, ["scan.line=2048"], {"PFORTE_DNS__PORT": "5353"}).places
    assert places["log", "level"] == f"{file}:2"
    assert places["source", 0, "path"] == f"{file}:5"
    assert places["dns", "port"] == "PFORTE_DNS__PORT"
    assert places["scan", "line"] == "--set"
    assert ("log", "format") not in places


def test_a_replaced_list_leaves_no_places_of_the_old_one(write):
    file = write('[[source]]\npath = "/a"\n[[source]]\npath = "/b"\n')
    places = read(file, ['source=[{path="/c"}]'], {}).places
    assert {name: place for name, place in places.items() if name[0] == "source"} == {
        ("source",): "--set",
        ("source", 0): "--set",
        ("source", 0, "path"): "--set",
    }


def test_every_mistake_is_listed_in_the_order_of_its_place(write):
    file = write(
        """[regulation]
grace = 60
windws = ["1h"]
[log]
level = "inof"
grace = "9s"
[regulations]
[gate.nftables]
size = true
"""
    )
    assert mistakes(
        file, ["log.lvel=x", "scan.block"], {"PFORTE_DNS__PORT": "99999", "PFORTE_LOG_LEVEL": "x"}
    ) == [
        'FILE:2: regulation.grace: wants a duration in quotes such as "90s" or "1d12h", not 60',
        'FILE:3: regulation.windws: unknown setting; did you mean "windows"?',
        'FILE:5: log.level: must be one of "debug", "info", "warning", "error", not "inof"; did you mean "info"?',
        'FILE:6: log.grace: unknown setting; did you mean "regulation.grace"?',
        'FILE:7: regulations: unknown section; did you mean "regulation"?',
        "FILE:9: gate.nftables.size: wants a whole number, not true",
        "PFORTE_DNS__PORT: dns.port: must be 1 to 65535, not 99999",
        'PFORTE_LOG_LEVEL: log_level: unknown setting; did you mean "log.level"?',
        '--set: log.lvel: unknown setting; did you mean "level"?',
        '--set: "scan.block" is not NAME=VALUE, such as log.level=debug',
    ]


def test_a_mistake_that_a_later_place_covers_is_still_named(write):
    file = write('[log]\nlevel = "loud"\n')
    assert len(mistakes(file, ["log.level=info"])) == 1


def test_unknown_checks_are_mistakes_only_where_the_known_are_given(write):
    file = write('[check."visit.sql-injecton"]\nmode = "off"\n')
    assert read(file, (), {}).settings.check
    assert mistakes(file, known=Known(checks=["visit.sql-injection", "visit.probe"])) == [
        'FILE:1: check."visit.sql-injecton": unknown check; did you mean "visit.sql-injection"?'
    ]


def test_a_scope_of_no_kind_and_no_check_is_a_mistake_where_the_checks_are_given(write):
    file = write('[gate.nftables.scope]\nspam = [25]\n"visit.xss" = [80]\nspams = [25]\n')
    assert read(file, (), {}).settings.gate.nftables.scope["spam"] == (25,)
    assert mistakes(file, known=Known(checks=["visit.xss"])) == [
        'FILE:1: gate.nftables.scope: "spams" is no kind of offence and no check; did you mean "spam"?'
    ]


def test_a_scope_closes_ports(write):
    file = write("[gate.nftables]\nscope = {spam = [], attack = [80, 70000]}\n")
    assert mistakes(file) == ["FILE:2: gate.nftables.scope: spam must not be empty"]
    given = read(None, ["gate.nftables.scope={spam=[25, 465]}"], {}).settings.gate.nftables.scope
    assert given == {"spam": (25, 465)}


def test_software_that_no_check_knows_is_a_mistake_where_the_known_is_given(write):
    """A mistyped word would change nothing, and the site's own visitors would be taken for probes."""
    file = write('[[site]]\nname = "example.org"\nruns = ["wordpres", "PHPMyAdmin", "zope"]\n')
    assert read(file, (), {}).settings.site[0].runs == ("wordpres", "PHPMyAdmin", "zope")
    assert mistakes(file, known=Known(software=("phpmyadmin", "wordpress"))) == [
        'FILE:3: site[1].runs: no check asks for "wordpres"; did you mean "wordpress"?',
        'FILE:3: site[1].runs: no check asks for "zope"; `pforte checks reference` lists the words',
    ]


def test_a_format_that_cannot_be_used_is_a_mistake_where_somebody_can_tell(write):
    """The service would refuse it at its start, again and again."""
    file = write('[[source]]\npath = "a.log"\n\n[[source]]\npath = "b.log"\nformat = "combind"\n')
    assert read(file, (), {}).settings.source[1].format == "combind"
    known = Known(mistake_in_format=lambda text: f"unknown format {text!r}")
    assert mistakes(file, known=known) == ["FILE:6: source[2].format: unknown format 'combind'"]


def test_a_disagreement_is_placed_where_one_of_its_settings_was_given(write):
    file = write('[regulation]\n\ndurations = ["1h", "7d"]\n')
    assert mistakes(file) == [
        "FILE:3: regulation.windows: needs one window for each of the 2 rungs of regulation.durations, not 4"
    ]


def test_a_wrong_setting_is_not_also_said_to_disagree(write):
    file = write('[regulation]\ndurations = ["1h", "7d"]\nwindows = ["1h", "soon"]\n[[source]]\npth = "/a"\n')
    assert [sentence.split(": ")[1] for sentence in mistakes(file)] == ["regulation.windows", "source[1].pth"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[log\n", "FILE:1: is no TOML: Expected ']' at the end of a table declaration"),
        ("a = 1\n\nb = \n", "FILE:3: is no TOML: Invalid value"),
        ("[log]\n[log]\n", "FILE:2: is no TOML: Cannot declare ('log',) twice"),
        ("a = [\n", "FILE:2: is no TOML: Invalid value (at end of document)"),
        (b"# ok\nx = '\xff'\n", "FILE:2: is not UTF-8 (byte 0xff)"),
        ("x = " + "[" * 100_000, "is nested too deeply"),
        ("#" * 1_048_577, "is larger than 1048576 bytes, so it is no settings file"),
    ],
)
def test_a_file_that_is_no_toml_is_named_with_the_line(write, text, said):
    found = mistakes(write(text))
    assert len(found) == 1
    assert found[0].endswith(said.removeprefix("FILE:")) or found[0] == said


def test_a_file_that_cannot_be_read_is_a_mistake(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
        read(tmp_path, (), {})
    missing = tmp_path / "none.toml"
    with pytest.raises(SettingsError, match=r"none\.toml: cannot be read: No such file"):
        read(missing, (), {})


def test_a_default_file_that_cannot_be_seen_is_not_passed_over(monkeypatch):
    monkeypatch.setattr(module, "DEFAULT_FILES", (Path("x" * 5000), Path("pforte.toml")))
    with pytest.raises(SettingsError, match="cannot be read: File name too long"):
        read(None, (), {})


def test_a_mistake_stays_on_one_line_of_bounded_length(write):
    file = write('"a\\nb" = 1\n[exempt]\nnetworks = ["' + "x" * 5000 + '\\n"]\n')
    found = mistakes(file)
    assert found[0] == 'FILE:1: "a\\nb": unknown setting'
    assert len(found) == 2
    assert len(found[1]) < 700


def test_more_than_a_hundred_mistakes_are_counted(write):
    file = write("".join(f"zzz{number} = 1\n" for number in range(150)))
    found = mistakes(file)
    assert len(found) == 101
    assert found[-1] == "and 50 more mistakes"
