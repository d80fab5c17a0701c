"""Whoever pulls ends up with exactly what is shut out, whatever happened between two pulls."""

import json
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address, ip_network
from types import SimpleNamespace

import pytest
from bouncer_house import FIREWALL, HAPROXY, NOON, TRAEFIK, House, Store, ban_of
from hypothesis import given, settings
from hypothesis import strategies as st

from pforte.bans.ban import Action
from pforte.gates.crowdsec import board
from pforte.net.addresses import parse_network


def test_news_come_once(house):
    house.decide(ban_of("192.0.2.1"), ban_of("198.51.100.0/24", 2))
    assert house.pull("startup=true") == ({"192.0.2.1": "1h0m0s", "198.51.100.0/24": "2h0m0s"}, [])
    assert house.pull() == ({}, [])
    house.decide(ban_of("192.0.2.2"))
    assert house.pull() == ({"192.0.2.2": "1h0m0s"}, [])
    assert house.pull("startup=false") == ({}, [])


def test_a_lift_is_told_with_a_time_that_is_over(house):
    ban = ban_of("192.0.2.1")
    house.decide(ban)
    house.pull("startup=true")
    house.move(seconds=5)
    house.lift(ban)
    assert b'{"duration":"-1s"' in house.ask("/v1/decisions/stream").body
    house.decide(ban)
    house.pull("startup=true")
    house.lift(ban)
    house.move(seconds=90)
    assert b'{"duration":"-1m30s"' in house.ask("/v1/decisions/stream").body


def test_an_end_by_itself_is_told_once(house):
    """Caddy's and HAProxy's bouncers count no time: they hold a value until they are told to let go."""
    house.decide(ban_of("192.0.2.1"))
    house.pull("startup=true")
    house.move(hours=1, seconds=2)
    assert house.pull() == ({}, ["192.0.2.1"])
    assert house.pull() == ({}, [])


@pytest.mark.parametrize(
    ("agent", "taken_out"),
    [(FIREWALL, ["192.0.2.1"]), (TRAEFIK, []), (HAPROXY, []), ("crowdsec-nginx-bouncer/v1", [])],
)
def test_a_longer_ban_is_new_and_taken_out_before_only_where_it_would_be_passed_over(house, agent, taken_out):
    """Traefik's and HAProxy's put in and then take out: told both, they would let the network in."""
    house.decide(ban_of("192.0.2.1"))
    house.pull("startup=true", agent)
    house.decide(ban_of("192.0.2.1", 168), action=Action.EXTEND)
    assert house.pull("", agent) == ({"192.0.2.1": "168h0m0s"}, taken_out)
    assert house.pull("", agent) == ({}, [])


def test_a_second_longer_ban_is_a_longer_ban(house):
    house.decide(ban_of("192.0.2.1"))
    house.pull("startup=true")
    house.decide(ban_of("192.0.2.1", 3, reference="PF-2"))
    assert house.pull() == ({"192.0.2.1": "3h0m0s"}, ["192.0.2.1"])
    house.decide(ban_of("192.0.2.1", 2, reference="PF-3"))
    assert house.pull() == ({}, [])


def test_the_end_of_a_shorter_ban_is_not_told_while_a_longer_one_stands(house):
    short, long = ban_of("192.0.2.1"), ban_of("192.0.2.1", 3, reference="PF-2")
    house.decide(short, long)
    house.pull("startup=true", TRAEFIK)
    house.lift(short)
    house.move(hours=2)
    assert house.pull("", TRAEFIK) == ({}, [])
    house.lift(long)
    assert house.pull("", TRAEFIK) == ({}, ["192.0.2.1"])


def test_the_lift_of_the_longer_of_two_leaves_the_shorter(house):
    short, long = ban_of("192.0.2.1"), ban_of("192.0.2.1", 3, reference="PF-2")
    house.decide(short, long)
    house.pull("startup=true")
    house.lift(long)
    assert house.pull() == ({"192.0.2.1": "1h0m0s"}, ["192.0.2.1"])


def test_what_came_and_went_between_two_pulls_is_taken_out_in_case(house):
    house.pull("startup=true")
    ban = ban_of("192.0.2.1")
    house.decide(ban)
    house.lift(ban)
    assert house.pull() == ({}, ["192.0.2.1"])


def test_what_went_and_came_between_two_pulls_is_taken_out_first_by_the_firewall(house):
    ban = ban_of("192.0.2.1")
    house.decide(ban)
    house.pull("startup=true", FIREWALL)
    house.pull("startup=true", TRAEFIK, address="127.0.0.2")
    house.lift(ban)
    house.decide(ban_of("192.0.2.1", 5, reference="PF-2"))
    assert house.pull() == ({"192.0.2.1": "5h0m0s"}, ["192.0.2.1"])
    assert house.pull("", TRAEFIK, address="127.0.0.2") == ({"192.0.2.1": "5h0m0s"}, [])


