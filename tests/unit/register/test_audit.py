"""The audit tells who did what, in order."""

from datetime import timedelta

from pforte.net.addresses import parse_network
from pforte.register import Order, Pardon
from pforte.register.audit import read_audit
from pforte.register.dialects import reading


def test_acts_of_one_ban_come_oldest_first_and_alone(register, clock):
    def ban(network):
        span = timedelta(days=1)
        return register.ban(Order(network=parse_network(network), rung=1, span=span, reason="r", who="anna"))

    one, other = ban("192.0.2.1"), ban("192.0.2.2")
    clock.move(timedelta(minutes=1))
    register.lift(Pardon(target=one.reference, reason="talked to them", who="bert"))
    with reading(register._engine) as connection:
        acts = read_audit(connection, one.reference)
        assert [(act.who, act.act, act.reason) for act in acts] == [
            ("anna", "ban", "r"),
            ("bert", "lift", "talked to them"),
        ]
        assert acts[1].at - acts[0].at == timedelta(minutes=1)
        assert [act.network for act in read_audit(connection, other.reference)] == [other.network]
