"""``pforte serve`` hands the call on, with what its own options say."""

from pathlib import Path

from click.testing import CliRunner

from pforte.commands import Call
from pforte.commands.serve import command


def serve(arguments: list[str], code: int = 0) -> tuple[int, list[Call]]:
    calls: list[Call] = []

    def run(call: Call) -> int:
        calls.append(call)
        return code

    result = CliRunner().invoke(command, arguments, obj=Call(None, ("scan.networks=10",), run))
    return result.exit_code, calls


def test_it_runs_with_the_call_as_it_is() -> None:
    exit_code, (call,) = serve([])
    assert exit_code == 0
    assert call.config is None
    assert call.overrides == ("scan.networks=10",)


def test_config_may_stand_behind_the_command(tmp_path: Path) -> None:
    """``make run ARGS="--config FILE"`` puts it there."""
    config = tmp_path / "pforte.toml"
    config.touch()
    _, (call,) = serve(["--config", str(config)])
    assert call.config == config


def test_simulate_is_a_setting() -> None:
    _, (call,) = serve(["--simulate"])
    assert call.overrides == ("scan.networks=10", "service.simulate=true")
    assert call.settings().service.simulate


def test_the_exit_code_is_that_of_the_service() -> None:
    assert serve([], code=1)[0] == 1


def test_an_absent_file_is_bad_usage() -> None:
    assert serve(["--config", "/nowhere/pforte.toml"])[0] == 2
