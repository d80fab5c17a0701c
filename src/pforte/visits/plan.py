"""What a scanner is told to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from pforte.robots.sites import Sites
from pforte.settings.table import CheckSettings
from pforte.visits.checks.declaration import Check
from pforte.visits.engine import AUTO, Engine
from pforte.visits.request_rules import CORE, RequestRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a scanner does.

    Attributes:
        checks: all checks, in their written order.
        settings: what the operator set for each check, by its slug.
        sites: the web sites.
        rules: the request rules.
        engine: engine of the passes.
        networks: counts (network and check) kept in memory at most.
        findings: findings judged for one network in one block and minute at most.
        ipv6_prefix: prefix length that an IPv6 address is charged to.
        future: lines further in the future are taken as written now.
        tracked: whether changes of counts are remembered for :meth:`~pforte.visits.scan.Scanner.changes`.
    """

    checks: tuple[Check, ...]
    settings: Mapping[str, CheckSettings] = field(default_factory=dict)
    sites: Sites = field(default_factory=Sites)
    rules: RequestRules = field(default_factory=lambda: RequestRules({}))
    engine: Engine = AUTO
    networks: int = 1_000_000
    findings: int = 20
    ipv6_prefix: int = 64
    future: timedelta = timedelta(seconds=60)
    tracked: bool = False

    def known(self) -> tuple[Check, ...]:
        """Return the checks there are: that of the Core Rule Set is none where the set is not used."""
        return tuple(check for check in self.checks if check.id != CORE or CORE in self.rules.checks)

    def able(self) -> tuple[Check, ...]:
        """Return the known checks that can find something: some need the engine of the request rules."""
        return tuple(
            check for check in self.known() if self.rules.available or check.id not in self.rules.checks
        )