def test_a_new_ban_is_not_taken_out(house):
    """The firewall bouncer would ask its kernel for an element that is not there."""
    house.pull("startup=true")
    house.decide(ban_of("192.0.2.1"))
    house.decide(ban_of("192.0.2.1", 2), action=Action.EXTEND)
    assert house.pull() == ({"192.0.2.1": "2h0m0s"}, [])


def test_each_address_of_a_key_has_a_position_of_its_own(house):
    house.decide(ban_of("192.0.2.1"))
    assert house.pull("startup=true", address="10.0.0.1")[0]
    assert house.pull("startup=true", address="10.0.0.2")[0]
    house.decide(ban_of("192.0.2.2"))
    for address in ("10.0.0.1", "10.0.0.2"):
        assert house.pull(address=address)[0] == {"192.0.2.2": "1h0m0s"}
        assert house.pull(address=address) == ({}, [])


def test_who_never_pulled_is_told_everything(house):
    ban = ban_of("192.0.2.2")
    house.decide(ban_of("192.0.2.1"), ban)
    house.lift(ban)
    assert house.pull("", TRAEFIK) == ({"192.0.2.1": "1h0m0s"}, ["192.0.2.2"])


def test_the_firewall_that_nobody_remembers_is_told_to_take_out_all_that_it_may_hold(house):
    """It may hold any of them with an earlier end."""
    house.decide(ban_of("192.0.2.1"))
    assert house.pull() == ({"192.0.2.1": "1h0m0s"}, ["192.0.2.1"])
    assert house.pull() == ({}, [])


def test_who_starts_is_told_to_take_out_what_it_may_have_kept(house):
    """The cache of the nginx bouncer outlives a reload: what ended early would stay in it until its stated end."""
    lifted = ban_of("192.0.2.1", 5)
    house.decide(lifted, ban_of("192.0.2.2"))
    house.lift(lifted)
    house.move(hours=2)
    assert house.pull("startup=true", TRAEFIK) == ({}, ["192.0.2.1"])
    house.move(hours=4)
    assert house.pull("startup=true", TRAEFIK) == ({}, [])


def test_long_bans_are_told_the_firewall_again(house):
    """An ipset holds an element for 24.85 days at most; Debian's bouncer cuts longer times to that."""
    house.decide(ban_of("192.0.2.1", 24 * 40), ban_of("192.0.2.2", 24 * 20))
    for agent, address in ((FIREWALL, "127.0.0.1"), (TRAEFIK, "127.0.0.2")):
        house.pull("startup=true", agent, address=address)
    house.move(days=13)
    assert house.pull() == ({}, [])
    house.move(days=1)
    assert house.pull() == ({"192.0.2.1": "624h0m0s"}, ["192.0.2.1"])
    assert house.pull("", TRAEFIK, address="127.0.0.2") == ({}, [])
    assert house.pull() == ({}, [])


def test_the_firewall_that_starts_is_told_to_take_out_what_lasts_longer_than_at_first(house):
    """Its table may have outlived it, with the time that it was told before."""
    house.decide(ban_of("192.0.2.1"), ban_of("192.0.2.2"))
    house.decide(ban_of("192.0.2.2", 2), action=Action.EXTEND)
    assert house.pull("startup=true") == ({"192.0.2.1": "1h0m0s", "192.0.2.2": "2h0m0s"}, ["192.0.2.2"])


def test_exempt_networks_are_cut_out():
    house = House(exempt=["192.0.2.128/25"])
    house.load(ban_of("192.0.2.0/24"), ban_of("192.0.2.200"), ban_of("192.0.2.7"))
    assert house.pull("startup=true") == ({"192.0.2.0/25": "1h0m0s", "192.0.2.7": "1h0m0s"}, [])
    assert house.gate.entries() == 2


def test_a_new_exemption_takes_out_and_its_end_puts_in(house):
    house.decide(ban_of("192.0.2.0/24"), ban_of("192.0.2.7"))
    house.pull("startup=true", TRAEFIK)
    house.gate.exempt([parse_network("192.0.2.0/25")], house.clock.now())
    new, gone = house.pull("", TRAEFIK)
    assert (new, sorted(gone)) == ({"192.0.2.128/25": "1h0m0s"}, ["192.0.2.0/24", "192.0.2.7"])
    house.gate.exempt([parse_network("192.0.2.0/25")], house.clock.now())
    assert house.pull("", TRAEFIK) == ({}, [])
    house.gate.exempt([], house.clock.now())
    new, gone = house.pull("", TRAEFIK)
    assert (sorted(new), gone) == (["192.0.2.0/24", "192.0.2.7"], ["192.0.2.128/25"])


