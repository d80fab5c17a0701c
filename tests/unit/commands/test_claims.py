"""A claim convicts nobody before it is proven wrong, and nobody waits for one look-up after the other."""

import asyncio
import threading
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network

import pytest
from log_lines import ZONE

from pforte.bans.offence import Kind, Offence
from pforte.commands import claims as module
from pforte.commands.claims import Claims, SilentResolver, open_resolver, settled
from pforte.dns.resolver import Answer, Status
from pforte.dns.zone_file import ZoneFileError, ZoneFileResolver
from pforte.robots.verification import Verification
from pforte.settings.table import DnsSettings
from pforte.visits.checks.impersonated_crawler import ID as IMPERSONATED

REAL, FORGER = "66.249.66.1", "192.0.2.66"


def offence(address=FORGER, check=IMPERSONATED, kind=Kind.ATTACK, claim="googlebot", line=1):
    return Offence(
        network=ip_network(address),
        address=ip_address(address),
        kind=kind,
        check=check,
        at=datetime(2026, 3, 2, 10, tzinfo=UTC),
        service="http",
        source="access.log",
        line=line,
        evidence=b"GET /",
        claim=claim,
    )


def settle(claims, *offences):
    with claims:
        return list(claims.settle(offences))


class Slow:
    """Answers when it is told to, and counts what it was asked."""

    def __init__(self):
        self.go = threading.Event()
        self.asked = []
        self.at_once = self.most_at_once = 0

    async def names(self, address):
        self.asked.append(address)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        while not self.go.is_set():  # noqa: ASYNC110  it is set from another thread
            await asyncio.sleep(0.001)
        self.at_once -= 1
        return Answer(status=Status.NONE)


@pytest.mark.parametrize(
    ("check", "kind", "found", "left", "exempt"),
    [
        (IMPERSONATED, Kind.ATTACK, Verification.FORGED, True, ""),
        (IMPERSONATED, Kind.ATTACK, Verification.PROVEN, False, ""),
        (IMPERSONATED, Kind.ATTACK, Verification.UNKNOWN, False, ""),
        ("visit.robots", Kind.STANDARDS, Verification.FORGED, True, ""),
        ("visit.robots", Kind.STANDARDS, Verification.PROVEN, True, "verified crawler Googlebot"),
        ("visit.robots", Kind.STANDARDS, Verification.UNKNOWN, True, "says it is Googlebot, which could not be checked"),
        ("visit.xss", Kind.ATTACK, Verification.FORGED, True, ""),
        ("visit.xss", Kind.ATTACK, Verification.PROVEN, True, "verified crawler Googlebot"),
        ("visit.xss", Kind.ATTACK, Verification.UNKNOWN, True, ""),
    ],
)  # fmt: skip
def test_what_an_offence_becomes(check, kind, found, left, exempt):
    result = settled(offence(check=check, kind=kind), found, excuse=True)
    assert (result is not None) == left
    if result is not None:
        assert result.exempt == exempt


@pytest.mark.parametrize("found", list(Verification))
def test_without_exemption_of_crawlers_only_the_bare_claim_needs_proof(found):
    robots = offence(check="visit.robots", kind=Kind.STANDARDS)
    assert settled(robots, found, excuse=False) is robots
    assert (settled(offence(), found, excuse=False) is None) == (found is not Verification.FORGED)


def test_the_zone_file_decides():
    claims = Claims(ZoneFileResolver(ZONE))
    left = settle(claims, offence(REAL), offence(FORGER), offence(REAL, "visit.robots", Kind.STANDARDS))
    assert [(str(each.address), each.check) for each in left] == [
        (FORGER, IMPERSONATED),
        (REAL, "visit.robots"),
    ]
    assert left[1].exempt == "verified crawler Googlebot"
    assert claims.found == {"proven": 2, "forged": 1, "named": 1, "nameless": 1}


def test_published_ranges_prove_without_any_look_up():
    claims = Claims(SilentResolver(), {"googlebot": [ip_network("66.249.66.0/27")]})
    robots = offence(REAL, "visit.robots", Kind.STANDARDS)
    assert [each.exempt for each in settle(claims, robots)] == ["verified crawler Googlebot"]
    # Google has domains too, so an address outside the lists is not known to be forged.
    assert settle(Claims(SilentResolver(), claims._ranges), offence(FORGER)) == []


def test_published_ranges_convict_where_they_are_all_there_is():
    claims = Claims(SilentResolver(), {"gptbot": [ip_network("198.51.100.0/27")]})
    assert len(settle(claims, offence(FORGER, claim="gptbot"))) == 1


def test_the_silent_resolver_knows_nothing():
    async def ask(resolver):
        return (
            await resolver.names(ip_address(REAL)),
            await resolver.addresses("localhost"),
            await resolver.records("localhost", "MX"),
        )

    assert {answer.status for answer in asyncio.run(ask(SilentResolver()))} == {Status.TROUBLE}


def test_order_is_kept_while_answers_are_waited_for():
    """The offence behind one that waits is printed behind it, and each visitor is asked about once."""
    slow = Slow()
    offences = [offence(line=1), offence(check="visit.xss", claim="", line=2), offence(line=3)]

    def given():
        yield from offences
        slow.go.set()  # only now: nobody waited for the answer to the first line

    with Claims(slow) as claims:
        assert [each.line for each in claims.settle(given())] == [1, 2, 3]
    assert len(slow.asked) == 1


def test_a_bounded_number_of_offences_waits(monkeypatch):
    monkeypatch.setattr(module, "WAITING", 3)
    slow = Slow()
    taken = []

    def given():
        for number in range(8):
            taken.append(number)
            if len(taken) == 4:
                threading.Timer(0.01, slow.go.set).start()
            yield offence(line=number)

    with Claims(slow) as claims:
        settling = claims.settle(given())
        assert next(settling).line == 0
        assert len(taken) == 4
        assert [each.line for each in settling] == [1, 2, 3, 4, 5, 6, 7]


def test_look_ups_run_beside_each_other_within_a_bound(monkeypatch):
    monkeypatch.setattr(module, "AT_ONCE", 4)
    slow = Slow()

    def given():
        yield from (offence(f"192.0.2.{number}") for number in range(10))
        while slow.at_once < 4:
            pass
        slow.go.set()

    with Claims(slow) as claims:
        assert len(list(claims.settle(given()))) == 10
    assert slow.most_at_once == 4


def test_old_answers_leave_first(monkeypatch):
    monkeypatch.setattr(module, "REMEMBERED", 2)
    slow = Slow()
    slow.go.set()
    visitors = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.3", "192.0.2.1"]
    assert len(settle(Claims(slow), *map(offence, visitors))) == 5
    assert [str(address) for address in slow.asked] == ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.1"]


def test_what_is_asked_is_given_up_at_the_end():
    """Ctrl-C must not wait for a name server that never answers."""
    before = threading.active_count()

    def given():
        yield from (offence(), offence("192.0.2.67"))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Claims(Slow()) as claims:
        list(claims.settle(given()))
    assert threading.active_count() == before


def test_the_option_names_a_resolver(tmp_path):
    zone = tmp_path / "zone"
    zone.write_text(ZONE)
    assert isinstance(open_resolver("none", DnsSettings()), SilentResolver)
    assert isinstance(open_resolver(str(zone), DnsSettings()), ZoneFileResolver)
    system = open_resolver("system", DnsSettings(servers=("127.0.0.1",), port=5))
    assert type(system).__name__ == "NetworkResolver"
    with pytest.raises(ZoneFileError, match="cannot be read"):
        open_resolver(str(tmp_path / "none"), DnsSettings())
