"""`pforte gate` looks at gates, loads them by hand and takes them away."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fake_haproxy import FakeHaproxy

from pforte.gates import opening
from pforte.gates.gate import GateError
from pforte.gates.nftables.engine import Engines
from pforte.gates.nftables.ruleset import Layout, expected_chain

LAYOUT = Layout(table="pforte", priority=-200, size=1_048_576, ipv6_prefix=64)
EXEMPT = ["127.0.0.0/8", "192.0.2.200", "192.0.2.254", "192.0.2.53"]


class Notebook:
    """An engine that writes down commands and lists what the test says."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.listing: str | GateError = GateError("nftables refused: Error: No such file or directory")
        self.ends = datetime.now(UTC) + timedelta(hours=1)  # noqa: TID251  the commands read the real clock

    def change(self, commands: str) -> None:
        self.commands.append(commands)

    def list_json(self, command: str) -> str:
        if isinstance(self.listing, GateError):
            raise self.listing
        remains = self.ends - datetime.now(UTC)  # noqa: TID251  the commands read the real clock
        return self.listing.replace('"remains"', str(int(remains.total_seconds())))

    def hold(self, *addresses: str) -> None:
        """Pretend that the kernel holds these bans and the table as it should be."""

        def element(text: str) -> object:
            address, _, length = text.partition("/")
            return {"prefix": {"addr": address, "len": int(length)}} if length else address

        (hook, priority, policy), *rules = expected_chain(LAYOUT)
        entries: list[dict[str, object]] = [
            {"set": {"name": "allow4", "elem": [element(each) for each in EXEMPT]}},
            {"set": {"name": "allow6", "elem": ["::1"]}},
            {
                "set": {
                    "name": "ban4",
                    "elem": [{"elem": {"val": each, "expires": "remains"}} for each in addresses],
                }
            },
            {"chain": {"name": "visitors", "hook": hook, "prio": int(priority), "policy": policy}},
        ]
        for right, verdict in rules:
            counter = [{"counter": {"packets": 1234, "bytes": 1}}] if right == "@ban4" else []
            expressions = [{"match": {"right": right}}, *counter, {verdict: None}]
            entries.append({"rule": {"chain": "visitors", "expr": expressions}})
        self.listing = json.dumps({"nftables": entries})


@pytest.fixture
def kernel(monkeypatch):
    notebook = Notebook()
    monkeypatch.setattr(opening, "open_engines", lambda backend: Engines(notebook, notebook))
    return notebook


@pytest.fixture
def haproxy(monkeypatch, tmp_path):
    peer = FakeHaproxy(str(tmp_path / "bans.map"))
    monkeypatch.setattr(opening, "RuntimeSocket", lambda path: peer)
    return peer


@pytest.fixture
def banned(seen, kernel):
    """One address is shut out for an hour; the kernel, where it holds a ban, holds it until then."""
    kernel.ends = seen("198.51.100.7").ban.ends


@pytest.mark.usefixtures("banned")
def test_load_puts_the_bans_in_force_and_the_exemptions_into_the_firewall(run, kernel):
    answer = run("gate", "nftables", "load")
    assert (answer.code, answer.out) == (0, "1 banned network is in the table inet pforte\n")
    (table,) = kernel.commands
    assert re.search(r"add element inet pforte ban4 \{ 198\.51\.100\.7 timeout 3[56]\d\ds \}", table)
    assert "192.0.2.254/32" in table


@pytest.mark.usefixtures("banned")
def test_load_puts_the_bans_in_force_into_haproxys_map_and_its_file(run, haproxy):
    answer = run("--set", f"gate.haproxy.map={haproxy.path}", "gate", "haproxy", "load")
    assert (answer.code, answer.out) == (0, f"1 banned network is in the map {haproxy.path}\n")
    assert [key for key, _ in haproxy.entries] == ["198.51.100.7/32"]
    assert "198.51.100.7/32 PF-" in Path(haproxy.path).read_text()
    haproxy.broken = "Permission denied"
    answer = run("--set", f"gate.haproxy.map={haproxy.path}", "gate", "haproxy", "load")
    assert (answer.code, answer.out) == (1, "")
    assert "level admin" in answer.err


@pytest.mark.parametrize("arguments", [("nftables", "load"), ("files", "write"), ("haproxy", "load")])
def test_a_register_that_is_not_there_empties_no_gate(run, kernel, state, arguments):
    answer = run("gate", *arguments)
    assert answer.code == 1
    assert "there is no register at" in answer.err
    assert kernel.commands == []
    assert not state.exists()


@pytest.mark.usefixtures("banned")
def test_show_says_that_the_register_says_the_same(run, kernel):
    kernel.hold("198.51.100.7")
    answer = run("gate", "nftables", "show")
    assert answer.code == 0
    assert answer.out.splitlines() == [
        "table inet pforte",
        "  IPv4 addresses          1          1,234 packets dropped",
        "  IPv6 networks           0              0 packets dropped",
        "  IPv4 prefixes           0              0 packets dropped",
        "  IPv6 prefixes           0              0 packets dropped",
        "  exempt networks         5",
        "the register says the same",
    ]
    assert kernel.commands == []


