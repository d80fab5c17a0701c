"""The list of commands in the help says what each command says of itself, without importing it."""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pforte.__main__ import main
from pforte.commands import COMMANDS, common_first


@pytest.mark.parametrize(("name", "summary"), COMMANDS)
def test_summaries_are_the_first_sentence_of_each_help(name: str, summary: str) -> None:
    """One text, so that the list cannot lie."""
    command = importlib.import_module(f"pforte.commands.{name}").command
    assert isinstance(command, click.Command)
    assert command.help is not None
    assert " ".join(command.help.split("\n\n")[0].split()) == summary


def test_the_help_imports_no_command() -> None:
    """Every call starts fast, the help too."""
    script = (
        "import sys; from click.testing import CliRunner; from pforte.__main__ import main; "
        "result = CliRunner().invoke(main, ['--help']); "
        "assert 'replay' in result.output, result.output; "
        "print([name for name in sys.modules if name.startswith('pforte.commands.')])"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--config", "my.toml", "settings", "--json"],
        ["settings", "--config", "my.toml", "--json"],
        ["settings", "--json", "--config=my.toml"],
        ["settings", "--json", "--set", "log.level=error"],
    ],
)
def test_the_settings_are_named_before_or_behind_the_command(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("my.toml").write_text('[log]\nlevel = "error"\n')
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0
    assert {row["name"]: row["value"] for row in json.loads(result.output)}["log.level"] == "error"


def test_behind_two_hyphens_nothing_is_an_option() -> None:
    assert common_first(["scan", "--", "--config", "x"]) == ["scan", "--", "--config", "x"]


def test_an_option_without_its_value_is_complained_about() -> None:
    assert "'--config' requires an argument" in CliRunner().invoke(main, ["bans", "--config"]).output


@pytest.mark.parametrize("name", ["gate", "register", "checks", "formats", "settings", "robots"])
def test_the_help_of_a_group_cuts_no_sentence(name: str) -> None:
    """Half a sentence with three points after it explains nothing."""
    shown = CliRunner().invoke(main, [name, "--help"]).output
    assert "..." not in shown.partition("Commands:")[2]


@pytest.mark.parametrize(
    ("arguments", "meant"), [(["bams"], "bans"), (["gate", "nftable"], "nftables"), (["zzz"], "")]
)
def test_a_mistyped_command_is_recognised(arguments: list[str], meant: str) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert (f'did you mean "{meant}"?' in result.output) == bool(meant)
