"""Judging one request before it is answered, by the checks that need neither the answer nor a second request.

A gate that is asked about each request sees what the log will tell only afterwards. Here the request is written as
the log would write it and goes through the same pass, so that both see the same; nearly all requests end there,
after a microsecond. What counts over many requests, what only watches, and what depends on the answer stays with
the log. Offences carry that line as their evidence, with the status 000: nobody had answered yet.
"""

from collections import OrderedDict
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from pforte.bans.offence import Offence
from pforte.net.addresses import network_of_text, parse_address
from pforte.robots.crawlers import Bond, identify
from pforte.visits.block import Block, Origin
from pforte.visits.duties import Duty, on_duty
from pforte.visits.engine import Pass
from pforte.visits.followed import start_of
from pforte.visits.formats.client import read_site
from pforte.visits.formats.combined import VHOST_COMBINED
from pforte.visits.formats.request import split_request
from pforte.visits.judgement import Case, Judgement
from pforte.visits.plan import Plan
from pforte.visits.posts import Post, Posts
from pforte.visits.site_marks import site_marks
from pforte.visits.tally import name_of
from pforte.visits.visit import Visit

MOST_BYTES = 16_384
"""Bytes of target, agent and referrer that are looked at, each; the rest of a longer one is cut off."""
MOST_HOST_BYTES = 260
MOST_FETCHERS = 65_536
"""Clients remembered that fetched robots.txt; those that did so first are forgotten first."""

LINE = b'"%b %b HTTP/1.1" 000 - "%b" "%b"'
"""A request as the log would write it, from the request line on: of method, target, referrer and agent, with b"-" for
one that is not there. No quote or line feed may stand in them; a line with other octets that are not printable ASCII is
taken for one that may be an offence."""
_AS_SENT = replace(VHOST_COMBINED, escape_marks=(*VHOST_COMBINED.escape_marks, rb"[^\x20-\x7e]"))
"""The format of what is looked at: octets that the log would escape may stand in it unescaped, and are worth a look."""
_PLAIN = bytes(byte for byte in range(0x20, 0x7F) if byte not in b'"\\')
_ESCAPES = {byte: f"\\x{byte:02X}" for byte in range(256) if byte not in _PLAIN}
_QUOTES = b'"' * 6
"""What is left of a usual request without its plain signs."""
_NO_STATUS = 0


class Request(NamedTuple):
    """What a visitor asks for.

    Attributes:
        method: as received.
        target: as received.
        host: as received, b"" where it is not told.
        agent: User-Agent, b"" where there is none.
        referrer: Referer, b"" where there is none.
    """

    method: bytes
    target: bytes
    host: bytes = b""
    agent: bytes = b""
    referrer: bytes = b""


