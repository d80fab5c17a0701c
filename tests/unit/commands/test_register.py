"""`pforte register` proves the register sound and shows what led to no ban."""

import json
import sqlite3

from pforte.bans.offence import Mode

KEYS = ["network", "at", "kind", "check", "address", "service", "source", "line", "evidence", "observed", "outcome", "why", "reference"]  # fmt: skip


def test_a_sound_register(run, seen, state):
    seen("192.0.2.7")
    answer = run("register", "check")
    assert (answer.code, answer.out) == (0, "var/register.sqlite is sound\n")
    answer = run("register", "check", "--json")
    assert (answer.code, answer.json) == (
        0,
        {"register": "var/register.sqlite", "sound": True, "problems": []},
    )


def test_what_is_not_sound_is_listed(run, seen, state):
    """Exit code 1, so that a timer can run the check."""
    reference = seen("192.0.2.7").ban.reference
    raw = sqlite3.connect(state / "register.sqlite")
    raw.execute("DELETE FROM journal")
    raw.execute("UPDATE bans SET until = until + 1")
    raw.commit()
    raw.close()
    answer = run("register", "check", "--json")
    assert (answer.code, answer.json["sound"], len(answer.json["problems"])) == (1, False, 3)
    answer = run("register", "check")
    assert answer.code == 1
    assert f"bans whose begin is not in the journal: {reference}" in answer.out
    assert "restore a backup" in answer.err


def test_a_register_that_is_not_there_is_not_called_sound(run, state):
    answer = run("register", "check")
    assert answer.code == 1
    assert "no register at var/register.sqlite" in answer.err
    assert not state.exists()


def test_a_file_that_is_no_register_is_an_error(run, state):
    state.mkdir()
    (state / "register.sqlite").write_bytes(b"no database at all" * 100)
    answer = run("register", "check")
    assert answer.code == 1
    assert "restore a backup" in answer.err


def test_offences_that_led_to_no_ban_are_seen(run, seen):
    """A check that only watches leaves no other trace than these."""
    ban = seen("192.0.2.7").ban
    seen("2001:db8::7", check="visit.trap", mode=Mode.WATCH)
    answer = run("register", "offences", "--json")
    assert [list(line) for line in answer.lines] == [KEYS, KEYS]
    assert [(line["network"], line["outcome"], line["reference"]) for line in answer.lines] == [
        ("2001:db8::/64", "watch", None),
        ("192.0.2.7/32", "ban", ban.reference),
    ]
    (line,) = run("register", "offences", "--json", "--check", "visit.trap").lines
    assert line["why"] == "the check only watches"
    (line,) = run("register", "offences", "--json", "--network", "192.0.2.0/24").lines
    assert line["address"] == "192.0.2.7"


def test_people_get_a_table_and_hear_of_more(run, seen):
    seen("192.0.2.7")
    seen("192.0.2.8")
    answer = run("register", "offences", "--limit", "1")
    heading, only = answer.out.splitlines()
    assert heading.split() == ["when", "address", "check", "became", "reference", "place"]
    assert only.split()[1:3] == ["192.0.2.8", "visit.sql-injection"]
    assert only.endswith("/var/log/nginx/access.log:42")
    assert "only the latest 1" in answer.err


def test_no_offences(run, state):
    answer = run("register", "offences")
    assert (answer.code, answer.out) == (0, "")
    assert "no offences" in answer.err


def test_a_bad_network_is_bad_usage(run, state):
    assert run("register", "offences", "--network", "192.0.2.1/8").code == 2


def test_evidence_of_others_is_harmless(run, seen):
    seen("192.0.2.7", source="/var/log/\x1b[2J.log", evidence=b"\xc2\x9b2J")
    for arguments in (("--json",), ()):
        assert run("register", "offences", *arguments).out.replace("\n", "").isprintable()
    assert json.loads(run("register", "offences", "--json").out)["evidence"] == "\x9b2J"
