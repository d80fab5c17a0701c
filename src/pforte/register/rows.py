"""Bans and offences as rows of the tables, and back."""

from collections.abc import Sequence
from sys import intern
from typing import Any

from sqlalchemy import ColumnElement

from pforte.bans.ban import Ban, Origin, Reach
from pforte.bans.offence import Kind, Mode, Offence
from pforte.register.encoding import (
    decode_address,
    decode_moment,
    decode_network,
    encode_address,
    encode_moment,
    encode_network,
    storable,
)
from pforte.register.schema import BANS, OFFENCES

ORIGINS = {origin.value: origin for origin in Origin}
REACHES = {reach.value: reach for reach in Reach}
KINDS = {kind.value: kind for kind in Kind}
MODES = {mode.value: mode for mode in Mode}

BAN_COLUMNS: tuple[ColumnElement[Any], ...] = (
    BANS.c.network,
    BANS.c.rung,
    BANS.c.starts,
    BANS.c.ends,
    BANS.c.reference,
    BANS.c.reason,
    BANS.c.origin,
    BANS.c.reach,
    BANS.c.lifted,
    BANS.c.amnesty,
    BANS.c.act,
)
"""The columns that :func:`ban_of` reads, in its order."""

OFFENCE_COLUMNS: tuple[ColumnElement[Any], ...] = (
    OFFENCES.c.network,
    OFFENCES.c.address,
    OFFENCES.c.kind,
    OFFENCES.c.check_id,
    OFFENCES.c.at,
    OFFENCES.c.service,
    OFFENCES.c.source,
    OFFENCES.c.line,
    OFFENCES.c.evidence,
    OFFENCES.c.mode,
    OFFENCES.c.claim,
    OFFENCES.c.exempt,
    OFFENCES.c.act,
    OFFENCES.c.observed,
)
"""The columns that :func:`offence_of` reads, in its order."""


def ban_values(ban: Ban) -> dict[str, Any]:
    """Return the row of a ban, without its number."""
    return {
        "network": encode_network(ban.network),
        "reference": ban.reference,
        "reason": storable(ban.reason),
        "origin": ban.origin.value,
        "reach": ban.reach.value,
        "act": storable(ban.act),
        **changeable_values(ban),
        "until": encode_moment(ban.effective_end()),
    }


def changeable_values(ban: Ban) -> dict[str, Any]:
    """Return the columns of a ban that a decision may change; the journal keeps them as they stood after it."""
    return {
        "rung": ban.rung,
        "starts": encode_moment(ban.starts),
        "ends": encode_moment(ban.ends),
        "lifted": None if ban.lifted is None else encode_moment(ban.lifted),
        "amnesty": ban.amnesty,
    }


def ban_of(row: Sequence[Any]) -> Ban:
    """Make the ban of a row that begins with ``BAN_COLUMNS``."""
    network, rung, starts, ends, reference, reason, origin, reach, lifted, amnesty, act = row[:11]
    return Ban(
        network=decode_network(network),
        rung=rung,
        starts=decode_moment(starts),
        ends=decode_moment(ends),
        reference=reference,
        reason=intern(reason),  # mostly one of few slugs: 100,000 bans share the text
        origin=ORIGINS[origin],
        reach=REACHES[reach],
        lifted=None if lifted is None else decode_moment(lifted),
        amnesty=bool(amnesty),
        act=act,
    )


def offence_values(offence: Offence) -> dict[str, Any]:
    """Return the columns of an offence that it brings itself."""
    return {
        "network": encode_network(offence.network),
        "address": encode_address(offence.address),
        "kind": offence.kind.value,
        "check_id": storable(offence.check),
        "at": encode_moment(offence.at),
        "service": storable(offence.service),
        "source": storable(offence.source),
        "line": offence.line,
        "evidence": offence.evidence,
        "mode": offence.mode.value,
        "claim": storable(offence.claim),
        "exempt": storable(offence.exempt),
        "act": storable(offence.act),
        "observed": storable(offence.observed),
    }


def offence_of(row: Sequence[Any]) -> Offence:
    """Make the offence of a row that begins with ``OFFENCE_COLUMNS``."""
    own = row[: len(OFFENCE_COLUMNS)]
    network, address, kind, check, at, service, source, line, evidence, mode, claim, exempt, act, observed = (
        own
    )
    return Offence(
        network=decode_network(network),
        address=decode_address(address),
        kind=KINDS[kind],
        check=check,
        at=decode_moment(at),
        service=service,
        source=source,
        line=line,
        evidence=bytes(evidence),
        mode=MODES[mode],
        claim=claim,
        exempt=exempt,
        act=act,
        observed=observed,
    )
