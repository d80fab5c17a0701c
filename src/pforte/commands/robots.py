"""``pforte robots``: what a robots.txt says about one visit, or about many."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click

from pforte.commands import Group
from pforte.commands.output import note, print_json
from pforte.printable import printable, render_json
from pforte.robots.agents import names_in
from pforte.robots.compiled import CompiledRobots
from pforte.robots.groups import SIZE_LIMIT, parse_robots
from pforte.robots.matching import Decision, path_of_url

_FILES_KEPT = 256
_LINE_LIMIT = 1024 * 1024


class UnreadableError(Exception):
    """A robots.txt cannot be read; the message names it."""


def read_robots(file: str) -> CompiledRobots:
    """Read a robots.txt.

    Raises:
        UnreadableError: it cannot be read.
    """
    if "://" in file:
        raise UnreadableError(f"{file}: addresses are not fetched; save the robots.txt and name the file")
    try:
        with Path(file).open("rb") as opened:
            return CompiledRobots(parse_robots(opened.read(SIZE_LIMIT + 1)))
    except (OSError, ValueError) as error:
        # ValueError: a NUL in the path.
        raise UnreadableError(f"{file}: {getattr(error, 'strerror', None) or error}") from error


def decide(robots: CompiledRobots, agent: str, path: bytes) -> Decision:
    """Say whether robots.txt lets an agent ask for a path, as :func:`pforte.robots.matching.decide` does."""
    return robots.rules_for(names_in(agent)).decide(path)


@click.group("robots", cls=Group)
def command() -> None:
    """Ask what a robots.txt allows (RFC 9309)."""


@command.command("check")
@click.argument("robots", required=False)
@click.argument("agent", required=False)
@click.argument("url", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--batch",
    is_flag=True,
    help="Read ROBOTS<TAB>AGENT<TAB>URL lines from standard input; print one JSON object for each.",
)
def check(robots: str | None, agent: str | None, url: str | None, *, as_json: bool, batch: bool) -> None:
    """Say whether the file ROBOTS lets AGENT ask for URL, and which line decides.

    AGENT is a product token (Googlebot) or a whole User-Agent. URL may be a path, which begins with a slash; what
    begins with none is taken for a host.

    Exit codes: 0 for both answers, 2 for bad usage, 3 when a robots.txt could not be read.
    """
    if batch:
        if robots is not None:
            raise click.UsageError("--batch reads its questions from standard input; give no arguments.")
        sys.exit(_answer_all(sys.stdin.buffer))
    if robots is None or agent is None or url is None:
        raise click.UsageError("Give ROBOTS, AGENT and URL, or --batch.")
    path = path_of_url(url)
    try:
        decision = decide(read_robots(robots), agent, path)
    except UnreadableError as error:
        click.echo(printable(f"Error: {error}"), err=True)
        sys.exit(3)
    if as_json:
        print_json(_answer(robots, agent, url, path, decision))
    else:
        if _may_lack_slash(url):
            judged = f"judged was the path {path.decode()} of a URL without a scheme"
            note(f"{judged}; a path begins with a slash: /{url}")
        verdict = "allowed" if decision.allowed else "disallowed"
        click.echo(f"{verdict}  line {decision.line}: {decision.rule}" if decision.line else verdict)


def _may_lack_slash(url: str) -> bool:
    """Say whether what was typed may be meant as a path, though it reads as a URL without its scheme."""
    before, scheme_ends, _ = url.partition("://")
    return not url.startswith("/") and (not scheme_ends or "/" in before)


def _answer(robots: str, agent: str, url: str, path: bytes, decision: Decision) -> dict[str, object]:
    return {
        "robots": robots,
        "agent": agent,
        "url": url,
        "path": path.decode(),
        "allowed": decision.allowed,
        "line": decision.line or None,
        "rule": decision.rule or None,
    }


def _answer_all(questions: BinaryIO) -> int:
    failed = False
    files: dict[str, CompiledRobots | str] = {}
    for number, raw in enumerate(_lines(questions), 1):
        parts = raw.decode("utf-8", "surrogateescape").split("\t")
        if parts == [""]:
            continue
        if len(raw) > _LINE_LIMIT:
            answer: dict[str, object] = {"error": f"line {number}: longer than {_LINE_LIMIT} octets"}
        elif len(parts) != 3:
            told = f"expected ROBOTS<TAB>AGENT<TAB>URL, found {len(parts)} of these 3 fields"
            answer = {"error": f"line {number}: {told}"}
        else:
            answer = _answer_one(files, *parts)
        failed = failed or "error" in answer
        sys.stdout.write(render_json(answer) + "\n")
    sys.stdout.flush()
    return 3 if failed else 0


def _answer_one(
    files: dict[str, CompiledRobots | str], robots: str, agent: str, url: str
) -> dict[str, object]:
    known = files.get(robots)
    if known is None:
        try:
            known = read_robots(robots)
        except UnreadableError as error:
            known = str(error)
        if len(files) >= _FILES_KEPT:
            del files[next(iter(files))]
        files[robots] = known
    if isinstance(known, str):
        return {"robots": robots, "agent": agent, "url": url, "error": known}
    path = path_of_url(url)
    return _answer(robots, agent, url, path, decide(known, agent, path))


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield lines without their ends; one that is too long is cut behind the limit."""
    while line := stream.readline(_LINE_LIMIT + 2):
        rest = line
        while not rest.endswith(b"\n") and (more := stream.readline(_LINE_LIMIT)):
            rest = more
        yield line.rstrip(b"\r\n")
