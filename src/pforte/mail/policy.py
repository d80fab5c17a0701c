"""Which checks are asked, what is done about what they see, and who is exempt."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pforte.dns.names import canonical_name
from pforte.mail.checks.declaration import Action, Check, Finding, Stage
from pforte.mail.facts import Facts
from pforte.mail.verdict import Judged, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is done about findings for one recipient domain, or for all that have no rules of their own.

    Attributes:
        preset: ``standard`` or ``strict``.
        actions: by slug of the check, instead of the preset's.
    """

    preset: str = "standard"
    actions: Mapping[str, Action] = field(default_factory=dict)

    def action(self, check: Check) -> Action:
        """Return what a finding of a check does."""
        return self.actions.get(check.id) or check.action(self.preset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The inbound mail policy of an operator.

    Attributes:
        checks: every check, in the order in which findings are named.
        rules: for all recipients.
        domains: rules of single recipient domains, as ``canonical_name`` has them.
        watching: whether nothing is refused or marked, only recorded (a new installation's first week).
        reachable: local parts, in small letters, that only ``at_once`` checks refuse (RFC 2142, RFC 5321 s4.5.1).
        exempt_recipients: addresses or domains for which nothing is refused, in small letters, the domains as
            ``canonical_name`` has them.
        exempt: why a client or a proven sender is spared, or "".
    """

    checks: tuple[Check, ...]
    rules: Rules = Rules()
    domains: Mapping[str, Rules] = field(default_factory=dict)
    watching: bool = False
    reachable: frozenset[str] = frozenset({"postmaster", "abuse"})
    exempt_recipients: frozenset[str] = frozenset()
    exempt: Callable[[Facts], str] = lambda _: ""
    _asked: Mapping[Stage, tuple[Check, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find out once which checks are asked: every mail asks them."""
        on = [check for check in self.checks if self._is_on(check)]
        asked = {stage: tuple(check for check in on if check.stage is stage) for stage in Stage}
        object.__setattr__(self, "_asked", asked)

    def ask(self, stage: Stage, facts: Facts) -> tuple[Finding, ...]:
        """Ask every check of one stage that is not off everywhere; return what they saw, in order."""
        found = (check.judge(facts) for check in self._asked[stage])
        return tuple(finding for finding in found if finding is not None)

    def judge(
        self, findings: Iterable[Finding], facts: Facts, recipients: Sequence[str], *, waits: bool = True
    ) -> Verdict:
        """Say what is done about findings for these recipients: where they differ, the mildest holds for all.

        Args:
            findings: what the checks saw.
            facts: what they saw it in.
            recipients: whom the mail is for.
            waits: whether recipients may still come: while there are none, only what is refused at once, whoever the
                mail is for, is judged, and the rest is watched.
        """
        spared = bool(self.exempt(facts))
        by_check = {finding.check: finding for finding in findings}
        judged: list[Judged] = []
        for check in self.checks:
            finding = by_check.get(check.id)
            if finding is None:
                continue
            wanted = self._wanted(check, recipients)
            if wanted is Action.OFF:
                continue
            watched = spared or (self.watching and not check.regulation)
            harmless = watched or (waits and not recipients and not check.at_once)
            judged.append(Judged(check, finding, Action.WATCH if harmless else wanted, wanted))
        return Verdict(tuple(judged))

    def _wanted(self, check: Check, recipients: Sequence[str]) -> Action:
        if not recipients:
            return self.rules.action(check)
        # Whoever adds the postmaster to a mail does not free the others from its rules.
        judged = [each for each in recipients if not self._is_spared(each)] or recipients
        return min((self._for(check, each) for each in judged), key=lambda action: action.strength)

    def differ(self, one: str, other: str) -> bool:
        """Say whether different rules hold for two recipients."""
        return self._rules_of(one) != self._rules_of(other) or self._is_spared(one) != self._is_spared(other)

    def _for(self, check: Check, recipient: str) -> Action:
        action = self._rules_of(recipient).action(check)
        if self._is_exempt(recipient) or (self._is_reachable(recipient) and not check.at_once):
            return min(action, Action.MARK, key=lambda each: each.strength)
        return action

    def _rules_of(self, recipient: str) -> Rules:
        return self.domains.get(_split(recipient)[1], self.rules)

    def _is_spared(self, recipient: str) -> bool:
        return self._is_exempt(recipient) or self._is_reachable(recipient)

    def _is_exempt(self, recipient: str) -> bool:
        local, domain = _split(recipient)
        whole = f"{local}@{domain}" if domain else local
        return domain in self.exempt_recipients or whole in self.exempt_recipients

    def _is_reachable(self, recipient: str) -> bool:
        return _split(recipient)[0] in self.reachable

    def _is_on(self, check: Check) -> bool:
        return any(rules.action(check) is not Action.OFF for rules in (self.rules, *self.domains.values()))


def _split(recipient: str) -> tuple[str, str]:
    """Return local part in small letters and canonical domain; ``postmaster`` may stand alone (RFC 5321 s4.5.1)."""
    local, _, domain = recipient.rpartition("@")
    return (local.lower(), canonical_name(domain)) if local else (domain.lower(), "")
