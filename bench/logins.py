"""Lines of sshd: people who log in and mistype, and guessers who try names and passwords."""

import random
from collections import deque
from collections.abc import Iterator

ATTACKERS, PEOPLE = 1500, 400
GUESS_SHARE = 0.55
"""Share of sessions that are guesses; their lines are about half of the log."""
NAMES = (
    "root", "admin", "test", "oracle", "postgres", "git", "ubuntu", "user", "ftp", "guest", "pi", "nagios", "www",
    "mysql", "deploy", "jenkins", "hadoop", "minecraft", "support", "tomcat", "backup", "ec2-user", "steam", "zabbix",
)  # fmt: skip
KEY = "ED25519 SHA256:{:043x}"


class Host:
    """One machine with its accounts and those who want in.

    Args:
        seed: the same seed gives the same lines.
    """

    def __init__(self, seed: int) -> None:
        self.rng = rng = random.Random(seed)
        self.attackers = [self._address((45, 92, 103, 141, 185, 193)) for _ in range(ATTACKERS)]
        self.people = [(f"staff{number}", self._address((80, 84, 87, 91))) for number in range(PEOPLE)]
        self.attacking: set[str] = set()
        self._pending: deque[str] = deque()
        self._process = rng.randrange(1000, 9000)

    def _address(self, firsts: tuple[int, ...]) -> str:
        rng = self.rng
        return f"{rng.choice(firsts)}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"

    def lines(self, stamps: list[str]) -> Iterator[str]:
        """Yield one line for each time."""
        for stamp in stamps:
            if not self._pending:
                self._process = (self._process + 1) % 4_000_000
                messages = self._guess() if self.rng.random() < GUESS_SHARE else self._session()
                self._pending.extend(f" gate sshd[{self._process}]: {message}\n" for message in messages)
            yield stamp + self._pending.popleft()

    def _guess(self) -> Iterator[str]:
        rng = self.rng
        address, port = rng.choice(self.attackers), rng.randrange(1024, 65_536)
        self.attacking.add(address)
        name = rng.choice(NAMES) if rng.random() < 0.8 else f"{rng.choice(NAMES)}{rng.randrange(100)}"
        if name != "root":
            yield f"Invalid user {name} from {address} port {port}"
        known = "" if name == "root" else "invalid user "
        for _ in range(rng.randrange(1, 4)):
            yield f"Failed password for {known}{name} from {address} port {port} ssh2"
        who = "authenticating" if name == "root" else "invalid"
        yield f"Connection closed by {who} user {name} {address} port {port} [preauth]"

    def _session(self) -> Iterator[str]:
        rng = self.rng
        name, address = rng.choice(self.people)
        port = rng.randrange(1024, 65_536)
        if rng.random() < 0.01:
            yield f"Failed password for {name} from {address} port {port} ssh2"
        yield f"Accepted publickey for {name} from {address} port {port} ssh2: {KEY.format(rng.getrandbits(128))}"
        yield f"pam_unix(sshd:session): session opened for user {name}(uid=1000) by (uid=0)"
        yield f"Received disconnect from {address} port {port}:11: disconnected by user"
        yield f"Disconnected from user {name} {address} port {port}"
        yield f"pam_unix(sshd:session): session closed for user {name}"
