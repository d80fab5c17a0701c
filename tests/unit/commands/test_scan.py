"""Which visits broke which rule: the keys are a contract, the words are for people."""

import io
import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from ipaddress import ip_address, ip_network

from hypothesis import given, settings
from hypothesis import strategies as st
from log_lines import AHREFS, GOOGLE, ZONE, line

from pforte.bans.offence import Kind, Mode, Offence
from pforte.clock import render_time
from pforte.commands import scan
from pforte.commands.scan import Lines, open_output, print_report

OFFENCE = Offence(
    network=ip_network("192.0.2.7/32"),
    address=ip_address("192.0.2.7"),
    kind=Kind.ATTACK,
    check="visit.secret-file",
    at=datetime(2026, 3, 2, 10, tzinfo=UTC),
    service="http",
    source="access.log",
    line=7,
    evidence=b'192.0.2.7 - - "GET /.env"',
)
ENV = line("192.0.2.7", "02/Mar/2026:10:00:01", "/.env", status=404)
PERSON = line("198.51.100.1", "02/Mar/2026:10:00:00", "/blog/")


def as_object(offence):
    return {
        "network": str(offence.network),
        "kind": offence.kind.value,
        "check": offence.check,
        "at": render_time(offence.at),
        "source": offence.source,
        "line": offence.line,
        "evidence": offence.evidence.decode("utf-8", "backslashreplace"),
    }


def test_the_contract(judge):
    """Others script against these keys, this order of them, and these exit codes."""
    result = judge("scan", "--json", lines=[PERSON, ENV])
    assert result.code == 0
    assert [list(each) for each in result.found] == [
        ["network", "kind", "check", "at", "source", "line", "evidence"]
    ]
    assert result.found[0] == {
        "network": "192.0.2.7/32",
        "kind": "attack",
        "check": "visit.secret-file",
        "at": "2026-03-02T10:00:01Z",
        "source": "access.log",
        "line": 2,
        "evidence": ENV.rstrip("\n"),
    }
    assert result.told[0]["lines"] == 2
    assert result.told[0]["lines_per_second"] > 0
    assert result.told[0]["offences"] == {"visit.secret-file": 1}
    assert "2 lines in " in result.err
    assert "          1  visit.secret-file\n" in result.err


def test_no_offence_is_no_error(judge):
    result = judge("scan", "--json", lines=[PERSON])
    assert (result.code, result.out) == (0, "")


def test_nothing_is_recorded(judge, state):
    judge("scan", lines=[ENV])
    assert not state.exists()


def test_people_read_who_did_what_how_often_and_the_proof(judge):
    other = line("2001:db8:1:2::9", "02/Mar/2026:10:00:09", "/.git/config")
    result = judge("scan", lines=[PERSON, ENV, ENV.replace(":01 ", ":02 "), other])
    assert result.out.splitlines() == [
        "192.0.2.7/32  visit.secret-file",
        "    2 times, first 2026-03-02T10:00:01Z, access.log:2",
        f"    {ENV.rstrip()}",
        "2001:db8:1:2::/64  visit.secret-file",
        "    once, 2026-03-02T10:00:09Z, access.log:4",
        f"    {other.rstrip()}",
    ]


def test_several_deeds_that_make_one_offence_are_all_named(judge):
    """One line of three is no proof of three."""
    doors = [
        line("192.0.2.7", f"02/Mar/2026:10:00:0{second}", path, status=404)
        for second, path in enumerate(("/wp-login.php", "/administrator/", "/admin.php?token=x"))
    ]
    result = judge("scan", lines=doors)
    assert result.out.splitlines() == [
        "192.0.2.7/32  visit.software-probe",
        "    3 different in 1h, the last 2026-03-02T10:00:02Z, access.log:3",
        "    3 in 1h: /wp-login.php, /administrator, /admin.php",
        f"    {doors[-1].rstrip()}",
    ]
    again = [entry.replace("10:00", "11:30") for entry in doors]
    shown = judge("scan", lines=doors + again).out.splitlines()
    assert shown[1] == "    2 times 3 different in 1h, first complete 2026-03-02T10:00:02Z, access.log:3"


def test_times_without_a_zone_take_the_given_one(judge):
    lines = [
        f"Mar  2 10:00:{n:02} mail sshd[311]: Invalid user adm{n} from 192.0.2.7 port 4002\n"
        for n in range(20)
    ]
    result = judge("scan", "--json", "--timezone", "Europe/Berlin", lines=lines)
    assert result.found[0]["check"] == "visit.ssh-unknown-user"
    assert "-03-02T09:00:" in result.found[0]["at"]


def test_a_crawler_is_held_to_the_given_robots_file(judge, state):
    (state.parent / "robots.txt").write_text("User-agent: *\nDisallow: /private/\n")
    lines = [
        line("192.0.2.8", "02/Mar/2026:10:00:00", "/public/", AHREFS),
        line("192.0.2.8", "02/Mar/2026:10:00:01", "/private/x", AHREFS),
        line("198.51.100.1", "02/Mar/2026:10:00:02", "/private/x"),
    ]
    result = judge("scan", "--json", "--robots", "robots.txt", lines=lines)
    assert [(each["check"], each["kind"], each["line"]) for each in result.found] == [
        ("visit.robots", "standards", 2)
    ]


CLAIMS = [
    line("66.249.66.1", "02/Mar/2026:10:00:00", agent=GOOGLE),
    line("192.0.2.66", "02/Mar/2026:10:00:01", agent=GOOGLE),
    ENV,
]