class Door:
    """Judges single requests. Used in one thread.

    Args:
        plan: the checks, their settings, the sites and the rules.
        source: name of the source in offences.

    Attributes:
        ipv6_prefix: prefix length that an IPv6 address is charged to.

    Raises:
        EngineError: the engine is not installed, or a mark cannot be compiled.
    """

    def __init__(self, plan: Plan, source: str) -> None:
        self._origin = Origin(source=source, log=VHOST_COMBINED)
        self.ipv6_prefix = plan.ipv6_prefix
        self._fetchers: OrderedDict[str, None] = OrderedDict()
        duties = _convicting(plan)
        self._post: Post = Posts(duties, site_marks(plan.sites), plan.engine).of(_AS_SENT)
        self._pass: Pass = self._post.scan
        self._sees_odd = self._pass.has_any(b"\x00")
        self._judgement = Judgement(duties, plan)
        self._judgement.look_with(self._post)

    def adopt(self, fresh: "Door") -> None:
        """Judge as ``fresh`` does from now on, which is of no use any more then; who fetched robots.txt stays known."""
        self.ipv6_prefix = fresh.ipv6_prefix
        self._post, self._pass = fresh._post, fresh._pass  # noqa: SLF001  of the same class
        self._sees_odd = fresh._sees_odd  # noqa: SLF001  of the same class
        self._judgement = fresh._judgement  # noqa: SLF001  of the same class

    def is_harmless(self, client: str, method: bytes, target: bytes, referrer: bytes, agent: bytes) -> bool:
        """Say that a request is no offence, in about a microsecond; where it may be one, ask :meth:`offence_of`.

        Args:
            client: the visitor's address in any spelling.
            method: as received, as are all the others.
            target: the whole of it.
            referrer: b"" where there is none.
            agent: b"" where there is none.
        """
        return self.is_harmless_line(client, _written(method, target, referrer, agent))

    def is_harmless_line(self, client: str, line: bytes) -> bool:
        """Do what :meth:`is_harmless` does for a request that is written as :data:`LINE`."""
        if self._pass.has_any(line) or not (self._sees_odd or is_printable(line)):
            return False
        return not self._fetchers or start_of(_own_spelling(client)) not in self._fetchers

    def offence_of(self, client: str, request: Request, now: float) -> Offence | None:
        """Return the offence that a request is, or None.

        Args:
            client: the visitor's address in its own spelling, without brackets, port and zone id.
            request: what is asked for.
            now: the present moment, POSIX seconds.
        """
        text = _written(request.method, request.target, request.referrer, request.agent)
        groups = self._pass.groups(text)
        if groups & self._post.fetches:
            self._note_fetcher(client, request)
        fetched = start_of(client) in self._fetchers
        if fetched:
            groups |= self._post.followed
        call = self._post.calls.get(groups) or self._post.call(groups)
        if not call.bits:
            return None
        visit = _visit(client, request, now)
        line = _headed(visit, text)
        block = Block(line, self._origin, now, None, share=1)
        name = name_of(network_of_text(client, self.ipv6_prefix))
        case = Case(block, call, line, 0, client, name, now)
        self._judgement.judge_visit(case, visit, visit.host, fetched=fetched)
        offences = block.scanned(1).offences
        return offences[0][0] if offences else None

    def _note_fetcher(self, client: str, request: Request) -> None:
        """Remember who fetches robots.txt with a program that is known by no crawler's name: it acts as one."""
        is_fetch = request.method == b"GET" and request.target.partition(b"?")[0] == b"/robots.txt"
        if is_fetch and identify(request.agent[:MOST_BYTES]).bond is Bond.TOOL:
            self._fetchers[start_of(client)] = None
            self._fetchers.move_to_end(start_of(client))
            if len(self._fetchers) > MOST_FETCHERS:
                self._fetchers.popitem(last=False)


def is_printable(line: bytes) -> bool:
    """Say that a line consists of printable ASCII only."""
    return line.isascii() and line.decode().isprintable()


def _own_spelling(client: str) -> str:
    return str(parse_address(client)) if ":" in client else client


def _convicting(plan: Plan) -> tuple[Duty, ...]:
    """Return the checks one finding of which is an offence that is enforced."""
    able = plan.able()
    convicting = {duty.check.id for duty in on_duty(able, plan.settings) if duty.convicts}
    # They are numbered by their place, so the others are left out before.
    return on_duty([check for check in able if check.id in convicting], plan.settings, plan.rules.checks)


def _visit(client: str, request: Request, now: float) -> Visit:
    asked = b"%b %b HTTP/1.1" % (request.method[:MOST_BYTES], request.target[:MOST_BYTES])
    method, target, protocol = split_request(asked)  # the log would read it so
    return Visit(
        client=client,
        at=now,
        method=method,
        target=target,
        protocol=protocol,
        status=_NO_STATUS,
        agent=request.agent[:MOST_BYTES],
        referrer=request.referrer[:MOST_BYTES],
        host=read_site(request.host[:MOST_HOST_BYTES]),
        user=b"",
    )


def _written(method: bytes, target: bytes, referrer: bytes, agent: bytes) -> bytes:
    """Return the request as the log would write it from the request line on, one that is not answered yet."""
    text = LINE % (method, target, referrer or b"-", agent or b"-")
    if len(text) <= MOST_BYTES and text.translate(None, _PLAIN) == _QUOTES:
        return text
    method, target, referrer, agent = (
        _escaped(part[:MOST_BYTES]) for part in (method, target, referrer or b"-", agent or b"-")
    )
    return LINE % (method, target, referrer, agent)


def _escaped(raw: bytes) -> bytes:
    r"""Write what is not printable ASCII, quotes and backslashes as nginx does: ``\xHH``."""
    return raw.decode("latin-1").translate(_ESCAPES).encode("ascii")


def _headed(visit: Visit, text: bytes) -> bytes:
    """Return a whole line of the format ``vhost_combined``."""
    at = datetime.fromtimestamp(visit.at, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")
    host = _escaped(visit.host).replace(b" ", b"\\x20") or b"-"
    return b"%b %b - - [%b] %b" % (host, visit.client.encode(), at.encode(), text)
