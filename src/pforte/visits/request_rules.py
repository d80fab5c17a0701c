"""Request rules: SecLang, run by the real engine (libmodsecurity with libinjection) on the few candidates.

A rule text proves the checks that its rules name by ``tag:'visit.SLUG'``. Each text is a rule set of its own, so
that a check pays for its own rules only; a text that tags no check (settings, shared actions) is loaded in front
of every other. ``logdata:'%{MATCHED_VAR_NAME}=%{MATCHED_VAR}'`` says where a rule matched and what.

A rule that says ``allow`` ends the judgement of its text where it matches, which saves the rules behind it; where a
rule of the text denies, blocks or drops, nothing ends early. Nothing is ever denied here.

Rules see method, target, protocol, User-Agent and Referer, in phases 1 and 2. They never see the client, because
answers are kept and given again for the same request of another client.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING
from weakref import finalize

from pforte.visits.checks.declaration import RuleMatch
from pforte.visits.kept import ENTRY, Kept
from pforte.visits.visit import Visit

if TYPE_CHECKING:
    from libmodsecurity import RuleMessage

CORE = "visit.core-rule-set"
"""The check that the OWASP Core Rule Set proves."""

MOST_BYTES = 16_384
"""Longest target that rules look at; the rest of a longer one is not."""
_HEADER_BYTES = 4096
_MESSAGE = 200
"""Characters of a rule's own message."""
_CACHE_BYTES = 16 * 1024 * 1024

_TAG = re.compile(r"""tag:\s{0,8}'?(visit\.[a-z0-9-]{1,64})""")
_SECOND_PHASE = re.compile(r"phase:\s{0,8}'?(?:2|request)|SecDefaultAction")
_ENDING = re.compile(r"""[",\s]allow[",\s]""")
_DISRUPTING = re.compile(r"""[",\s](?:deny|block|drop|redirect)[",:\s]""")
_PLACE = re.compile(r"(?:Line|at line): (\d{1,9})\.?")
_NO_FILE = re.compile(r"(?:Rules error\. )?File: <<[^>]{0,80}>>\.?|(?:Column: \d{1,9}\.)")
_NAMED = re.compile(r"(?:MATCHED_VARS:)?([A-Z][A-Z_]{2,40}(?::[^=]{0,200})?)=(.*)", re.DOTALL)
_FOUND_WITHIN = re.compile(
    r"Matched Data: (.{0,4096}?) found within ([A-Z][A-Z_]{2,40}(?::[^:]{0,200})?)", re.DOTALL
)

_FRAME = """
SecRuleEngine {engine}
SecRequestBodyAccess On
SecResponseBodyAccess Off
SecArgumentsLimit 256
SecPcreMatchLimit 10000
"""
_CORE_FRAME = """
SecDefaultAction "phase:1,log,auditlog,pass"
SecDefaultAction "phase:2,log,auditlog,pass"
SecAction "id:900990,phase:1,nolog,pass,t:none,\
setvar:tx.crs_setup_version=334,setvar:tx.paranoia_level={paranoia},\
setvar:tx.inbound_anomaly_score_threshold={threshold}"
"""
_CORE_FILES = re.compile(
    r"(?:^|/)REQUEST-9(?:01|13|21|30|31|32|33|34|41|42|43|44|49)-[A-Z0-9-]{1,64}\.conf\Z"
)
_CORE_VERDICT = 949_110
_CORE_PROOF = range(910_000, 949_000)


class RulesError(ValueError):
    """A rule text cannot be used; the message names file and line."""


@dataclass(frozen=True, slots=True)
class CoreRuleSet:
    """The OWASP Core Rule Set as the operator has it.

    Attributes:
        files: paths of its rule files; those that need more than a log line tells are left out.
        paranoia: its paranoia level, 1 to 4.
        threshold: anomaly score from which a request is convicted.
    """

    files: tuple[str, ...]
    paranoia: int = 1
    threshold: int = 5

    def usable(self) -> tuple[str, ...]:
        """Return the files whose rules need no more than a log line tells."""
        return tuple(path for path in self.files if _CORE_FILES.search(path))


class RequestRules:
    """Rule texts made ready to judge requests.

    Args:
        texts: file name and content of each rule text, in order.
        core: the Core Rule Set, or None.
        cache: bytes of answers that are kept at most.

    Attributes:
        available: whether the engine is installed; without it no rule ever matches.
        checks: slugs of the checks that the rules prove.

    Raises:
        RulesError: a text is no SecLang (told only where the engine is installed), or the Core Rule Set has no rules.
    """

    def __init__(
        self, texts: Mapping[str, str], *, core: CoreRuleSet | None = None, cache: int = _CACHE_BYTES
    ) -> None:
        self.available = find_spec("libmodsecurity") is not None
        tagged = {name: frozenset(_TAG.findall(text)) for name, text in texts.items()}
        proven = frozenset().union(*tagged.values())
        self.checks = proven | {CORE} if core else proven
        if core and not core.usable():
            raise RulesError(
                "setting scan.crs: no rules of the Core Rule Set (REQUEST-9*.conf) in that folder"
            )
        self._cache: Kept[_Key, tuple[RuleMatch, ...]] = Kept(cache)
        self._sets: dict[str, tuple[_RuleSet, ...]] = {}
        if self.available:
            self._load(texts, tagged, core)

    def _load(
        self, texts: Mapping[str, str], tagged: Mapping[str, frozenset[str]], core: CoreRuleSet | None
    ) -> None:
        shared = [(name, text) for name, text in texts.items() if not tagged[name]]
        for name, slugs in tagged.items():
            if slugs:
                ready = _RuleSet([*shared, (name, texts[name])])
                for slug in slugs:
                    self._sets[slug] = (*self._sets.get(slug, ()), ready)
        if not self._sets and shared:
            _RuleSet(shared)  # nothing will run it, but its mistakes are told
        if core:
            frame = _CORE_FRAME.format(paranoia=core.paranoia, threshold=core.threshold)
            self._sets[CORE] = (_RuleSet([("", frame)], core.usable()),)

    def matches(self, check: str, visit: Visit) -> tuple[RuleMatch, ...]:
        """Return the rules tagged with this check that match the request of ``visit``."""
        found: tuple[RuleMatch, ...] = ()
        for ready in self._sets.get(check, ()):
            key = (id(ready), visit.method, visit.target, visit.agent, visit.referrer)
            answer = self._cache.get(key)
            if answer is None:
                answer = ready.judge(visit)
                self._cache.keep(key, answer, _weight(key, answer))
            found += tuple(match for match in answer if match.tag == check)
        return found


