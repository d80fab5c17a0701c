"""An HAProxy that understands the commands about one map, as 2.6 answers them."""

from ipaddress import ip_network

from pforte.gates.gate import GateError
from pforte.net.addresses import parse_address, parse_network


class FakeHaproxy:
    """Holds one map in its versions.

    Attributes:
        asked: every command that was given.
        versions: the entries of each version; a map may hold one key twice.
        running: whether anybody answers.
        broken: a text that every command is answered with from now on, or "".
    """

    def __init__(self, path: str, *entries: str) -> None:
        self.path = path
        self.asked: list[str] = []
        self.running, self.broken = True, ""
        self.start(*entries)

    def start(self, *entries: str) -> None:
        """Begin anew with the lines of the file."""
        self.current, self.next = 0, 0
        lines = (entry.partition(" ") for entry in entries if not entry.startswith("#"))
        self.versions: dict[int, list[tuple[str, str]]] = {0: [(key, value) for key, _, value in lines]}

    @property
    def entries(self) -> list[tuple[str, str]]:
        return self.versions[self.current]

    def shuts_out(self, text: str) -> bool:
        address = parse_address(text)
        return any(address in parse_network(key) for key, _ in self.entries)

    def ask(self, command: str) -> str:
        self.asked.append(command)
        if not self.running:
            raise GateError("nobody answers")
        if self.broken:
            return self.broken
        assert len(command.encode()) < 16_384 - 1_024, "the connection would be closed"
        first, _, payload = command.partition("<<\n")
        if payload:
            assert "\n\n" not in payload
            return self._do(first.split(), payload.splitlines())
        return "\n".join(filter(None, (self._do(each.split(), []) for each in command.split(";"))))

    def _do(self, words: list[str], payload: list[str]) -> str:
        verb, what, *rest = words
        assert what == "map"
        version = int(rest.pop(0)[1:]) if rest and rest[0].startswith("@") else self.current
        if not rest:
            line = (
                f"0 ({self.path}) pattern loaded from file '{self.path}' used by map at file 'h.cfg' line 11."
            )
            return f"# id (file) description\n{line} curr_ver={self.current} next_ver={self.next} entry_cnt={len(self.entries)}"
        if rest[0] != self.path:
            return "Unknown map identifier. Please use #<id> or <file>."
        if version not in self.versions:
            return "Version number in the future, please use 'prepare map' before."
        return getattr(self, f"_{verb}")(self.versions[version], version, rest[1:], payload)

    def _show(self, held, version, rest, payload):
        return "\n".join(f"0x55{number:06x} {key} {value}" for number, (key, value) in enumerate(held))

    def _prepare(self, held, version, rest, payload):
        self.next += 1
        self.versions[self.next] = []
        return f"New version created: {self.next}"

    def _commit(self, held, version, rest, payload):
        self.current = version
        return ""

    def _add(self, held, version, rest, payload):
        for line in payload or [" ".join(rest)]:
            key, _, value = line.partition(" ")
            try:
                ip_network(key)
            except ValueError:
                return f"'{key}' is not a valid IPv4 or IPv6 address."
            held.append((key, value))
        return ""

    def _del(self, held, version, rest, payload):
        kept = [entry for entry in held if entry[0] != rest[0]]
        if len(kept) == len(held):
            return "Key not found."
        held[:] = kept
        return ""

    def _set(self, held, version, rest, payload):
        if all(entry[0] != rest[0] for entry in held):
            return "entry not found."
        held[:] = [(key, rest[1] if key == rest[0] else value) for key, value in held]
        return ""