def test_a_piece_that_is_banned_by_itself_lasts_as_long_as_the_longer():
    house = House(exempt=["192.0.2.0/25"])
    whole, piece = ban_of("192.0.2.0/24", 2), ban_of("192.0.2.128/25")
    house.load(whole, piece)
    assert house.pull("startup=true")[0] == {"192.0.2.128/25": "2h0m0s"}
    house.lift(whole)
    assert house.pull()[0] == {"192.0.2.128/25": "1h0m0s"}
    house.lift(piece)
    assert house.pull() == ({}, ["192.0.2.128/25"])
    assert house.gate.board._owners == {}


def test_loading_again_tells_only_what_differs(house):
    house.decide(ban_of("192.0.2.1"), ban_of("192.0.2.2"))
    house.pull("startup=true", TRAEFIK)
    house.load(ban_of("192.0.2.1"), ban_of("192.0.2.3"))
    assert house.pull("", TRAEFIK) == ({"192.0.2.3": "1h0m0s"}, ["192.0.2.2"])


def test_changes_are_forgotten_and_who_missed_them_is_told_everything(house, monkeypatch):
    monkeypatch.setattr(board, "CHANGES_KEPT", 3)
    house.decide(ban_of("192.0.2.1"))
    house.pull("startup=true", TRAEFIK)
    house.decide(*(ban_of(f"192.0.2.{n}") for n in range(2, 6)))
    assert len(house.gate.board._changes) == 3
    assert sorted(house.pull("", TRAEFIK)[0]) == [f"192.0.2.{n}" for n in range(1, 6)]
    house.decide(ban_of("192.0.2.6"))
    assert house.pull("", TRAEFIK) == ({"192.0.2.6": "1h0m0s"}, [])
    house.move(days=8)
    house.move(days=8)
    assert house.gate.board._changes == {}
    assert house.gate.board._gone == {}


class TestRestart:
    """The service was away; bouncers go on pulling as if nothing had been."""

    def house(self, pulled, changed, *bans, agent=FIREWALL):
        pull = SimpleNamespace(bouncer="edge", address=ip_address("127.0.0.1"), pulled=pulled, agent=agent)
        house = House(store=Store(known=[pull], changed=list(changed)))
        house.load(*bans)
        return house

    def test_what_changed_meanwhile_is_told(self):
        ended = replace(ban_of("192.0.2.1", 5), lifted=NOON - timedelta(minutes=1))
        longer = ban_of("192.0.2.2", 9)
        house = self.house(NOON - timedelta(minutes=5), [ended, longer], longer, ban_of("192.0.2.3"))
        new, gone = house.pull()
        assert new == {"192.0.2.2": "9h0m0s", "192.0.2.3": "1h0m0s"}
        assert sorted(gone) == ["192.0.2.1", "192.0.2.2"]
        assert house.store.asked == [(NOON - timedelta(minutes=6), board.CHANGES_KEPT)]
        assert house.pull() == ({}, [])

    def test_others_are_not_told_to_take_out_what_stands(self):
        longer = ban_of("192.0.2.2", 9)
        house = self.house(NOON, [longer], longer, agent=TRAEFIK)
        assert house.pull("", TRAEFIK) == ({"192.0.2.2": "9h0m0s"}, [])

    def test_what_was_known_to_have_ended_is_not_told_again(self):
        ended = replace(ban_of("192.0.2.1"), lifted=NOON - timedelta(hours=3))
        house = self.house(NOON - timedelta(minutes=5), [ended])
        assert house.pull() == ({}, [])

    def test_what_was_decided_after_the_bans_were_read_comes_as_a_decision(self):
        fresh = ban_of("192.0.2.1")
        house = self.house(NOON, [fresh])
        assert house.pull("", TRAEFIK) == ({}, [])
        house.decide(fresh)
        assert house.pull("", TRAEFIK) == ({"192.0.2.1": "1h0m0s"}, [])

    def test_after_a_week_nothing_is_looked_up(self):
        house = self.house(NOON - timedelta(days=8), [])
        assert house.store.asked == []


class Firewall:
    """Takes out, then puts in; a value that it holds is passed over; a value goes at its time."""

    agent = FIREWALL
    takes_out_first = True
    counts_time = True
    deaf = True

    def __init__(self, house, address):
        self.house, self.address, self.held = house, address, {}

    def pull(self, query=""):
        told = self.house.ask(f"/v1/decisions/stream?{query}", self.agent, address=self.address).body
        steps = [self.take_out, self.put_in] if self.takes_out_first else [self.put_in, self.take_out]
        for step in steps:
            step(json.loads(told))

    def take_out(self, told):
        for one in told["deleted"]:
            self.held.pop(one["value"], None)

    def put_in(self, told):
        for one in told["new"]:
            hours, _, rest = one["duration"].rpartition("h")
            minutes, _, rest = rest.rpartition("m")
            seconds = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(rest[:-1])
            if not (self.deaf and one["value"] in self.holds()):
                self.held[one["value"]] = self.house.clock.now() + timedelta(seconds=seconds)

    def holds(self):
        return {
            value: end
            for value, end in self.held.items()
            if not self.counts_time or end > self.house.clock.now()
        }


