"""All that a mail domain should publish, and how it is now."""

from dataclasses import dataclass

from pforte.dns.resolver import Resolver
from pforte.mail.publishing.bimi import inspect_bimi
from pforte.mail.publishing.dane import inspect_dane
from pforte.mail.publishing.dkim import inspect_dkim
from pforte.mail.publishing.dmarc import inspect_dmarc
from pforte.mail.publishing.mail_hosts import find_hosts, inspect_hosts
from pforte.mail.publishing.mta_sts import inspect_sts, policy_address, render_policy
from pforte.mail.publishing.part import Entry, Finding, State
from pforte.mail.publishing.plan import Plan
from pforte.mail.publishing.spf import inspect_spf
from pforte.mail.publishing.tls_reports import inspect_tls_reports


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What should be published and how it is.

    Attributes:
        entries: the DNS records that should stand; those that are good stay as they are.
        policy: the MTA-STS policy file that should be published.
        policy_address: where.
        findings: what is there, missing or wrong, by topic.
    """

    entries: tuple[Entry, ...]
    policy: str
    policy_address: str
    findings: tuple[Finding, ...]

    @property
    def complete(self) -> bool:
        """Say whether nothing is missing or wrong, as far as it could be looked up."""
        return not any(finding.state in (State.MISSING, State.WRONG) for finding in self.findings)

    @property
    def certain(self) -> bool:
        """Say whether everything could be looked up."""
        return not any(finding.state is State.UNKNOWN for finding in self.findings)


async def inspect(resolver: Resolver, plan: Plan) -> Inspection:
    """Compare what the DNS has with the plan."""
    hosts = await find_hosts(resolver, plan)
    parts = (
        await inspect_hosts(resolver, plan, hosts),
        await inspect_spf(resolver, plan),
        await inspect_dkim(resolver, plan),
        await inspect_dmarc(resolver, plan),
        await inspect_sts(resolver, plan, hosts),
        await inspect_tls_reports(resolver, plan),
        await inspect_dane(resolver, plan, hosts),
        await inspect_bimi(resolver, plan),
    )
    return Inspection(
        entries=tuple(entry for part in parts for entry in part.entries),
        policy=render_policy(plan, hosts.names),
        policy_address=policy_address(plan.domain),
        findings=tuple(finding for part in parts for finding in part.findings),
    )
