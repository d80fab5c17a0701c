"""Bouncers pull by a key of which only the digest is kept, and the register knows when each last did."""

from datetime import timedelta
from ipaddress import ip_address

import pytest

from pforte.net.addresses import parse_network
from pforte.register import Order, Pardon, Pull, RefusedError, Register
from pforte.register.bouncers import PULLS_KEPT

HERE, THERE = ip_address("127.0.0.1"), ip_address("2001:db8::7")


def pull(clock, bouncer="edge", address=HERE, agent="crowdsec-firewall-bouncer/v0.0.34"):
    return Pull(bouncer=bouncer, address=address, agent=agent, pulled=clock.now())


def test_a_bouncer_is_added_listed_and_removed(register, clock):
    register.add_bouncer("web", "ab")
    register.add_bouncer("edge", "cd")
    assert [(one.name, one.made) for one in register.bouncers()] == [
        ("edge", clock.now()),
        ("web", clock.now()),
    ]
    assert register.bouncer_digests() == {"ab": "web", "cd": "edge"}
    register.save_pulls([pull(clock)])
    assert register.remove_bouncer("edge")
    assert not register.remove_bouncer("edge")
    assert register.pulls() == []
    assert register.bouncer_digests() == {"ab": "web"}


@pytest.mark.parametrize(("name", "digest", "said"), [("edge", "cd", "there is"), ("web", "ab", "its key")])
def test_a_name_and_a_key_stand_for_one_bouncer(register, name, digest, said):
    register.add_bouncer("edge", "ab")
    with pytest.raises(RefusedError, match=f"{said}.* edge already"):
        register.add_bouncer(name, digest)


def test_each_address_of_a_bouncer_has_its_last_pull(register, clock):
    register.add_bouncer("edge", "ab")
    register.save_pulls([pull(clock), pull(clock, address=THERE, agent="x" * 300 + "\0")])
    clock.move(timedelta(seconds=10))
    register.save_pulls([pull(clock, agent="new/1")])
    found = register.pulls()
    assert [(one.address, one.agent[:5]) for one in found] == [(HERE, "new/1"), (THERE, "xxxxx")]
    assert len(found[1].agent) == 200
    assert found[0].pulled == clock.now()


def test_pulls_of_a_bouncer_removed_meanwhile_are_dropped_and_old_ones_forgotten(register, clock):
    register.add_bouncer("edge", "ab")
    register.save_pulls([pull(clock), pull(clock, bouncer="gone")])
    assert [one.bouncer for one in register.pulls()] == ["edge"]
    clock.move(PULLS_KEPT + timedelta(seconds=1))
    register.save_pulls([])
    assert register.pulls() == []


def test_what_changed_since_a_moment(register, clock):
    """Who was away learns what ended and what was decided, and nothing older."""

    def ban(network, hours):
        order = Order(network=network, rung=1, span=timedelta(hours=hours), reason="r", who="w")
        return register.ban(order)

    old = ban(parse_network("192.0.2.1"), 1)
    over = ban(parse_network("192.0.2.2"), 3)
    ban(parse_network("192.0.2.3"), 99)
    lifted = ban(parse_network("192.0.2.4"), 99)
    clock.move(timedelta(hours=2))
    since = clock.now()
    clock.move(timedelta(hours=2))
    fresh = ban(parse_network("192.0.2.5"), 9)
    register.lift(Pardon(target=lifted.network, reason="r", who="w"))
    found = register.changed_bans(since, 10)
    assert [one.network for one in found] == [fresh.network, lifted.network, over.network]
    assert found[1].lifted == clock.now()
    assert register.changed_bans(since, 1) == found[:1]
    assert old.network not in {one.network for one in found}


def test_a_register_from_before_there_were_bouncers_is_taken_over(url, clock, record, register, step_back):
    filed = record("192.0.2.1").filed[0]
    step_back("0002")
    with Register.open(url, clock) as again:
        again.add_bouncer("edge", "ab")
        assert again.case(filed.ban.reference).ban == filed.ban
