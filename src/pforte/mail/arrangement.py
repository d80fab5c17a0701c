"""The policy that settings describe."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from ipaddress import ip_network

from pforte.dns.names import canonical_name
from pforte.mail.checks import CHECKS
from pforte.mail.checks.declaration import Action, Check
from pforte.mail.facts import Facts, House
from pforte.mail.policy import Policy, Rules
from pforte.net.addresses import Network
from pforte.settings.mail import RecipientSettings
from pforte.settings.table import CheckSettings, Settings

_MODES = ("off", "watch", "mark", "defer", "reject")


def policy_of(settings: Settings, *, watching: bool = False, checks: tuple[Check, ...] = CHECKS) -> Policy:
    """Return the inbound mail policy.

    Args:
        settings: sections ``mail``, ``check`` and ``recipient``.
        watching: whether a new installation only records.
        checks: all checks there are.
    """
    mail = settings.mail
    rules = Rules(preset=mail.preset, actions=dict(_modes(settings.check)))
    networks = tuple(ip_network(text) for text in (*settings.exempt.networks, *mail.exempt_networks))
    senders = frozenset(map(canonical_name, mail.exempt_senders))
    return Policy(
        checks=checks,
        rules=rules,
        domains={canonical_name(each.domain): _for_recipient(rules, each) for each in settings.recipient},
        watching=watching,
        reachable=frozenset(name.lower() for name in mail.reachable),
        exempt_recipients=frozenset(map(_canonical_path, mail.exempt_recipients)),
        exempt=lambda facts: _why_exempt(facts, networks, senders),
    )


def house_of(settings: Settings, host: str) -> House:
    """Return whose mail is guarded; ``host`` is this machine's own name, for where none is set."""
    return House(
        host=settings.mail.host or host,
        domains=frozenset(map(canonical_name, settings.mail.domains)),
        sealers=frozenset(map(canonical_name, settings.mail.sealers)),
    )


def _canonical_path(text: str) -> str:
    local, at, domain = text.rpartition("@")
    return f"{local.lower()}{at}{canonical_name(domain)}"


def _modes(checks: Mapping[str, CheckSettings]) -> Iterable[tuple[str, Action]]:
    for slug, check in checks.items():
        if check.mode in _MODES:
            yield slug, Action(check.mode)


def _for_recipient(rules: Rules, recipient: RecipientSettings) -> Rules:
    own = {slug: Action(mode) for mode in _MODES for slug in getattr(recipient, mode)}
    return replace(rules, preset=recipient.preset or rules.preset, actions={**rules.actions, **own})


def _why_exempt(facts: Facts, networks: tuple[Network, ...], senders: frozenset[str]) -> str:
    address = facts.session.address
    for network in networks:
        if address.version == network.version and address in network:
            return f"the client's network {network} is exempt"
    if facts.session.user:
        return "the client has authenticated itself"
    proven = facts.proven_author
    if proven and proven in senders:
        return f"the author's domain {proven} is exempt and proven by DKIM"
    return ""
