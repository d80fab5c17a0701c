"""Bad usage is told before anything is read, with the nearest right word; an end from outside is quiet."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from log_lines import GOOGLE, ZONE, line

from pforte.commands.log_options import quiet_end, tell_unavailable


@pytest.mark.parametrize("command", ["scan", "replay"])
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--format", "combind"), "did you mean 'combined'?"),
        (("--format", "$remote_addr"), "Invalid value for --format"),
        (("--timezone", "Europe/Belrin"), 'did you mean "Europe/Berlin"?'),
        (("--timezone", "../etc"), "is no time zone"),
        (("--dns", "sytem"), "neither none nor system"),
        (("--robots", "absent.txt"), "'absent.txt' does not exist"),
    ],
)
def test_bad_usage(judge, command, options, sentence):
    result = judge(command, *options, lines=[])
    assert (result.code, result.out) == (2, "")
    assert sentence in result.err


def test_a_mistake_in_a_zone_file_is_named_with_its_line(judge, state):
    (state.parent / "zone").write_text(ZONE + "what is this\n")
    result = judge("scan", "--dns", "zone", lines=[])
    assert result.code == 2
    assert "zone:3" in result.err


def test_a_file_must_be_given(judge):
    result = judge("scan")
    assert result.code == 2
    assert "Missing argument 'FILE...'" in result.err


def test_rules_that_cannot_be_used_are_bad_settings(judge, state):
    (state.parent / "rules").mkdir()
    result = judge("scan", lines=[], before=("--set", "scan.rules=rules"))
    assert result.code == 2
    assert "rules holds no request rules" in result.err


def test_published_ranges_come_from_the_settings(judge, state):
    ranges = state.parent / "googlebot.json"
    ranges.write_text(json.dumps({"prefixes": [{"ipv4Prefix": "192.0.2.0/27"}]}))
    setting = f'exempt.crawler_ranges=["{ranges}", "absent.json"]'
    lines = [line("192.0.2.7", "02/Mar/2026:10:00:00", agent=GOOGLE)]
    result = judge("scan", "--json", lines=lines, before=("--set", setting))
    assert (result.code, result.found) == (0, [])
    assert result.told[0]["claims"] == {"proven": 1, "forged": 0, "unknown": 0}
    assert "absent.json: no crawler is known by the file name 'absent'" in result.err


def test_robots_on_the_web_are_not_fetched_and_that_is_said(judge, state):
    (state.parent / "pforte.toml").write_text(
        '[[site]]\nname = "www.example.org"\nrobots = "https://www.example.org/robots.txt"\n'
    )
    assert "https://www.example.org/robots.txt is not fetched" in judge("scan", lines=[]).err


@pytest.mark.parametrize("unavailable", [(), ("visit.xss", "visit.sql-injection")])
def test_checks_that_cannot_work_are_named(capsys, unavailable):
    tell_unavailable(SimpleNamespace(unavailable=unavailable))
    told = capsys.readouterr().err
    assert told.startswith("warning: without the package libmodsecurity") == bool(unavailable)
    assert told.strip().endswith(", ".join(unavailable))


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt, 130), (BrokenPipeError, 141)])
def test_an_end_from_outside_is_quiet(capsys, error, code):
    with pytest.raises(SystemExit) as ended, quiet_end():
        raise error
    assert ended.value.code == code
    assert capsys.readouterr() == ("", "")


def test_the_program_itself_keeps_the_contract(tmp_path, compiled):
    """Real processes: exit code, streams, and the end when nobody reads any more."""
    lines = "".join(line(f"192.0.2.{n % 250}", "02/Mar/2026:10:00:00", f"/.env?{n}") for n in range(4000))
    (tmp_path / "access.log").write_text(lines)
    (tmp_path / "pforte.toml").touch()  # so that the settings of a service on this machine are not taken
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PFORTE_")}
    program = f"{sys.executable} -m pforte scan"

    def run(command):
        return subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env=environment | {"PYTHONUNBUFFERED": "1", "XDG_CACHE_HOME": str(compiled)},
            input=lines,
            capture_output=True,
            text=True,
            check=False,
        )

    done = run(f"{program} --json - absent.log")
    assert done.returncode == 3
    found = [json.loads(text) for text in done.stdout.splitlines()]
    assert len(found) >= 250
    assert {each["source"] for each in found} == {"-"}
    assert "4,000 lines in " in done.stderr
    assert "error: absent.log: cannot be opened" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    broken = run(f'{program} --json access.log | head -1; echo "${{PIPESTATUS[0]}}"')
    assert broken.stdout.splitlines()[1:] == ["141"]
    assert broken.stderr == ""