_Key = tuple[int, bytes, bytes, bytes, bytes]


def _weight(key: _Key, answer: tuple[RuleMatch, ...]) -> int:
    return sum(len(part) for part in key[1:]) + sum(ENTRY + len(match.data) for match in answer)


class _RuleSet:
    """One compiled rule set with an engine of its own.

    Args:
        texts: name and content of each text, in order.
        files: paths that the engine reads itself, because their rules name files beside them.
    """

    def __init__(self, texts: list[tuple[str, str]], files: tuple[str, ...] = ()) -> None:
        import libmodsecurity as engine  # noqa: PLC0415  the wheel exists for some machines only

        self._new = engine.Transaction
        self._rules = engine.RulesSet()
        # Only where the engine is on does `allow` end the judgement; a rule that denies would then go unreported.
        ends = any(_ENDING.search(text) for _, text in texts)
        ends = ends and not any(_DISRUPTING.search(text) for _, text in texts)
        self._rules.load(_FRAME.format(engine="On" if ends else "DetectionOnly"))
        for name, text in texts:
            if self._rules.load(text) < 0:
                raise RulesError(_placed(name, self._rules.get_parser_error()))
        for path in files:
            if self._rules.load_from_uri(path) < 0:
                raise RulesError(_placed(path, self._rules.get_parser_error()))
        self._core = bool(files)
        self._second_phase = self._core or any(_SECOND_PHASE.search(text) for _, text in texts)
        self._said: list[RuleMessage] = []
        self._engine = engine.ModSecurity()
        self._engine.set_rule_message_callback(self._said.append)
        finalize(
            self, self._engine.set_rule_message_callback, None
        )  # else the library keeps the list for ever

    def judge(self, visit: Visit) -> tuple[RuleMatch, ...]:
        """Run the rules on one request."""
        self._said.clear()
        target = visit.target[:MOST_BYTES].decode("latin-1")
        transaction = self._new(self._engine, self._rules, "-")
        version = visit.protocol.removeprefix(b"HTTP/").decode("latin-1")[:16] or "1.1"
        transaction.process_uri(target, visit.method[:64].decode("latin-1") or "GET", version)
        if self._core:  # a log line tells no other header; these keep rules about missing ones silent
            transaction.add_request_header("Host", "localhost")
            transaction.add_request_header("Accept", "*/*")
            transaction.add_request_header("User-Agent", visit.agent[:_HEADER_BYTES].decode("latin-1") or "-")
        elif visit.agent:
            transaction.add_request_header("User-Agent", visit.agent[:_HEADER_BYTES].decode("latin-1"))
        if visit.referrer:
            transaction.add_request_header("Referer", visit.referrer[:_HEADER_BYTES].decode("latin-1"))
        transaction.process_request_headers()
        if self._second_phase:
            transaction.process_request_body()
        return self._core_matches(visit) if self._core else self._own_matches(visit)

    def _own_matches(self, visit: Visit) -> tuple[RuleMatch, ...]:
        return tuple(
            RuleMatch(said.rule_id, tag, *_told(said, visit))
            for said in self._said
            for tag in said.tags
            if tag.startswith("visit.")
        )

    def _core_matches(self, visit: Visit) -> tuple[RuleMatch, ...]:
        """Return what made up the anomaly score, most severe first, if the score reached the threshold."""
        if all(said.rule_id != _CORE_VERDICT for said in self._said):
            return ()
        proof = sorted(
            (said for said in self._said if said.rule_id in _CORE_PROOF), key=lambda said: said.severity
        )
        return tuple(RuleMatch(said.rule_id, CORE, *_told(said, visit)) for said in proof)


def _told(said: "RuleMessage", visit: Visit) -> tuple[str, bytes, str]:
    """Return the variable, the bytes that matched, and what the rule says of itself."""
    try:
        message = said.message[:_MESSAGE]
    except UnicodeDecodeError:
        message = ""
    return (*_where_and_what(said, visit), message)


def _where_and_what(said: "RuleMessage", visit: Visit) -> tuple[str, bytes]:
    """Return the variable and the bytes that matched; the target where the rule does not tell."""
    try:
        data = said.data
    except UnicodeDecodeError:  # the matched bytes are no UTF-8: the raw target proves it as well
        return "", visit.target[:MOST_BYTES]
    named = _NAMED.match(data)
    if named:
        return named[1], _raw(named[2])
    within = _FOUND_WITHIN.match(data)
    if within:
        return within[2], _raw(within[1])
    return "", _raw(data) or visit.target[:MOST_BYTES]


def _raw(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape")


def _placed(name: str, error: str) -> str:
    """Return the engine's complaint with the place in front."""
    found = _PLACE.search(error)
    said = " ".join(_NO_FILE.sub("", _PLACE.sub("", error)).split())[:300]
    return f"{name}:{found[1]}: {said}" if found else f"{name}: {said}"
