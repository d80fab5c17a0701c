"""What programs call themselves says how they must be told."""

import pytest
from bouncer_house import FIREWALL, HAPROXY, TRAEFIK

from pforte.gates.crowdsec.agents import Habits, habits_of


@pytest.mark.parametrize(
    "agent", [FIREWALL, "crowdsec-firewall-bouncer/-", "crowdsec-firewall-bouncer-nftables/v1"]
)
def test_the_firewall_bouncer(agent):
    """Debian's calls itself literally `crowdsec-firewall-bouncer/-`."""
    habits = habits_of(agent)
    assert habits.deaf_to_longer
    assert habits.forgets
    assert "nftables" in habits.blind_to_ranges


@pytest.mark.parametrize(
    "agent",
    [HAPROXY, TRAEFIK, "caddy-cs-bouncer/v0.8", "crowdsec-nginx-bouncer/v1.0.8", "", "/", "a/b/c", "\x00"],
)
def test_who_puts_in_before_taking_out_is_never_told_to_take_out_what_stands(agent):
    assert not habits_of(agent).deaf_to_longer


def test_who_ignores_networks_is_known():
    assert habits_of(TRAEFIK).blind_to_ranges
    assert habits_of("caddy-cs-bouncer/v0.8") == Habits()
    assert habits_of("crowdsec-custom-bouncer/v0.0.15") == Habits(deaf_to_longer=True)
