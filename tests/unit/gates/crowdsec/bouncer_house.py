"""A gate for bouncers with a clock that stands where it is put, and a store of its own."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from pforte.bans.ban import Action, Ban, Decision
from pforte.clock import SetClock
from pforte.gates.crowdsec.answers import Answers, Question, Stream
from pforte.gates.crowdsec.gate import CrowdsecGate
from pforte.gates.crowdsec.keys import digest_of
from pforte.net.addresses import parse_address, parse_network

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = "a-key-that-nobody-guesses"
FIREWALL = "crowdsec-firewall-bouncer/v0.0.34"
TRAEFIK = "Crowdsec-Bouncer-Traefik-Plugin/1.X.X"
HAPROXY = "crowdsec-haproxy-spoa-bouncer/v0.1.0"


@dataclass
class Store:
    """What the register would hold."""

    digests: dict[str, str] = field(default_factory=lambda: {digest_of(KEY): "edge"})
    known: list[object] = field(default_factory=list)
    saved: list[object] = field(default_factory=list)
    changed: list[Ban] = field(default_factory=list)
    asked: list[object] = field(default_factory=list)

    def bouncer_digests(self):
        return self.digests

    def pulls(self):
        return self.known

    def save_pulls(self, pulls):
        self.saved.extend(pulls)

    def changed_bans(self, since, limit):
        self.asked.append((since, limit))
        return self.changed


def ban_of(network, hours=1.0, **values):
    ban = Ban(
        network=parse_network(network)
        if "/" in network
        else parse_network(f"{network}/{128 if ':' in network else 32}"),
        rung=1,
        starts=NOON,
        ends=NOON + timedelta(hours=hours),
        reference=f"PF-{network}",
        reason="visit.path-traversal",
    )
    return replace(ban, **values)


class House:
    """The gate, the questions of bouncers, and what they are told."""

    def __init__(self, exempt=(), store=None):
        self.clock = SetClock(NOON)
        self.store = store or Store()
        self.gate = CrowdsecGate(self.store, [parse_network(each) for each in exempt])
        self.answers = Answers(self.gate, self.clock)
        self.sequence = 0

    def load(self, *bans):
        self.gate.load(bans, self.clock.now())

    def decide(self, *bans, action=Action.BEGIN):
        decisions = []
        for ban in bans:
            self.sequence += 1
            decisions.append(
                Decision(sequence=self.sequence, action=action, ban=ban, decided=self.clock.now())
            )
        self.gate.apply(decisions, self.clock.now())

    def lift(self, ban):
        self.decide(replace(ban, lifted=self.clock.now()), action=Action.LIFT)

    def move(self, **span):
        self.clock.move(timedelta(**span))
        self.gate.tend(self.clock.now())

    def ask(self, target, agent=FIREWALL, key=KEY, method="GET", address="127.0.0.1", body=b"", **headers):
        path, _, query = target.partition("?")
        told = {"x-api-key": key, "user-agent": agent} | {n.replace("_", "-"): v for n, v in headers.items()}
        question = Question(method, path, query, told, body, parse_address(address))
        answer = self.answers.answer(question)
        if isinstance(answer, Stream):
            whole = b"".join(answer.pieces)
            answer.told()
            return SimpleNamespace(status=200, body=whole, headers=())
        return answer

    def pull(self, query="", agent=FIREWALL, **how):
        """Pull the stream; return values to put in with their seconds, and values to take out."""
        told = json.loads(self.ask(f"/v1/decisions/stream?{query}", agent, **how).body)
        return (
            {one["value"]: one["duration"] for one in told["new"]},
            [one["value"] for one in told["deleted"]],
        )
