"""Commands meet the register, the exemptions and the operator by the settings."""

import os
import pwd
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest

from pforte.commands.register_access import exemptions_of, open_register, operator
from pforte.dns.resolver import Answer, Status
from pforte.net.addresses import parse_address
from pforte.net.local import Local
from pforte.settings.table import (
    ExemptSettings,
    RegisterSettings,
    RegulationSettings,
    ServiceSettings,
    Settings,
)


def settings(state, **sections):
    return Settings(service=ServiceSettings(state=state), **sections)


def test_a_question_in_the_wrong_folder_leaves_nothing_behind(state, capsys):
    with open_register(settings(state), absent="stand-in") as register:
        assert register.status(ip_address("192.0.2.1")).ban is None
    assert not state.exists()
    assert f"no register at {state}/register.sqlite" in capsys.readouterr().err


def test_an_act_makes_the_register(state):
    with open_register(settings(state), absent="make"):
        pass
    with open_register(settings(state), absent="stand-in") as register:
        assert register.snapshot().sequence == 0
    assert (state / "register.sqlite").exists()


def test_the_regulation_of_the_settings_is_in_force(state):
    regulation = RegulationSettings(ipv6_prefix=56)
    with open_register(settings(state, regulation=regulation), absent="stand-in") as register:
        assert register.ladder.regulation.ipv6_prefix == 56


def test_trouble_ends_the_command(state, capsys):
    broken = settings(state, register=RegisterSettings(url="oracle://localhost/x"))
    with pytest.raises(SystemExit) as ended, open_register(broken, absent="make"):
        pass
    assert ended.value.code == 1
    assert "use sqlite or postgresql" in capsys.readouterr().err


def test_exemptions_come_from_the_machine_and_the_settings(state):
    found = exemptions_of(settings(state, exempt=ExemptSettings(networks=("198.51.100.0/24",))))
    assert found.reason(parse_address("192.0.2.254")) == "default gateway"
    assert found.reason(parse_address("198.51.100.9")) == "setting exempt.networks"


def test_what_cannot_be_read_of_the_machine_is_said(state, monkeypatch, capsys):
    monkeypatch.setattr(
        "pforte.commands.register_access.read_local",
        lambda: Local((), (), (), ("/proc/net/route cannot be read",)),
    )
    exemptions_of(settings(state))
    assert "exemptions may be missing" in capsys.readouterr().err


class Resolver:
    """Knows one name."""

    def __init__(self, *_arguments, **_options):
        pass

    async def addresses(self, name):
        if name == "monitor.example":
            return Answer(status=Status.FOUND, values=(ip_address("203.0.113.7"),))
        return Answer(status=Status.TROUBLE, trouble="no answer within 2 s")

    async def close(self):
        pass


def test_exempt_hosts_are_looked_up_and_trouble_is_said(state, monkeypatch, capsys):
    """A name that cannot be looked up is no reason to fail, and none to be silent."""
    monkeypatch.setattr("pforte.dns.network_resolver.NetworkResolver", Resolver)
    exempt = ExemptSettings(hosts=("monitor.example", "away.example"))
    found = exemptions_of(replace(settings(Path("var")), exempt=exempt))
    assert "monitor.example" in found.reason(parse_address("203.0.113.7"))
    assert "away.example cannot be looked up now" in capsys.readouterr().err


def test_the_operator_is_the_user_of_the_machine(monkeypatch):
    name = pwd.getpwuid(os.getuid()).pw_name
    monkeypatch.delenv("SUDO_USER", raising=False)
    assert operator() == name
    monkeypatch.setenv("SUDO_USER", "anna")
    assert operator() == f"{name} (anna by sudo)"
    monkeypatch.setenv("SUDO_USER", name)
    assert operator() == name


def test_a_user_without_a_name_is_told_by_number(monkeypatch):
    def unknown(_uid):
        raise KeyError

    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert operator() == f"uid {os.getuid()}"