def test_a_claim_alone_is_no_offence(judge):
    """Without look-ups nobody knows which of them is Google."""
    result = judge("scan", "--json", lines=CLAIMS)
    assert [each["check"] for each in result.found] == ["visit.secret-file"]
    assert result.told[0]["claims"] == {"proven": 0, "forged": 0, "unknown": 2}
    assert "2  claims to be a crawler could not be checked (--dns)" in result.err


def test_who_may_be_a_crawler_is_marked_as_such(judge, state):
    """The report must not read as if a search engine would be banned."""
    (state.parent / "robots.txt").write_text("User-agent: *\nDisallow: /private/\n")
    lines = [line("66.249.66.1", "02/Mar/2026:10:00:00", "/private/x", GOOGLE)]
    result = judge("scan", "--robots", "robots.txt", lines=lines)
    shown = result.out.splitlines()
    assert shown[0] == "66.249.66.1/32  visit.robots, says it is Googlebot, which could not be checked"
    assert shown[2] == "    Disallow: /private/ (robots.txt:2)"


def test_a_resolver_without_reverse_names_is_doubted(judge, state):
    (state.parent / "empty-zone").write_text("www.example.org. 60 IN A 192.0.2.1\n")
    result = judge("scan", "--dns", "empty-zone", lines=CLAIMS)
    assert "does the resolver answer reverse questions (PTR)?" in result.err
    (state.parent / "zone").write_text(ZONE)
    assert "PTR" not in judge("scan", "--dns", "zone", lines=CLAIMS).err


def test_a_forged_claim_is_one(judge, state):
    (state.parent / "zone").write_text(ZONE)
    result = judge("scan", "--json", "--dns", "zone", lines=CLAIMS)
    assert [(each["network"], each["check"]) for each in result.found] == [
        ("192.0.2.66/32", "visit.impersonated-crawler"),
        ("192.0.2.7/32", "visit.secret-file"),
    ]
    assert result.told[0]["claims"] == {"proven": 1, "forged": 1, "unknown": 0}
    assert result.told[0]["offences"]["visit.impersonated-crawler"] == 1


def test_unreadable_files_do_not_keep_the_others_from_being_judged(judge, state):
    (state.parent / "odd.log").write_text("Dear diary,\n")
    result = judge("scan", "--json", "odd.log", "absent.log", lines=[ENV])
    assert result.code == 3
    assert len(result.found) == 1
    assert "error: odd.log: no known format reads these lines; the first is 'Dear diary,'" in result.err
    assert "error: absent.log: cannot be opened" in result.err
    assert list(result.told[0]["unread"]) == ["odd.log", "absent.log"]


ZONES = st.sampled_from([UTC, timezone(timedelta(hours=2))])
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=ZONES)  # noqa: DTZ001  as hypothesis asks


@settings(max_examples=60)
@given(
    st.binary(max_size=80),
    st.text(max_size=20).filter(lambda text: text.isprintable()),
    st.none() | st.integers(1, 10**9),
    MOMENTS,
    st.sampled_from(["192.0.2.7/32", "2001:db8::/64"]),
)
def test_lines_are_what_the_slow_way_would_give(evidence, source, number, at, network):
    offence = replace(
        OFFENCE, evidence=evidence, source=source, line=number, at=at, network=ip_network(network)
    )
    rendered = Lines().render(offence)
    assert json.loads(rendered) == as_object(offence)
    assert rendered.isascii()
    assert rendered.count(b"\n") == 1
    assert b"\x1b" not in rendered


def test_a_path_of_other_bytes_can_be_written():
    rendered = Lines().render(replace(OFFENCE, source="acc\udcffess.log"))
    assert json.loads(rendered)["source"] == "acc\\xffess.log"


def test_a_network_is_never_taken_for_another(monkeypatch):
    """Objects are told apart by their place in memory, which Python gives to others when they are gone."""
    monkeypatch.setattr(scan, "_NETWORKS", 3)
    lines = Lines()
    for number in range(200):
        network = ip_network(f"192.0.2.{number}/32")
        for _ in range(2):
            assert json.loads(lines.render(replace(OFFENCE, network=network)))["network"] == str(network)


def test_output_is_gathered_even_where_python_is_told_not_to(monkeypatch):
    class Raw(io.RawIOBase):
        def __init__(self):
            self.written = []

        def writable(self):
            return True

        def write(self, data):
            self.written.append(bytes(data))
            return len(data)

    raw = Raw()

    class Stdout:
        buffer = raw

        def flush(self):
            pass

    monkeypatch.setattr(sys, "stdout", Stdout())
    with open_output() as output:
        for _ in range(100):
            output.write(b"line\n")
    assert raw.written == [b"line\n" * 100]
    assert not raw.closed


def test_the_report_is_safe_for_a_terminal_and_bounded(capsys, monkeypatch):
    monkeypatch.setattr(scan, "ROWS", 2)
    offences = [
        replace(OFFENCE, evidence=b"\x1b[2J" + b"x" * 900),
        replace(OFFENCE, check="visit.not-found-storm", mode=Mode.WATCH, line=None),
        replace(OFFENCE, network=ip_network("192.0.2.8/32")),
        replace(OFFENCE, network=ip_network("192.0.2.9/32")),
        OFFENCE,
    ]
    print_report(offences, {})
    shown = capsys.readouterr().out.splitlines()
    assert shown[:2] == [
        "192.0.2.7/32  visit.secret-file",
        "    2 times, first 2026-03-02T10:00:00Z, access.log:7",
    ]
    assert shown[2].startswith(r"    \x1b[2Jxxx")
    assert shown[2].endswith(" more)")
    assert shown[3] == "192.0.2.7/32  visit.not-found-storm, which only watches"
    assert shown[4] == "    once, 2026-03-02T10:00:00Z, access.log"
    assert shown[-1] == "not listed: 2 offences of further networks; --json prints all"