class Traefik(Firewall):
    agent, takes_out_first, deaf = TRAEFIK, False, False


class Caddy(Firewall):
    agent, counts_time, deaf = "caddy-cs-bouncer/v0.8", False, False


class Spoa(Traefik):
    agent, counts_time = HAPROXY, False


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("ban"), st.integers(1, 3), st.integers(1, 3), st.integers(1, 30)),
        st.tuples(st.just("lift"), st.integers(1, 3), st.integers(1, 3)),
        st.tuples(st.just("move"), st.integers(1, 600)),
        st.tuples(st.just("pull"), st.integers(0, 3)),
        st.tuples(st.just("exempt"), st.integers(0, 3)),
        st.tuples(st.just("reload")),
        st.tuples(st.just("start"), st.integers(0, 3)),
    ),
    max_size=25,
)


class Story:
    """Plays acts on a house and four bouncers, and knows what must be shut out."""

    def __init__(self):
        self.house = House()
        self.house.load()
        kinds = enumerate((Firewall, Traefik, Caddy, Spoa), 1)
        self.bouncers = [kind(self.house, f"127.0.0.{n}") for n, kind in kinds]
        self.bans, self.exempted = {}, None

    def ban(self, low, number, minutes):
        now = self.house.clock.now()
        fresh = ban_of(f"192.0.2.{low}", reference=f"PF-{low}-{number}", starts=now)
        fresh = replace(fresh, ends=now + timedelta(minutes=minutes))
        before = self.bans.get((low, number), fresh)
        self.bans[low, number] = before if before.in_force(now) and before.ends > fresh.ends else fresh
        self.house.decide(self.bans[low, number])

    def lift(self, low, number):
        now = self.house.clock.now()
        ban = self.bans.get((low, number))
        if ban is not None and ban.in_force(now):
            self.bans[low, number] = replace(ban, lifted=now)
            self.house.decide(self.bans[low, number])

    def move(self, seconds):
        self.house.move(seconds=seconds)

    def pull(self, which):
        self.bouncers[which].pull()

    def start(self, which):
        bouncer = self.bouncers[which]
        if not bouncer.counts_time:
            bouncer.held.clear()  # these keep nothing over a start
        bouncer.pull("startup=true")

    def exempt(self, low):
        self.exempted = low
        self.house.gate.exempt([parse_network(f"192.0.2.{low}")], self.house.clock.now())

    def reload(self):
        now = self.house.clock.now()
        self.house.load(*(ban for ban in self.bans.values() if ban.in_force(now)))

    def ends(self):
        now, ends = self.house.clock.now(), {}
        for (low, _), ban in self.bans.items():
            if ban.in_force(now) and low != self.exempted:
                value = f"192.0.2.{low}"
                ends[value] = max(ban.effective_end(), ends.get(value, now))
        return ends


@settings(max_examples=60, deadline=None)
@given(ACTS)
def test_every_kind_of_bouncer_holds_what_is_shut_out_after_its_pull(acts):
    """Whatever was decided, in whatever order it takes over what it is told."""
    story = Story()
    for name, *arguments in acts:
        getattr(story, name)(*arguments)
    story.move(4)
    for bouncer in story.bouncers:
        bouncer.pull()
        assert bouncer.holds() == story.ends(), type(bouncer)


def test_ranges_are_counted(house):
    ban = ban_of("198.51.100.0/24")
    house.decide(ban, ban_of("192.0.2.1"), ban_of("2001:db8::/64"))
    assert house.gate.board.ranges == 2
    house.decide(replace(ban, ends=ban.ends + timedelta(hours=1)), action=Action.EXTEND)
    assert house.gate.board.ranges == 2
    house.lift(ban)
    assert house.gate.board.ranges == 1


def test_inside_and_over(house):
    house.decide(ban_of("198.51.100.0/24"), ban_of("198.51.100.7", 2), ban_of("192.0.2.1"))
    found = house.gate.board.over(ip_network("198.51.100.7"))
    assert [notice.value for notice in found] == ["198.51.100.7", "198.51.100.0/24"]
    found = house.gate.board.inside(ip_network("198.51.0.0/16"))
    assert {notice.value for notice in found} == {"198.51.100.7", "198.51.100.0/24"}
