"""`pforte status` answers in the shape that others script against."""

from datetime import UTC, datetime

import pytest

KEYS = ["ip", "network", "banned", "rung", "until", "reference", "exempt", "history"]


def test_the_keys_and_their_order_are_a_contract(run, seen):
    ban = seen("192.0.2.7").ban
    answer = run("status", "--json", "192.0.2.7")
    assert (answer.code, list(answer.json)) == (0, KEYS)
    assert answer.json | {"history": None} == {
        "ip": "192.0.2.7",
        "network": "192.0.2.7/32",
        "banned": True,
        "rung": 1,
        "until": ban.ends.isoformat().replace("+00:00", "Z"),
        "reference": ban.reference,
        "exempt": None,
        "history": None,
    }
    assert datetime.fromisoformat(answer.json["until"]).tzinfo is UTC


def test_the_history_tells_bans_and_offences(run, seen):
    seen("192.0.2.7")
    seen("192.0.2.7", check="visit.trap")
    (record,) = run("status", "--json", "192.0.2.7").json["history"]
    assert record["offences"] == {"visit.sql-injection": 1, "visit.trap": 1}
    assert (record["rung"], record["in_force"], record["lifted"]) == (1, True, None)


def test_an_unknown_address(run, seen):
    seen("192.0.2.7")
    answer = run("status", "--json", "2001:db8::7")
    assert answer.json == dict(
        zip(KEYS, ("2001:db8::7", "2001:db8::/64", False, None, None, None, None, []), strict=True)
    )


def test_v4_mapped_is_ipv4(run, seen):
    seen("192.0.2.7")
    assert run("status", "--json", "::ffff:192.0.2.7").json["banned"] is True


@pytest.mark.parametrize(("address", "why"), [("192.0.2.254", "default gateway"), ("127.0.0.1", "loopback")])
def test_who_is_exempt(run, state, address, why):
    assert run("status", "--json", address).json["exempt"] == why


def test_a_ban_of_who_is_exempt_by_now_is_no_refusal(run, seen):
    seen("192.0.2.7")
    out = run("--set", "exempt.networks=192.0.2.7", "status", "192.0.2.7").out
    assert "on rung 1, but let through: setting exempt.networks\n" in out
    assert "in force, but let through: setting exempt.networks" in out


def test_people_get_a_page(run, seen):
    ban = seen("192.0.2.7").ban
    out = run("status", "192.0.2.7").out
    assert f"reference  {ban.reference} (pforte explain {ban.reference} says why)" in out
    assert "visit.sql-injection" in out
    assert "\x1b" not in out


def test_people_hear_that_nobody_is_banned(run, seen):
    seen("192.0.2.7")
    assert run("status", "192.0.2.8").out == (
        "address  192.0.2.8\nnetwork  192.0.2.8/32\nbanned   no\nexempt   no\n"
    )


def test_before_anything_was_recorded(run, state):
    answer = run("status", "--json", "192.0.2.7")
    assert (answer.code, answer.json["banned"]) == (0, False)
    assert "no register at" in answer.err
    assert not state.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [("nonsense", "is not an IP address"), ("192.0.2.0/24", "for a network ask pforte bans --network")],
)
def test_other_texts_are_refused(run, text, said):
    answer = run("status", text)
    assert answer.code == 2
    assert said in answer.err
