"""What is known of programs that pull, by what they call themselves.

Read in their sources or seen when they ran; see docs/guides/crowdsec-bouncers.md.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Habits:
    """How a program treats what it is told.

    Attributes:
        deaf_to_longer: it passes over a longer ban of a value that it holds, takes out before it puts in, and so
            must be told to take out what it is told anew.
        forgets: it lets go of a value after 24 days whatever it was told (ipset counts no further).
        blind_to_ranges: in its stream mode it shuts out at most one address of a network; in words, which.
    """

    deaf_to_longer: bool = False
    forgets: bool = False
    blind_to_ranges: str = ""


_PLAIN = Habits()
_HABITS = (
    (
        "crowdsec-firewall-bouncer",
        Habits(
            deaf_to_longer=True,
            forgets=True,
            blind_to_ranges="with nftables it shuts out the first address only; its ipset mode takes networks",
        ),
    ),
    ("crowdsec-custom-bouncer", Habits(deaf_to_longer=True)),
    (
        "crowdsec-bouncer-traefik-plugin",
        Habits(blind_to_ranges="its stream mode looks up single addresses; its live mode takes networks"),
    ),
)


def habits_of(agent: str) -> Habits:
    """Return the habits of a program by its User-Agent, such as ``crowdsec-firewall-bouncer/v0.0.34``.

    A program nobody knows is told each ban once: one that takes out after it puts in, as Traefik's and HAProxy's do,
    would otherwise let in whoever is banned for longer.
    """
    kind = agent.partition("/")[0].strip().lower()
    return next((habits for name, habits in _HABITS if kind.startswith(name)), _PLAIN)
