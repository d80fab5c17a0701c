"""``pforte serve`` hands the call on, with what its own options say."""

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from click.testing import CliRunner

from pforte.__main__ import main
from pforte.commands import Call
from pforte.commands.sole_service import sole_service
from pforte.settings.load import Reading

Serve = Callable[..., tuple[int, list[Call]]]


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Stand in an empty folder: the state folder is made there."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Call ``pforte serve`` without a service; answer with the exit code and the calls it would have run."""

    def _serve(arguments: list[str], code: int = 0) -> tuple[int, list[Call]]:
        calls: list[Call] = []

        def run(call: Call) -> int:
            calls.append(call)
            return code

        monkeypatch.setattr("pforte.__main__._run", run)
        result = CliRunner().invoke(main, ["--set", "scan.networks=10", "serve", *arguments])
        return result.exit_code, calls

    return _serve


def test_it_runs_with_the_call_as_it_is(serve: Serve) -> None:
    exit_code, (call,) = serve([])
    assert exit_code == 0
    assert call.config is None
    assert call.overrides == ("scan.networks=10",)


def test_config_may_stand_behind_the_command(serve: Serve, tmp_path: Path) -> None:
    """``make run ARGS="--config FILE"`` puts it there."""
    config = tmp_path / "pforte.toml"
    config.touch()
    _, (call,) = serve(["--config", str(config)])
    assert call.config == config


def test_simulate_is_a_setting(serve: Serve) -> None:
    _, (call,) = serve(["--simulate"])
    assert call.overrides == ("scan.networks=10", "service.simulate=true")
    assert call.settings().service.simulate


def test_the_exit_code_is_that_of_the_service(serve: Serve) -> None:
    assert serve([], code=1)[0] == 1


def test_an_absent_file_is_bad_usage(serve: Serve) -> None:
    assert serve(["--config", "/nowhere/pforte.toml"])[0] == 2


def test_two_sources_of_one_file_do_not_start(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each offence would count twice and shut people out too early."""
    Path("access.log").touch()
    Path("site.log").symlink_to("access.log")
    config = Path("pforte.toml")
    config.write_text('[[source]]\npath = "access.*"\n\n[[source]]\npath = "site.*"\n', encoding="utf-8")
    assert serve(["--config", str(config)]) == (2, [])
    config.write_text('[[source]]\npath = "access.*"\n', encoding="utf-8")
    assert serve(["--config", str(config)])[0] == 0


def test_a_disk_that_hangs_holds_nothing_up(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = Event()
    monkeypatch.setattr("pforte.commands.serve.LOOK_SECONDS", 0.01)
    read = Call.read

    def hang(call: Call, *, look: bool = False) -> Reading:
        if look:
            hanging.wait(10)
        return read(call)

    monkeypatch.setattr(Call, "read", hang)
    exit_code, calls = serve([])
    hanging.set()
    assert (exit_code, len(calls)) == (0, 1)


def test_a_second_service_on_the_same_state_does_not_start(serve: Serve) -> None:
    with sole_service(Path("var")):
        assert serve([]) == (1, [])
    assert serve([])[0] == 0