@pytest.mark.usefixtures("banned")
def test_show_says_which_ports_the_bans_of_a_scope_close(run, kernel):
    kernel.hold("198.51.100.7")
    answer = run("--set", "gate.nftables.scope={spam=[25, 465]}", "gate", "nftables", "show")
    assert "  IPv4 addresses          1          1,234 packets dropped" in answer.out.splitlines()
    assert "  IPv6 prefixes           0              0 packets dropped on 25, 465" in answer.out.splitlines()


@pytest.mark.usefixtures("banned")
def test_show_counts_differences_and_changes_nothing(run, kernel):
    kernel.hold("198.51.100.8", "198.51.100.9")
    answer = run("--set", "gate.nftables.reconcile=7m", "gate", "nftables", "show")
    assert answer.code == 1
    assert answer.out.splitlines()[-1] == (
        "against the register: 1 missing, 2 too many, 0 with another end; "
        "a service with this gate repairs that within 7m; if none runs: pforte gate nftables load"
    )
    assert kernel.commands == []


def test_show_says_when_the_table_is_not_there_or_changed(run, kernel):
    answer = run("gate", "nftables", "show")
    assert answer.code == 1
    assert "table inet pforte is not there: the firewall shuts nobody out; a service" in answer.out
    kernel.hold()
    assert isinstance(kernel.listing, str)
    kernel.listing = kernel.listing.replace('"drop"', '"accept"')
    answer = run("gate", "nftables", "show")
    assert answer.code == 1
    assert "the table is not as pforte makes it; a service" in answer.out


@pytest.mark.usefixtures("banned")
def test_show_says_when_bans_find_no_room(run, seen, kernel):
    seen("198.51.100.8")
    kernel.hold("198.51.100.7")
    answer = run("--set", "gate.nftables.size=1", "gate", "nftables", "show")
    assert answer.code == 1
    assert "1 ban finds no room: raise gate.nftables.size" in answer.out


@pytest.mark.usefixtures("banned")
def test_show_for_programs(run, kernel):
    kernel.hold("198.51.100.7")
    answer = run("gate", "nftables", "show", "--json")
    assert answer.code == 0
    assert answer.json == {
        "table": "pforte",
        "present": True,
        "intact": True,
        "sets": {"ban4": 1, "ban6": 0, "net4": 0, "net6": 0},
        "dropped": {"ban4": 1234},
        "exempt": 5,
        "missing": 0,
        "surplus": 0,
        "wrong_end": 0,
        "left_out": 0,
    }
    kernel.listing = GateError("nftables refused: Error: No such file or directory")
    answer = run("gate", "nftables", "show", "--json")
    assert answer.code == 1
    assert (answer.json["present"], answer.json["intact"], answer.json["sets"]) == (False, False, {})


def test_remove_needs_no_register(run, kernel, state):
    answer = run("gate", "nftables", "remove")
    assert (answer.code, answer.out) == (0, "the table inet pforte is gone; nobody is shut out by it\n")
    assert kernel.commands == ["add table inet pforte\ndelete table inet pforte\n"]
    assert not state.exists()


@pytest.mark.usefixtures("banned")
@pytest.mark.parametrize("what", ["show", "load", "remove"])
def test_trouble_with_the_firewall_is_one_sentence(run, monkeypatch, what):
    def refuse(backend: str) -> Engines:
        raise GateError("the program nft is not installed; install nftables")

    monkeypatch.setattr(opening, "open_engines", refuse)
    answer = run("gate", "nftables", what)
    assert answer.code == 1
    assert answer.err.strip().endswith("the program nft is not installed; install nftables")


@pytest.mark.usefixtures("banned")
def test_the_files_are_written_where_the_settings_or_the_option_say(run, state, tmp_path):
    answer = run("gate", "files", "write")
    assert answer.code == 0
    assert len(answer.out.splitlines()) == 7
    assert (state / "files" / "banned.txt").read_text(encoding="utf-8") == "198.51.100.7\n"
    answer = run(
        "--set", 'gate.files.kinds=["haproxy"]', "gate", "files", "write", "--folder", str(tmp_path / "x")
    )
    assert answer.out == f"{tmp_path}/x/haproxy.map\n"


@pytest.mark.usefixtures("banned")
def test_a_folder_that_cannot_be_made_is_one_sentence(run, tmp_path):
    (tmp_path / "x").write_text("in the way", encoding="utf-8")
    answer = run("gate", "files", "write", "--folder", str(tmp_path / "x" / "y"))
    assert answer.code == 1
    assert "make the folder writable for this user" in answer.err
