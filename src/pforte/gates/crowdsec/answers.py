"""What each question gets: the routes of the dialect, its status codes and its bodies."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import structlog

from pforte.clock import Clock
from pforte.gates.crowdsec.agents import habits_of
from pforte.gates.crowdsec.board import News
from pforte.gates.crowdsec.gate import CrowdsecGate
from pforte.gates.crowdsec.metrics import ReportError, parse_report, unpack
from pforte.gates.crowdsec.notice import Notice
from pforte.gates.crowdsec.selection import QueryError, Selection, parse_query, select_live, select_stream
from pforte.net.addresses import Address
from pforte.printable import printable

PIECE = 2_000
"""Notices rendered in one go; other questions are answered in between."""
TELL_AGAIN_SECONDS = 86_400
MOST_TOLD = 1_000
LONGEST_AGENT = 200
REPORTED = ("dropped", "processed", "active_decisions")
"""The figures of a report that are logged."""

_ROUTES: Mapping[str, tuple[str, ...]] = {
    "/v1/decisions": ("GET", "HEAD"),
    "/v1/decisions/stream": ("GET", "HEAD"),
    "/v1/usage-metrics": ("POST",),
    "/health": ("GET", "HEAD"),
}

_log = structlog.get_logger("pforte.gates")


@dataclass(frozen=True, slots=True)
class Question:
    """One request.

    Attributes:
        method: as it stands in the request.
        path: before the question mark.
        query: behind it.
        headers: by names in lower case; of one that came twice the first.
        body: as it arrived.
        address: who asks.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered at once.

    Attributes:
        status: code.
        body: JSON, or nothing.
        headers: beside those that every answer has.
    """

    status: int
    body: bytes = b""
    headers: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Stream:
    """A long answer.

    Attributes:
        pieces: its body.
        told: to be called once all of it was sent.
    """

    pieces: Iterator[bytes]
    told: Callable[[], None]


class Answers:
    """Answers bouncers from what the gate holds. Used in the event loop.

    Args:
        gate: the gate.
        clock: tells the present moment.
    """

    def __init__(self, gate: CrowdsecGate, clock: Clock) -> None:
        self._gate = gate
        self._clock = clock
        self._told: dict[tuple[str, str], float] = {}

    def answer(self, question: Question) -> Answer | Stream:
        """Answer one question; no method, path, query or body is an error of ours."""
        path = "/" + question.path.lstrip("/")  # settings that end in a slash lead to two
        methods = _ROUTES.get(path)
        if methods is None:
            return Answer(404)
        if question.method not in methods:
            return Answer(405, headers=(("Allow", ", ".join(methods)),))
        if path == "/health":
            return Answer(200, b'{"status":"up"}' if question.method == "GET" else b"")
        name = self._gate.pullers.name(question.headers.get("x-api-key", ""))
        if name is None or question.address is None:
            self._tell("bouncer.refused", str(question.address), needs="a key of pforte bouncer add")
            return _refusal(403, "access forbidden")
        if path == "/v1/usage-metrics":
            return self._take_report(name, question)
        return self._tell_bans(path, name, question.address, question)

    def _tell_bans(self, path: str, name: str, address: Address, question: Question) -> Answer | Stream:
        if question.method == "HEAD":
            return Answer(200)  # a key is tried; no position moves
        if not self._gate.board.loaded:
            return _refusal(503, "the bans are not loaded yet")
        try:
            fields = parse_query(question.query)
            if path == "/v1/decisions":
                return self._live(name, address, question, select_live(fields))
        except QueryError as error:
            return _refusal(500, str(error))
        starts = fields.get("startup") == "true"
        return self._stream(name, address, question, select_stream(fields), starts=starts)

    # One address at a time.

    def _live(self, name: str, address: Address, question: Question, selection: Selection) -> Answer | Stream:
        now = self._clock.now().timestamp()
        board, agent = self._gate.board, _agent(question)
        self._gate.pullers.touch(name, address, agent, now)
        if selection.network is None:
            found = board.everything()
        elif selection.inward:
            found = board.inside(selection.network)
        else:
            found = board.over(selection.network)
        second = int(now)
        meant = [one for one in found if one.ends > second and selection.takes(one)]
        if not meant:
            return Answer(200, b"null")  # these four bytes are compared
        if len(meant) <= PIECE:
            return Answer(200, b"[" + b",".join(_present(meant, second)) + b"]")
        return Stream(_joined((b"[", _present(meant, second), b"]")), _nothing)

    # All at once, and what changed.

    def _stream(
        self, name: str, address: Address, question: Question, selection: Selection, *, starts: bool
    ) -> Stream:
        now = self._clock.now().timestamp()
        agent = _agent(question)
        habits = habits_of(agent)
        pullers, board = self._gate.pullers, self._gate.board
        news = board.news(pullers.position(name, address), now, habits, starts=starts)
        if habits.blind_to_ranges and board.ranges:
            self._tell(
                "bouncer.ignores-networks",
                name,
                agent=printable(agent),
                networks=board.ranges,
                because=habits.blind_to_ranges,
            )
        return Stream(
            _joined(_news(news, int(now), selection)),
            lambda: pullers.move(name, address, agent, news.position),
        )

    # What bouncers tell.

    def _take_report(self, name: str, question: Question) -> Answer:
        encoding = question.headers.get("content-encoding", "").strip().lower()
        try:
            report = parse_report(unpack(question.body, encoding))
        except ReportError as error:
            return _refusal(error.status, str(error))
        _log.info(
            "bouncer.report",
            bouncer=name,
            agent=printable(f"{report.kind}/{report.version}"[:LONGEST_AGENT]),
            **{word: report.counts[word] for word in REPORTED if word in report.counts},
        )
        return Answer(201)

    def _tell(self, event: str, whom: str, **facts: object) -> None:
        """Log a warning, once a day for each it is about."""
        now = self._clock.monotonic()
        if now - self._told.get((event, whom), -TELL_AGAIN_SECONDS) < TELL_AGAIN_SECONDS:
            return
        self._told.pop((event, whom), None)
        self._told[event, whom] = now
        if len(self._told) > MOST_TOLD:
            del self._told[next(iter(self._told))]
        _log.warning(event, bouncer=whom, **facts)


def _agent(question: Question) -> str:
    return question.headers.get("user-agent", "")[:LONGEST_AGENT]


def _refusal(status: int, message: str) -> Answer:
    return Answer(status, json.dumps({"message": message}, separators=(",", ":")).encode())


def _nothing() -> None:
    """Do nothing: a question about single addresses moves no position."""


def _present(notices: Iterable[Notice], now: int) -> Iterator[bytes]:
    return (notice.render(notice.ends - now) for notice in notices)


def _news(news: News, now: int, selection: Selection) -> Iterable[bytes | Iterator[bytes]]:
    new: Iterable[Notice] = (one for one in news.new if one.ends > now)
    gone = iter(news.gone)
    if selection.tests:
        new = filter(selection.takes, new)
        gone = (one for one in gone if selection.takes(one.notice))
    yield b'{"new":['
    yield _present(new, now)
    yield b'],"deleted":['
    yield (one.render(now) for one in gone)
    yield b"]}"


def _joined(parts: Iterable[bytes | Iterator[bytes]]) -> Iterator[bytes]:
    """Join the parts of a body, and the objects in them by commas, into pieces worth sending."""
    waiting = b""
    for part in parts:
        if isinstance(part, bytes):
            waiting += part
            continue
        comma = b""
        while some := list(islice(part, PIECE)):
            yield waiting + comma + b",".join(some)
            waiting, comma = b"", b","
    yield waiting
