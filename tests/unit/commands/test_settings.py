"""``pforte settings`` shows, checks and documents the settings."""

import json
import os
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from pforte.__main__ import main
from pforte.settings.reference import render_reference


@pytest.fixture
def pforte(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("PFORTE_")]:
        monkeypatch.delenv(name)

    def _pforte(*arguments, file=None):
        if file is not None:
            (tmp_path / "pforte.toml").write_text(file)
        return CliRunner().invoke(main, arguments)

    return _pforte


def test_in_a_pipe_there_is_one_line_for_each_setting(pforte):
    result = pforte("--set", "log.level=debug", "settings")
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert {len(line) for line in lines} == {4}
    assert ["log.level", '"debug"', "--set", "Least level that is logged."] in lines


def test_on_a_terminal_there_is_a_table(pforte, monkeypatch):
    on_terminal = SimpleNamespace(stdout=SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("pforte.commands.settings.sys", on_terminal)
    monkeypatch.setenv("COLUMNS", "200")
    result = pforte("settings", file='[log]\nlevel = "error"\n')
    assert result.exit_code == 0
    assert "what it does" in result.stdout.splitlines()[0]
    assert any(
        line.startswith("log.level") and "pforte.toml:2" in line for line in result.stdout.splitlines()
    )


def test_programs_get_json(pforte):
    result = pforte("settings", "--json", file='[regulation]\ngrace = "5s"\n')
    found = {row["name"]: row for row in json.loads(result.stdout)}
    assert found["regulation.grace"] == {
        "name": "regulation.grace",
        "kind": "duration",
        "default": "1m",
        "value": "5s",
        "help": "Offences this long after the start of a ban belong to the same incident.",
        "origin": "pforte.toml:2",
    }


def test_a_settings_file_is_printed(pforte, tmp_path):
    result = pforte("--set", "regulation.grace=5s", "settings", "--toml")
    assert '\ngrace = "5s"\n' in result.stdout
    (tmp_path / "pforte.toml").write_text(result.stdout)
    assert pforte("settings", "check").exit_code == 0


def test_json_and_toml_exclude_each_other(pforte):
    assert pforte("settings", "--json", "--toml").exit_code == 2


def test_mistakes_end_the_command_with_exit_code_2(pforte):
    result = pforte("settings", file='[log]\nlevel = "loud"\n')
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("pforte.toml:2: log.level: must be one of")


def test_check_names_every_mistake_of_a_file(pforte, tmp_path):
    file = tmp_path / "other.toml"
    file.write_text("[log]\nlevel = 1\nformt = 2\n")
    result = pforte("settings", "check", str(file))
    assert result.exit_code == 2
    assert [line.split(": ")[0] for line in result.stderr.splitlines()] == [f"{file}:2", f"{file}:3"]


def test_check_says_which_file_is_good_and_reads_no_environment(pforte, monkeypatch):
    monkeypatch.setenv("PFORTE_LOG__LEVEL", "loud")
    result = pforte("settings", "check", file='[log]\nlevel = "info"\n')
    assert (result.exit_code, result.stdout) == (0, "pforte.toml: without mistakes\n")


def test_a_check_that_does_not_exist_is_a_mistake(pforte):
    result = pforte("settings", "check", file='[check."visit.sql-injecton"]\nmode = "off"\n')
    assert result.exit_code == 2
    assert result.stderr == (
        'pforte.toml:1: check."visit.sql-injecton": unknown check; did you mean "visit.sql-injection"?\n'
    )
    assert pforte("settings", "check", file='[check."visit.sql-injection"]\nmode = "off"\n').exit_code == 0


def test_a_format_that_cannot_be_used_is_a_mistake(pforte):
    """The check passed, and the unit started the service again for ever."""
    bad = '[[source]]\npath = "a.log"\nformat = "$remote_adr [$time_local] combined"\n'
    checked = pforte("settings", "check", file=bad)
    assert checked.exit_code == 2
    assert checked.stderr.startswith("pforte.toml:3: source[1].format: ")
    assert "$remote_addr" in checked.stderr
    assert (pforte("serve").exit_code, pforte("serve").stderr) == (2, checked.stderr)
    for good in ("auto", "combined", '$remote_addr [$time_local] "$request" $status'):
        file = f"[[source]]\npath = 'a.log'\nformat = '{good}'\n"
        assert pforte("settings", "check", file=file).exit_code == 0


def test_check_of_a_missing_file_is_a_mistake(pforte):
    result = pforte("settings", "check", "none.toml")
    assert (result.exit_code, result.stderr) == (2, "none.toml: cannot be read: No such file or directory\n")


def test_the_reference_page_is_printed(pforte):
    assert pforte("settings", "reference").stdout == render_reference()


@pytest.mark.parametrize(
    "arguments", [("bans",), ("settings",), ("settings", "--json"), ("serve",), ("status", "192.0.2.1")]
)
def test_a_bad_database_url_is_named_and_its_password_is_not(run, arguments):
    """What an operator pastes into a ticket must not hold the password."""
    result = run("--set", "register.url=postgresql://pforte:s3cret@db:notaport/pforte", *arguments)
    assert result.code == 2
    assert "--set: register.url: needs a port" in result.err
    assert "s3cret" not in result.out + result.err


def test_two_sources_of_one_file_are_named_with_both_places(run, tmp_path):
    (tmp_path / "access.log").touch()
    (tmp_path / "site.log").symlink_to(tmp_path / "access.log")
    (tmp_path / "pforte.toml").write_text(
        '[[source]]\npath = "access.*"\n\n[[source]]\npath = "access.log"\n\n[[source]]\npath = "site.log"\n'
    )
    answer = run("settings", "check", "pforte.toml")
    assert answer.code == 2
    assert answer.err.splitlines() == [
        "pforte.toml:5: source[2].path: reads the same as source[1] (pforte.toml:1)",
        f"pforte.toml:8: source[3].path: reads {tmp_path}/site.log, which source[1] reads too (pforte.toml:1)",
    ]


def test_the_check_of_a_file_ignores_nothing_that_was_asked(run, tmp_path):
    """--set has no effect on a file, and whoever gives it must hear so."""
    answer = run("--set", "regulation.grace=2h", "settings", "check")
    assert answer.code == 2
    assert "leave --set out" in answer.err


def test_a_ladder_that_contradicts_itself_is_a_mistake_of_the_settings(run, state):
    answer = run("--set", "regulation.grace=2h", "bans")
    assert answer.code == 2
    assert answer.err == "--set: regulation.grace: must not be longer than the first rung (1h)\n"
