"""The gates are closed to the world until the operator opens them."""

from dataclasses import fields
from ipaddress import ip_address

from pforte.settings.gates import GateSettings


def test_no_gate_is_enabled_by_itself_and_each_listens_on_loopback() -> None:
    gates = GateSettings()
    listening = []
    for field in fields(gates):
        gate = getattr(gates, field.name)
        assert not gate.enabled
        listen = getattr(gate, "listen", ())
        for address in (listen,) if isinstance(listen, str) else listen:
            listening.append(address)
            assert ip_address(address.rpartition(":")[0]).is_loopback
    assert len(set(listening)) == len(listening)
