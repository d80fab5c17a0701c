"""What is answered to a message, as bytes: the journey from a question to the table of bans and back.

The same questions come again and again, with another address in front: what lies behind the address is understood once
and remembered as a :class:`Form`, and most questions are then one look into a dict and one into the table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pforte.gates.dnsbl.listing import CODES, TEST_BAN, TEST_ENTRY, code_of, told_of, words_of
from pforte.gates.dnsbl.owner import ALSO_BEGINS_V6, LOOPBACK, V4_BITS, Place, leading_address, read_owner
from pforte.gates.dnsbl.wire import (
    HEADER_LENGTH,
    IN,
    OUR_SIZE,
    PLAIN_SIZE,
    QUESTION_AT,
    STREAM_SIZE,
    NoQueryError,
    Query,
    Rcode,
    Type,
    parse_query,
    render_head,
    render_option,
    render_record,
    render_refusal,
    truncate,
)
from pforte.gates.dnsbl.zones import Keeper, Zone, render_servers, render_soa, zone_of
from pforte.gates.table.gate import TableGate
from pforte.gates.table.packed import Held

MOST_FORMS = 4_096
"""Forms that are remembered; askers that mix the case of letters at random would make ever more of them."""
LONGEST_FORM = 300
"""Bytes of a question behind its address that may be remembered."""

_POINTER = 0xC000
_CODE_TYPES = frozenset((Type.A, Type.ANY))
"""ANY gets one kind of record, which is enough (RFC 8482 s4.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the operator decides about answers.

    Attributes:
        seconds: how long it may be remembered at most that an address is listed.
        page: address of the page that explains a ban, without the reference at its end, or "".
        on_failure: ``closed`` answers SERVFAIL while nothing is known of the bans; ``open`` lists nobody.
    """

    seconds: int
    page: str = ""
    on_failure: Literal["open", "closed"] = "closed"


@dataclass(frozen=True, slots=True)
class Form:
    """An answer but for the address in front of the zone's name.

    Attributes:
        zone: the zone that was asked.
        type: type of the records asked for.
        rest: the question from the zone's name on, as it was asked: the case of its letters comes back.
        found: the header from its flags on, for one record.
        unknown: the same for a name that does not exist.
        empty: the same for a name that has no such record.
        soa: the zone's SOA record without its owner's name.
        option: our OPT record, or nothing.
        size: bytes the answer may have.
        query: the question that it was made of.
    """

    zone: Zone
    type: int
    rest: bytes
    found: bytes
    unknown: bytes
    empty: bytes
    soa: bytes
    option: bytes
    size: int
    query: Query

    def yes(self, raw: bytes, at: int, records: Sequence[bytes]) -> bytes:
        """Answer with records; ``at`` is where the zone's name begins in the message."""
        head = self.found
        if len(records) != 1:
            head = render_head(self.query, Rcode.NOERROR, (len(records), 0), authoritative=True)
        return self._fit(b"".join((raw[:2], head, raw[HEADER_LENGTH:at], self.rest, *records, self.option)))

    def no(self, raw: bytes, at: int, head: bytes) -> bytes:
        """Answer without records, by the header of a name that is ``unknown`` or ``empty`` (RFC 2308 s3)."""
        owner = (_POINTER | at).to_bytes(2)
        return self._fit(
            b"".join((raw[:2], head, raw[HEADER_LENGTH:at], self.rest, owner, self.soa, self.option))
        )

    def _fit(self, answer: bytes) -> bytes:
        return answer if len(answer) <= self.size else truncate(answer)


class Answers:
    """Answers DNS messages from the table of bans.

    Args:
        zones: the zones, those below others first.
        keeper: who serves them.
        table: the bans in force.
        policy: what the operator decides.
    """

    def __init__(self, zones: Sequence[Zone], keeper: Keeper, table: TableGate, policy: Policy) -> None:
        self._zones, self._keeper, self._table, self._policy = tuple(zones), keeper, table, policy
        self._servers = render_servers(keeper)
        # The A records of bans that last longer than they may be remembered: nearly all.
        self._lasting = {
            code: QUESTION_AT + render_record(Type.A, policy.seconds, code) for code in CODES.values()
        }
        self._forms: dict[bytes, Form] = {}
        self._changed = -1
        self._soa = b""

    def answer(self, raw: bytes, now: float) -> bytes | None:
        """Answer a datagram; None where silence is the answer.

        Args:
            raw: the message, whatever it holds.
            now: POSIX seconds.
        """
        if self._changed != self._table.changed:
            self._renew()
        try:
            at, bits, number = leading_address(raw)
            form = self._forms[raw[2:HEADER_LENGTH] + raw[at:]]
        except (KeyError, IndexError, ValueError):
            return self._answer_unseen(raw, now, stream=False)
        return self._answer_address(form, raw, at, self._told(form.zone, bits, number, now), now)

    def answer_stream(self, raw: bytes, now: float) -> bytes | None:
        """Answer a message that came by TCP: its answer is never cut."""
        if self._changed != self._table.changed:
            self._renew()
        return self._answer_unseen(raw, now, stream=True)

    def _answer_unseen(self, raw: bytes, now: float, *, stream: bool) -> bytes | None:
        """Answer a message that must be read from its beginning to its end."""
        try:
            query = parse_query(raw)
        except NoQueryError as error:
            return None if error.rcode is None else render_refusal(raw, error.rcode)
        if query.edns is not None and query.edns.version:
            return render_refusal(raw, Rcode.BADVERS, query)  # RFC 6891 s6.1.3
        zone = zone_of(self._zones, query.labels)
        if zone is None or query.klass != IN or query.type in {Type.AXFR, Type.IXFR}:
            return render_refusal(raw, Rcode.REFUSED, query)
        return self._answer_in(zone, query, raw, now, stream=stream)

    def _answer_in(self, zone: Zone, query: Query, raw: bytes, now: float, *, stream: bool) -> bytes:
        in_front = query.labels[: len(query.labels) - len(zone.labels)]
        at = HEADER_LENGTH + sum(len(label) + 1 for label in in_front)
        form = self._form(raw, at, query, zone, stream=stream)
        owner = read_owner(in_front)
        match owner.place:
            case Place.ADDRESS:
                if not stream and self._changed:
                    self._remember(raw, at, form)
                told = self._told(zone, owner.bits, owner.number, now)
                return self._answer_address(form, raw, at, told, now)
            case Place.APEX:
                return self._answer_apex(form, raw)
            case Place.WITHIN:
                # Whether a ban lies below is not told: one could come before that is forgotten (RFC 8020 s2).
                return form.no(raw, at, form.empty)
            case Place.NOTHING:
                return form.no(raw, at, form.unknown)

    def _told(self, zone: Zone, bits: int, number: int, now: float) -> Sequence[Held]:
        """Return the bans that a zone tells of an address."""
        if bits == V4_BITS and number >> 24 == LOOPBACK:
            return (TEST_BAN,) if number == TEST_ENTRY else ()
        bans = self._table.standing_over(number, bits, now)
        return told_of(bans, zone.kind) if bans else ()

    def _answer_address(self, form: Form, raw: bytes, at: int, told: Sequence[Held], now: float) -> bytes:
        # No form is remembered yet, so this one is of the very question that is refused.
        if not self._changed and self._policy.on_failure == "closed":
            return render_refusal(raw, Rcode.SERVFAIL, form.query)
        if not told:
            # Below a name that does not exist nobody asks any more (RFC 8020 s2).
            return form.no(raw, at, form.empty if at == ALSO_BEGINS_V6 else form.unknown)
        seconds = self._policy.seconds
        for held in told:  # what is remembered must not outlive a ban
            seconds = min(seconds, int(held.ends - now))
        if form.type in _CODE_TYPES:
            return form.yes(raw, at, [self._code_record(held, seconds) for held in told])
        if form.type == Type.TXT:
            return form.yes(raw, at, [self._text_record(held, seconds) for held in told])
        return form.no(raw, at, form.empty)

    def _code_record(self, held: Held, seconds: int) -> bytes:
        code = code_of(held)
        if seconds == self._policy.seconds:
            return self._lasting[code]
        return QUESTION_AT + render_record(Type.A, seconds, code)

    def _text_record(self, held: Held, seconds: int) -> bytes:
        text = words_of(held, self._policy.page)
        return QUESTION_AT + render_record(Type.TXT, seconds, len(text).to_bytes() + text)

    def _answer_apex(self, form: Form, raw: bytes) -> bytes:
        if form.type in {Type.SOA, Type.ANY}:
            return form.yes(raw, HEADER_LENGTH, [QUESTION_AT + form.soa])
        if form.type == Type.NS:
            return form.yes(raw, HEADER_LENGTH, self._servers)
        return form.no(raw, HEADER_LENGTH, form.empty)

    def _form(self, raw: bytes, at: int, query: Query, zone: Zone, *, stream: bool) -> Form:
        edns = query.edns
        asked = PLAIN_SIZE if edns is None else max(PLAIN_SIZE, min(edns.size, OUR_SIZE))
        return Form(
            zone=zone,
            type=query.type,
            rest=raw[at : query.ends],
            found=render_head(query, Rcode.NOERROR, (1, 0), authoritative=True),
            unknown=render_head(query, Rcode.NXDOMAIN, (0, 1), authoritative=True),
            empty=render_head(query, Rcode.NOERROR, (0, 1), authoritative=True),
            soa=self._soa,
            option=b"" if edns is None else render_option(Rcode.NOERROR, dnssec=edns.dnssec),
            size=STREAM_SIZE if stream else asked,
            query=query,
        )

    def _remember(self, raw: bytes, at: int, form: Form) -> None:
        if len(raw) - at > LONGEST_FORM:
            return
        if len(self._forms) >= MOST_FORMS:
            self._forms.clear()
        self._forms[raw[2:HEADER_LENGTH] + raw[at:]] = form

    def _renew(self) -> None:
        """Count on from the second of the last change; the forms hold the older serial."""
        self._changed = self._table.changed
        self._soa = render_soa(self._keeper, self._changed & 0xFFFF_FFFF)
        self._forms.clear()
