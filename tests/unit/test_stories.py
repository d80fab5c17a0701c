"""Plays the stories of tests/stories through the ladder; their form stands in tests/stories/README.md."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pforte.bans.ban import Ban, Origin, Reach
from pforte.bans.escalation import covering_prefix, escalated_at, escalated_offence
from pforte.bans.history import History
from pforte.bans.ladder import Evidence, Extension, Judgement, NewBan, Spared, judge
from pforte.bans.offence import Kind, Mode, Offence
from pforte.bans.regulation import Regulation
from pforte.net.addresses import Network, network_of, parse_address
from pforte.settings.table import CheckSettings
from pforte.visits.checks import mail_relay
from pforte.visits.formats.syslog import POSTFIX
from pforte.visits.scan import Origin as LogOrigin
from pforte.visits.scan import Plan, Scanner

STORIES = Path(__file__).resolve().parents[1] / "stories"
LINE = re.compile(
    r"(?P<when>\+\w+|\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?)\s+(?P<what>.*?)(?:\s+->\s+(?P<answer>.+))?"
)
RELAYS = Plan(checks=(mail_relay.CHECK,), settings={mail_relay.ID: CheckSettings(mode="enforce")})
MAIL_LOG = LogOrigin(source="mail.log", log=POSTFIX)
POSTFIX_LINE = (
    "{at:%Y-%m-%dT%H:%M:%S}+00:00 mail postfix/smtpd[7000]: NOQUEUE: reject: RCPT from unknown[{ip}]: 454 4.7.1 "
    "<{to}>: Relay access denied; from=<{sender}> to=<{to}> proto=ESMTP helo=<mail.example.com>\n"
)
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass
class Town:
    """The networks of one story and what the house knows of them."""

    regulation: Regulation = field(default_factory=Regulation)
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    bans: list[Ban] = field(default_factory=list)
    scanner: Scanner = field(default_factory=lambda: Scanner(RELAYS))

    def history(self, network: Network) -> History:
        around = [ban for ban in self.bans if ban.network != network and _holds(ban.network, network)]
        return History.of(network, [ban for ban in self.bans if ban.network == network], around)

    def keep(self, ban: Ban) -> None:
        self.bans = [known for known in self.bans if known.reference != ban.reference] + [ban]

    def offend(self, address: str, words: list[str]) -> str:
        offence = _offence(address, words, self.now)
        shared = "shared" in words
        judgement = self._charge(offence, shared=shared)
        answer = self._render(judgement)
        prefix = covering_prefix(offence.network, self.regulation)
        if isinstance(judgement, NewBan) and prefix is not None:
            history = self.history(prefix)
            moment = escalated_at(history, self.bans, self.regulation, judgement.starts)
            if moment is not None:
                wide = self._charge(escalated_offence(offence, prefix, moment), shared=shared)
                if isinstance(wide, NewBan):
                    answer += f" and {prefix} rung {wide.rung} until {_shown(wide.ends)}"
        return answer

    def relay(self, address: str, sender: str, recipients: list[str]) -> str:
        """Let Postfix write what it refused in one session, and judge what the scan finds in it."""
        lines = [POSTFIX_LINE.format(at=self.now, ip=address, sender=sender, to=to) for to in recipients]
        found = self.scanner.scan("".join(lines).encode(), MAIL_LOG, self.now)
        answers = [self._render(self._charge(offence, shared=False)) for offence, _ in found.offences]
        return answers[-1] if answers else "counted"

    def ban(self, address: str, rung: int) -> None:
        self.keep(
            Ban(
                network=network_of(parse_address(address)),
                rung=rung,
                starts=self.now,
                ends=self.now + self.regulation.duration(rung),
                reference=f"PF-{len(self.bans)}",
                reason="by hand",
                origin=Origin.OPERATOR,
            )
        )

    def lift(self, address: str, *, amnesty: bool) -> None:
        for ban in self.history(network_of(parse_address(address))).bans:
            if ban.in_force(self.now):
                self.keep(replace(ban, lifted=self.now, amnesty=amnesty))

    def status(self, address: str) -> str:
        history = self.history(network_of(parse_address(address)))
        ends = [ban.effective_end() for ban in history.bans + history.around if ban.in_force(self.now)]
        return f"banned until {_shown(max(ends))}" if ends else "at liberty"

    def _charge(self, offence: Offence, *, shared: bool) -> Judgement:
        judgement = judge(self.history(offence.network), offence, self.regulation, self.now, shared=shared)
        if isinstance(judgement, NewBan):
            self.keep(judgement.ban(f"PF-{len(self.bans)}"))
        if isinstance(judgement, Extension):
            self.keep(judgement.ban)
        return judgement

    def _render(self, judgement: Judgement) -> str:
        match judgement:
            case Spared():
                return "spared"
            case Evidence():
                return "evidence"
            case Extension():
                return f"extended until {_shown(judgement.ban.ends)}"
            case NewBan():
                word = "application" if judgement.reach is Reach.APPLICATION else "ban"
                if not judgement.in_force(self.now):
                    word = "history"
                return f"{word} rung {judgement.rung} until {_shown(judgement.ends)}"


def _holds(wide: Network, network: Network) -> bool:
    return wide.version == network.version and wide.supernet_of(network)  # type: ignore[arg-type]


def _offence(address: str, words: list[str], now: datetime) -> Offence:
    facts = {
        key: words[words.index(key) + 1] for key in ("by", "seen", "ahead", "act", "exempt") if key in words
    }
    seen = parse_address(address)
    return Offence(
        network=network_of(seen),
        address=seen,
        kind=Kind.ATTACK,
        check=facts.get("by", "visit.sql-injection"),
        at=now - _span(facts.get("seen", "0s")) + _span(facts.get("ahead", "0s")),
        service="http",
        source="story",
        line=None,
        evidence=b"",
        mode=Mode.WATCH if "watched" in words else Mode.ENFORCE,
        exempt=facts.get("exempt", ""),
        act=facts.get("act", ""),
    )


def _span(text: str) -> timedelta:
    parts = re.fullmatch(r"(?:\d+[smhd])+", text)
    assert parts, f"{text!r} is not a span such as 90s or 1d12h"
    return timedelta(
        seconds=sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([smhd])", text))
    )


def _moment(text: str, before: datetime) -> datetime:
    if text.startswith("+"):
        return before + _span(text[1:])
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _shown(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S").removesuffix(":00")


def _lines(story: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(story.read_text(encoding="utf-8").splitlines(), start=1):
        bare = line.strip()
        if bare and not bare.startswith("#"):
            yield number, bare


def _act(town: Town, words: list[str]) -> str | None:
    match words:
        case ["offence", address, *rest]:
            return town.offend(address, rest)
        case ["relay", address, "from", sender, "to", *recipients]:
            return town.relay(address, sender, recipients)
        case ["ban", address, "rung", rung]:
            town.ban(address, int(rung))
        case ["lift", address]:
            town.lift(address, amnesty=False)
        case ["forgive", address]:
            town.lift(address, amnesty=True)
        case ["status", address]:
            return town.status(address)
        case _:
            raise AssertionError(f"nobody knows how to {' '.join(words)!r}")
    return None


def play(story: Path) -> int:
    """Play a story and return the number of answers that were compared."""
    town, compared = Town(), 0
    for number, line in _lines(story):
        if line.startswith("regulation "):
            name, _, value = line.removeprefix("regulation ").partition(" = ")
            town.regulation = replace(town.regulation, **{name: value})  # type: ignore[arg-type]
            continue
        parts = LINE.fullmatch(line)
        assert parts, f"{story.name}:{number}: {line!r} is not a line of a story"
        town.now = _moment(parts["when"], town.now)
        answer = _act(town, parts["what"].split())
        assert answer == parts["answer"], f"{story.name}:{number}: {line}"
        compared += answer is not None
    return compared


@pytest.mark.parametrize("story", sorted(STORIES.glob("*.story")), ids=lambda story: story.stem)
def test_story(story):
    assert play(story) > 0


def test_there_are_stories():
    assert len(list(STORIES.glob("*.story"))) >= 8


def test_a_wrong_answer_names_the_line(tmp_path):
    story = tmp_path / "wrong.story"
    story.write_text("# one\n2026-03-01 12:00  offence 192.0.2.1  -> evidence\n", encoding="utf-8")
    with pytest.raises(AssertionError, match=r"wrong\.story:2"):
        play(story)
