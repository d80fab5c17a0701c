"""The decision: may this visitor come in with this request?

First the bans in force, then the checks: an attack is refused although nobody knew of it a moment ago, and handed on
to the register. Until its ban stands in the table, a few milliseconds later, the network is remembered here.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from pforte.bans.offence import Offence
from pforte.gates.http import answers, logins
from pforte.gates.http.choice import form_for, language_for
from pforte.gates.http.nginx import read_questions
from pforte.gates.http.page import Notice
from pforte.gates.http.questions import PLACES, Endpoint, Headers, endpoint_of, request_of
from pforte.gates.http.shares import Shares
from pforte.gates.http.visitors import Asker, Unknown, Visitors
from pforte.gates.refusal import check_of, refusal_line, refusal_of
from pforte.gates.table.gate import TableGate
from pforte.gates.table.packed import Held
from pforte.languages import Text
from pforte.net.addresses import Network, network_of_text
from pforte.settings.gates import OnFailure
from pforte.visits.door import LINE, Door, is_printable
from pforte.visits.recent import Recent

CAUGHT_SECONDS = 5.0
"""How long a network that was caught is refused by memory; its ban stands in the table long before."""
MOST_CAUGHT = 10_000
AGAIN_SECONDS = 60.0
"""How long further offences of a network are refused but not handed on: they are one incident (REGULATION R1)."""
MOST_TOLD = 65_536
COMPLAIN_SECONDS = 60.0
"""How often the operator is told at most that visitors are not known."""

_NOT_SHUT_OUT = Text(
    en="The site itself refuses this page. Your network is not shut out here.",
    de="Die Website selbst verweigert diese Seite. Ihr Netz ist hier nicht gesperrt.",
)
_REFUSED_ONCE = Text(
    en="Ask the operator of the site if you need it.",
    de="Fragen Sie den Betreiber der Website, wenn Sie sie brauchen.",
)
_log = structlog.get_logger("pforte.gates")


@dataclass(frozen=True, slots=True)
class Detection:
    """How requests are judged before they are served.

    Attributes:
        door: judges them.
        record: takes an offence on its way to the register; returns at once.
        enforces: whether offences are refused; where everything is simulated they are only recorded.
    """

    door: Door
    record: Callable[[Offence], None]
    enforces: bool = True


class Porter:
    """Answers questions. Used in one event loop.

    Args:
        table: the bans in force.
        visitors: tells who is meant.
        detection: judges requests; None where only bans count.
        on_failure: what happens while nothing is known.
        now: the present moment, POSIX seconds.
        contact: the setting ``desk.contact``.

    Attributes:
        now: the present moment in POSIX seconds; whoever owns the porter sets it about four times a second.
    """

    def __init__(
        self,
        table: TableGate,
        visitors: Visitors,
        detection: Detection | None,
        on_failure: OnFailure,
        now: float,
        contact: str = "",
    ) -> None:
        self._table = table
        self._visitors = visitors
        self._detection = detection
        self._is_open = on_failure == "open"
        self._contact = contact
        self.now = now
        self._caught: OrderedDict[Network, tuple[float, str]] = OrderedDict()
        self._shares = Shares()
        self._told = Recent(AGAIN_SECONDS, MOST_TOLD)
        self._complained = float("-inf")

    def asker(self, peer: str) -> Asker:
        """Return what is known of the other end of a connection."""
        return self._visitors.asker(peer)

    def is_welcome(self, asker: Asker, target: bytes, headers: Headers) -> bool:
        """Say after a glance that the visitor may come in, as nearly all may; False says nothing yet."""
        place = PLACES.get(target)
        if place is None:
            return False
        visitor = self._visitors.hint(asker, headers)
        if self._table.is_shut_out(visitor, self.now) is not False:
            return False
        if self._caught and self._reason_caught(visitor):
            return False
        look = headers.get
        asked = look(place.target)
        if self._detection is None or asked is None:
            return True
        return self._detection.door.is_harmless(
            visitor, look(place.method, b"GET"), asked, look(b"referer", b""), look(b"user-agent", b"")
        )

    def glance(self, pieces: Sequence[bytes]) -> set[int]:
        """Return the places of those pieces that are one whole question of nginx each, whose visitor may come in.

        The others may be anything. All of them go through one step before the next, for the sake of the processor's
        caches.

        Args:
            pieces: what connections sent whose other end forwards.
        """
        look, caught, now = self._table.is_shut_out, self._caught, self.now
        asked = [
            (place, one[0].decode(), one)
            for place, one in enumerate(read_questions(pieces))
            if one is not None
        ]
        free = [
            (place, visitor, LINE % (one[2], one[1], one[4], one[3]))
            for place, visitor, one in asked
            if look(visitor, now) is False and not (caught and self._reason_caught(visitor))
        ]
        if self._detection is None:
            return {place for place, _, line in free if is_printable(line)}  # else the parser may refuse it
        is_harmless = self._detection.door.is_harmless_line
        return {place for place, visitor, line in free if is_harmless(visitor, line)}

    def answer(self, asker: Asker, method: bytes, target: bytes, headers: Headers) -> bytes:
        """Return the answer to a question.

        Args:
            asker: who asks.
            method: method of the question.
            target: its target.
            headers: its header fields.
        """
        endpoint = endpoint_of(target)
        if endpoint is None:
            return _NO_ENDPOINT
        if endpoint is Endpoint.HEALTH:
            return _WELL if self._table.loaded else _UNWELL
        visitor = self._visitors.visitor(asker, headers)
        if isinstance(visitor, Unknown):
            self._complain(visitor)
            return self._at_a_loss(endpoint)
        why = self._table.shut_out(visitor, self.now) or self._reason_caught(visitor)
        if endpoint is Endpoint.PAGE:
            return self._explained(visitor, why, headers)
        why = why or self._catch(endpoint, visitor, method, target, headers)
        return self._refused(endpoint, visitor, why, headers) if why else self._let_in(endpoint)

    def answer_log_in(self, asker: Asker, body: bytes) -> bytes:
        """Return the answer to a question about a log-in: only the bans count, the log tells of the rest.

        Args:
            asker: who asks.
            body: of the question.
        """
        remote = logins.remote_of(body) if asker.trusted else None
        if remote is None:
            trouble = "does not say whose" if asker.trusted else "is none of gate.http.trusted"
            self._complain(Unknown(f"{asker.address} asks about a log-in and {trouble}"))
        elif self._table.loaded or not self._table.may_shut_out(remote):
            held = self._table.shut_out(remote, self.now)
            if held is None:
                return logins.answer(logins.ALLOWED)
            return logins.answer(logins.REFUSED, refusal_line(held, self._contact))
        if self._is_open:
            return logins.answer(logins.ALLOWED)
        return logins.answer(logins.REFUSED, logins.NOT_NOW)

    # What the checks say.

    def _catch(self, endpoint: Endpoint, visitor: str, method: bytes, target: bytes, headers: Headers) -> str:
        """Judge the request; return the check that refuses it, or ""."""
        detection = self._detection
        if detection is None or (request := request_of(endpoint, method, target, headers)) is None:
            return ""
        door, now = detection.door, self.now
        if door.is_harmless(visitor, request.method, request.target, request.referrer, request.agent):
            return ""
        network = network_of_text(visitor, door.ipv6_prefix)
        if not self._shares.may_spend(network, sum(map(len, request)), now):
            return ""
        offence = door.offence_of(visitor, request, now)
        # The log tells of those who are exempt: their offences are recorded there, and no gate refuses them.
        if offence is None or not self._table.may_shut_out(visitor):
            return ""
        if self._told.is_new((offence.network, offence.claim), now):
            detection.record(offence)
        if not detection.enforces or self._table.stands_open:
            return ""
        if not offence.claim:  # what a crawler claims is proven first; only this request is refused
            self._caught[offence.network] = (now + CAUGHT_SECONDS, offence.check)
            self._caught.move_to_end(offence.network)
            if len(self._caught) > MOST_CAUGHT:
                self._caught.popitem(last=False)
        return offence.check

    def _reason_caught(self, visitor: str) -> str:
        """Return the check that caught a network a moment ago, or ""; forget those whose time is over."""
        caught = self._caught
        while caught and next(iter(caught.values()))[0] <= self.now:
            caught.popitem(last=False)
        if not caught or self._detection is None or self._table.stands_open:
            return ""
        network = network_of_text(visitor, self._detection.door.ipv6_prefix)
        return caught.get(network, (0.0, ""))[1]

    # What is said.

    def _refused(self, endpoint: Endpoint, visitor: str, why: Held | str, headers: Headers) -> bytes:
        """Refuse by a ban, or by the check that caught the visitor."""
        if endpoint is not Endpoint.NGINX:
            return self._explained(visitor, why, headers)
        if isinstance(why, str):
            return answers.refused(why)
        refusal = refusal_of(why)
        left = max(1, int(why.ends - self.now))
        return answers.refused(refusal.reason or answers.BY_HAND, refusal.reference, left)

    def _explained(self, visitor: str, why: Held | str, headers: Headers) -> bytes:
        """Refuse and explain, in the form and language that the visitor wants."""
        notice = self._notice(visitor, why)
        reason = notice.reason or (answers.BY_HAND if notice.reference else answers.SITE)
        form = form_for(headers.get(b"accept", b""))
        return answers.explained(notice, reason, form, language_for(headers.get(b"accept-language", b"")))

    def _notice(self, visitor: str, why: Held | str) -> Notice:
        now = datetime.fromtimestamp(self.now, UTC)
        if isinstance(why, Held):
            told = refusal_of(why)
            return Notice(
                visitor,
                told.summary,
                told.remedy,
                told.reason,
                told.standard,
                now,
                told.reference,
                told.ends,
            )
        check = check_of(why)
        if check is None:
            return Notice(visitor, _NOT_SHUT_OUT, _REFUSED_ONCE, "", "", now)
        return Notice(visitor, check.summary, check.remedy, check.id, check.standard, now)

    def _let_in(self, endpoint: Endpoint) -> bytes:
        if not self._table.loaded:
            return self._at_a_loss(endpoint)
        return answers.LET_IN_ENVOY if endpoint is Endpoint.ENVOY else answers.LET_IN

    def _at_a_loss(self, endpoint: Endpoint) -> bytes:
        """Answer where nothing is known of the bans or of the visitor, as the operator chose."""
        if not self._is_open or endpoint is Endpoint.PAGE:
            return _NOT_NOW
        return answers.LET_IN_ENVOY if endpoint is Endpoint.ENVOY else answers.LET_IN

    def _complain(self, unknown: Unknown) -> None:
        """Tell the operator that visitors are not known."""
        if self.now - self._complained >= COMPLAIN_SECONDS:
            self._complained = self.now
            _log.warning(
                "gate.http.visitor-unknown",
                text=f"{unknown.trouble}; see gate.http.address and gate.http.trusted",
                then="let in" if self._is_open else "refused",
            )


_NOT_NOW = answers.refused(answers.NOT_NOW)
_WELL = answers.plain("200 OK", "the bans in force are known")
_UNWELL = answers.plain("503 Service Unavailable", "the bans in force are not known yet")
_NO_ENDPOINT = answers.plain(
    "404 Not Found", "ask /nginx, /forward, /envoy/... or /dovecot; see the guide of the HTTP gate"
)
