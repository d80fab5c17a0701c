"""The command ``pforte robots``."""

import json

import pytest
from click.testing import CliRunner

from pforte.commands.robots import command

ROBOTS = (
    b"User-agent: *\nDisallow: /private # keep out\nAllow: /private/door\n\nUser-agent: FooBot\nDisallow:\n"
)


@pytest.fixture
def robots(tmp_path):
    file = tmp_path / "robots.txt"
    file.write_bytes(ROBOTS)
    return str(file)


def run(*arguments: str, given: bytes | str | None = None):
    return CliRunner().invoke(command, ["check", *arguments], input=given)


@pytest.mark.parametrize(
    ("agent", "url", "told"),
    [
        ("ExampleBot", "https://example.org/private/x", "disallowed  line 2: Disallow: /private\n"),
        ("ExampleBot", "/private/door", "allowed  line 3: Allow: /private/door\n"),
        ("ExampleBot", "https://example.org/", "allowed\n"),
        ("foobot", "/private", "allowed  line 6: Disallow:\n"),
        ("Mozilla/5.0 (compatible; FooBot/1.0)", "/private", "allowed  line 6: Disallow:\n"),
        ("ExampleBot", "/robots.txt", "allowed\n"),
    ],
)
def test_the_answer_names_the_deciding_line(robots, agent, url, told):
    """Both answers are answers, so both exit with 0."""
    result = run(robots, agent, url)
    assert (result.exit_code, result.output) == (0, told)


def test_one_answer_as_json(robots):
    result = run("--json", robots, "ExampleBot", "/private")
    assert json.loads(result.output) == {
        "robots": robots,
        "agent": "ExampleBot",
        "url": "/private",
        "path": "/private",
        "allowed": False,
        "line": 2,
        "rule": "Disallow: /private",
    }
    assert json.loads(run("--json", robots, "ExampleBot", "/").output)["line"] is None


@pytest.mark.parametrize("missing", ["absent.txt", "", "x\0y"])
def test_an_unreadable_file_is_3(tmp_path, missing):
    file = f"{tmp_path}/{missing}"
    result = run(file, "a", "/")
    assert result.exit_code == 3
    assert str(tmp_path) in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    "arguments", [[], ["robots.txt"], ["robots.txt", "a"], ["--batch", "robots.txt"], ["--odd"]]
)
def test_bad_usage_is_2(arguments):
    assert run(*arguments).exit_code == 2


def test_an_address_is_not_fetched():
    """Taken for a path it would lose a slash and be reported as missing."""
    result = run("https://example.org/robots.txt", "a", "/")
    assert result.exit_code == 3
    assert result.stderr.startswith("Error: https://example.org/robots.txt: addresses are not fetched; save")


@pytest.mark.parametrize(
    ("url", "path", "noted"),
    [
        ("/private/x", "/private/x", False),
        ("https://example.org/private/x#y", "/private/x", False),
        ("//example.org/private", "/private", False),
        ("example.org/private", "/private", True),
        ("example.org", "/", True),
        ("intranet/private", "/private", True),
        ("private.html", "/", True),
        ("a/b?from=https://example.org", "/b?from=https://example.org", True),
        ("", "/", True),
    ],
)
def test_every_way_of_asking_judges_the_same_path_and_says_which(robots, url, path, noted):
    """A path without its slash is taken for a host, as by Google's parser; one way refused it, the other did not."""
    told, one, many = (
        run(robots, "a", url),
        run("--json", robots, "a", url),
        run("--batch", given=f"{robots}\ta\t{url}\n"),
    )
    assert [each.exit_code for each in (told, one, many)] == [0, 0, 0]
    assert json.loads(one.stdout) == json.loads(many.stdout)
    assert json.loads(one.stdout)["path"] == path
    assert told.stdout.startswith("disallowed" if path.startswith("/private") else "allowed")
    assert told.stderr == (
        f"note: judged was the path {path} of a URL without a scheme; a path begins with a slash: /{url}\n"
        if noted
        else ""
    )


def test_a_batch_answers_line_by_line(robots):
    given = f"{robots}\tExampleBot\t/private\n{robots}\tFooBot\thttps://e.org/private\r\n\n{robots}\tb\t/private/door"
    result = run("--batch", given=given)
    assert result.exit_code == 0
    answers = [json.loads(line) for line in result.output.splitlines()]
    assert [(answer["allowed"], answer["line"]) for answer in answers] == [(False, 2), (True, 6), (True, 3)]
    assert set(answers[0]) == {"robots", "agent", "url", "path", "allowed", "line", "rule"}


def test_a_batch_goes_on_after_errors_and_tells_at_the_end(robots):
    given = f"{robots}\ta\n/absent/robots.txt\ta\t/\n/absent/robots.txt\tb\t/\n{robots}\ta\t/private\n"
    result = run("--batch", given=given)
    assert result.exit_code == 3
    answers = [json.loads(line) for line in result.output.splitlines()]
    assert "line 1" in answers[0]["error"]
    assert answers[1]["error"].startswith("/absent/robots.txt: ")
    assert (answers[2]["agent"], "error" in answers[2]) == ("b", True)
    assert answers[3]["allowed"] is False


def test_a_batch_survives_any_octets_and_lengths(robots):
    given = (
        robots.encode()
        + b"\ta\t/private\xff\x00\n"
        + b"x" * 3_000_000
        + b"\n"
        + robots.encode()
        + b"\ta\t/\n"
    )
    result = run("--batch", given=given)
    answers = [json.loads(line) for line in result.output.splitlines()]
    assert answers[0]["allowed"] is False
    assert "line 2: longer" in answers[1]["error"]
    assert answers[2]["allowed"] is True


def test_many_files_in_one_batch(tmp_path):
    """Only so many parsed files are kept; the answers do not depend on it."""
    given = ""
    for number in range(300):
        file = tmp_path / f"{number}.txt"
        file.write_text(f"User-agent: *\nDisallow: /{number}\n")
        given += f"{file}\ta\t/{number}\n"
    result = run("--batch", given=given + given)
    answers = [json.loads(line) for line in result.output.splitlines()]
    assert len(answers) == 600
    assert not any(answer["allowed"] for answer in answers)


def test_nothing_in_a_batch_is_no_error():
    assert run("--batch", given="").exit_code == 0


def test_control_characters_of_a_file_do_not_reach_the_terminal(tmp_path):
    file = tmp_path / "robots.txt"
    file.write_bytes(b"User-agent: *\nDisallow: /x\x1b[31m\nDisallow: /\n")
    result = run(str(file), "a", "/x\x1b[31m")
    assert "\x1b" not in result.output
    assert "\\x1b" in result.output
