"""The ladder in the time of the lines: what would have been, without touching the register."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network

from log_lines import AHREFS, GOOGLE, ZONE, line

from pforte.bans.exemption import Exemptions
from pforte.bans.offence import Kind, Mode, Offence
from pforte.commands.replay import spare

CLIENT = "192.0.2.7"
OFFENCE = Offence(
    network=ip_network("192.0.2.7/32"),
    address=ip_address("192.0.2.7"),
    kind=Kind.ATTACK,
    check="visit.secret-file",
    at=datetime(2026, 3, 2, 10, tzinfo=UTC),
    service="http",
    source="access.log",
    line=7,
    evidence=b"GET /.env",
)


def probe(time, client=CLIENT, agent=None):
    return line(client, time, "/.env", **({"agent": agent} if agent else {}))


LADDER = [
    probe("02/Mar/2026:10:00:00"),
    probe("02/Mar/2026:10:30:00"),  # inside the hour: kept out
    probe("02/Mar/2026:12:00:00"),  # an hour after the release: repeated within a day
    probe("05/Mar/2026:09:00:00"),  # inside the week
    probe("10/Mar/2026:12:00:00"),  # a day after the release: repeated within a week
    probe("01/May/2026:12:00:00"),  # 22 days after the release: repeated within a month
]


def rungs(result):
    return [(each["rung"], each["starts"], each["ends"], each["offences"]) for each in result.found]


def test_the_contract_and_the_ladder_over_weeks(judge, state):
    result = judge("replay", "--json", lines=LADDER)
    assert result.code == 0
    assert [list(each) for each in result.found] == [
        ["network", "rung", "starts", "ends", "offences", "checks"]
    ] * 4
    assert rungs(result) == [
        (1, "2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z", 2),
        (2, "2026-03-02T12:00:00Z", "2026-03-09T12:00:00Z", 2),
        (3, "2026-03-10T12:00:00Z", "2026-04-09T12:00:00Z", 1),
        (4, "2026-05-01T12:00:00Z", "2027-05-01T12:00:00Z", 1),
    ]
    assert {each["network"] for each in result.found} == {"192.0.2.7/32"}
    assert result.found[0]["checks"] == ["visit.secret-file"]
    assert result.told[0]["offences"] == {"visit.secret-file": 6}
    assert not state.exists()


def test_bans_come_in_order_of_their_starts_whatever_the_order_of_files(judge, state):
    (state.parent / "older.log").write_text(probe("01/Mar/2026:10:00:00", "192.0.2.9"))
    result = judge("replay", "--json", lines=[probe("02/Mar/2026:10:00:00")])
    both = judge("replay", "--json", "access.log", "older.log")
    assert [each["network"] for each in both.found] == ["192.0.2.9/32", "192.0.2.7/32"]
    assert both.found[1:] == result.found


def test_a_prefix_with_an_exempt_network_is_not_shut_out_as_a_whole(judge):
    """As the service does it."""
    lines = [probe(f"02/Mar/2026:10:0{number}:00", f"2001:db8:0:{number}::7") for number in range(4)]
    whole = {each["network"] for each in judge("replay", "--json", lines=lines).found}
    assert "2001:db8::/56" in whole
    before = ("--set", 'exempt.networks=["2001:db8:0:9::/64"]')
    spared = judge("replay", "--json", lines=lines, before=before)
    assert {each["network"] for each in spared.found} == whole - {"2001:db8::/56"}


def test_people_read_a_table(judge):
    result = judge("replay", lines=LADDER[:3])
    assert result.out.splitlines() == [
        "network       rung  from                  until                 offences",
        "192.0.2.7/32  1     2026-03-02T10:00:00Z  2026-03-02T11:00:00Z  2: visit.secret-file",
        "192.0.2.7/32  2     2026-03-02T12:00:00Z  2026-03-09T12:00:00Z  1: visit.secret-file",
    ]
    assert "3 lines in " in result.err


def test_no_ban_is_said(judge):
    result = judge("replay", lines=[line("198.51.100.1", "02/Mar/2026:10:00:00")])
    assert (result.code, result.out) == (0, "")
    assert "note: no bans" in result.err


def test_an_unreadable_file_is_told_by_the_exit_code(judge):
    result = judge("replay", "--json", "absent.log", lines=LADDER)
    assert result.code == 3
    assert len(result.found) == 4


def test_the_regulation_of_the_settings_is_tried(judge):
    result = judge(
        "replay",
        "--json",
        lines=LADDER[:3],
        before=("--set", 'regulation.durations=["3h", "7d", "30d", "365d"]'),
    )
    assert rungs(result) == [(1, "2026-03-02T10:00:00Z", "2026-03-02T13:00:00Z", 3)]


def test_who_is_exempt_is_never_banned(judge):
    lines = [
        probe("02/Mar/2026:10:00:00", client)
        for client in (CLIENT, "192.0.2.200", "127.0.0.1", "203.0.113.5")
    ]
    result = judge("replay", "--json", lines=lines, before=("--set", 'exempt.networks=["203.0.113.0/24"]'))
    assert [each["network"] for each in result.found] == ["192.0.2.7/32"]
    assert result.told[0]["spared"] == {"own address": 1, "loopback": 1, "setting exempt.networks": 1}
    assert "1  offence led to no ban: own address" in result.err


def test_a_check_that_only_watches_bans_nobody(judge):
    result = judge("replay", "--json", lines=LADDER, before=("--set", 'check."visit.secret-file".mode=watch'))
    assert result.found == []
    assert result.told[0]["spared"] == {"visit.secret-file only watches": 6}


def test_a_shared_network_stays_on_a_low_rung(judge):
    lines = [each.replace(CLIENT, "100.64.0.9") for each in LADDER]
    assert [each["rung"] for each in judge("replay", "--json", lines=lines).found] == [1, 2, 2, 1]


CRAWLERS = [
    line("66.249.66.1", "02/Mar/2026:10:00:00", "/private/", GOOGLE),
    line("192.0.2.66", "02/Mar/2026:10:00:01", "/private/", GOOGLE),
    line("192.0.2.67", "02/Mar/2026:10:00:02", "/private/", AHREFS),
    probe("02/Mar/2026:10:00:03", "192.0.2.68", GOOGLE),
    probe("02/Mar/2026:10:00:04", "66.249.66.1", GOOGLE),
]


def test_a_claim_that_nobody_checked_excuses_a_crawler_and_no_attacker(judge, state):
    (state.parent / "robots.txt").write_text("User-agent: *\nDisallow: /private/\n")
    result = judge("replay", "--json", "--robots", "robots.txt", lines=CRAWLERS)
    assert [(each["network"], each["checks"]) for each in result.found] == [
        ("192.0.2.67/32", ["visit.robots"]),
        ("192.0.2.68/32", ["visit.secret-file"]),
        ("66.249.66.1/32", ["visit.secret-file"]),
    ]
    assert result.told[0]["spared"] == {"says it is Googlebot, which could not be checked": 2}


def test_look_ups_tell_the_crawler_from_the_forger(judge, state):
    (state.parent / "robots.txt").write_text("User-agent: *\nDisallow: /private/\n")
    (state.parent / "zone").write_text(ZONE)
    enforced = ("--set", 'check."visit.impersonated-crawler".mode=enforce')
    result = judge(
        "replay", "--json", "--robots", "robots.txt", "--dns", "zone", lines=CRAWLERS, before=enforced
    )
    banned = {each["network"]: each["checks"] for each in result.found}
    assert "66.249.66.1/32" not in banned  # proven, so not even an attack bans it (R0)
    assert banned["192.0.2.66/32"] == ["visit.impersonated-crawler", "visit.robots"]
    assert "visit.secret-file" in banned["192.0.2.68/32"]
    assert result.told[0]["spared"]["verified crawler Googlebot"] == 2


def test_evidence_is_let_go_and_every_reason_counted():
    """A long log of attacks must fit into memory."""
    spared = Counter()
    exemptions = Exemptions([(ip_network("192.0.2.8/32"), "setting exempt.networks")])
    offences = [
        OFFENCE,
        replace(OFFENCE, address=ip_address("192.0.2.8"), exempt="verified crawler Googlebot"),
        replace(OFFENCE, exempt="verified crawler Googlebot"),
        replace(OFFENCE, mode=Mode.WATCH),
        replace(OFFENCE, mode=Mode.WATCH, exempt="loopback"),
    ]
    left = list(spare(offences, exemptions, spared))
    assert [each.evidence for each in left] == [b""] * 5
    assert [each.exempt for each in left] == [
        "", "setting exempt.networks", "verified crawler Googlebot", "", "loopback",
    ]  # fmt: skip
    assert spared == {
        "setting exempt.networks": 1,
        "verified crawler Googlebot": 1,
        "visit.secret-file only watches": 1,
        "loopback": 1,
    }
