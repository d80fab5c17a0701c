"""The sections ``[mail]`` and ``[[recipient]]``: the inbound mail policy, whichever gate asks it."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from pforte.settings.declaration import setting
from pforte.settings.limits import at_least, each, host_name, lasting, network, one_line, word

_MOMENT = timedelta(0)
_DAY = timedelta(days=1)
_YEAR = timedelta(days=365)

Preset = Literal["standard", "strict"]


def _host(value: str) -> str:
    """Allow nothing, or a host name."""
    return host_name(value) if value else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRateSettings:
    """[mail.rates]: how much one network may ask for; 0 is without limit."""

    connections: int = setting(60, "Connections of one network in a minute.", at_least(0))
    at_once: int = setting(20, "Connections of one network at the same time.", at_least(0))
    messages: int = setting(300, "Mails of one network in an hour.", at_least(0))
    failed_recipients: int = setting(
        20, "Recipients of one network in an hour that do not exist or were refused.", at_least(0)
    )
    greylist: timedelta = setting(
        timedelta(minutes=5),
        "How long a new sender without authentication waits whose network has a generic name; 0s is never.",
        lasting(_MOMENT, _DAY),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """[mail]: the inbound mail policy. What a single check does is said in its section [check."SLUG"]."""

    host: str = setting(
        "", "Name of the mail server in the headers it adds; empty takes the machine's own.", _host
    )
    domains: tuple[str, ...] = setting(
        (),
        "Own mail domains: nobody else may send as them without authentication, and the SMTP front takes mail for them.",
        each(host_name),
    )
    preset: Preset = setting("standard", "What checks do whose mode is not set: standard or strict.")
    watch: timedelta = setting(
        timedelta(days=7),
        "How long a new installation only records what it would have refused; 0s refuses at once.",
        lasting(_MOMENT, _YEAR),
    )
    reachable: tuple[str, ...] = setting(
        ("postmaster", "abuse"),
        "Recipients (before the @) that stay reachable for those who are refused (RFC 2142).",
        each(word),
    )
    exempt_networks: tuple[str, ...] = setting(
        (), "Networks whose mail is never refused by a check; it is still recorded.", each(network)
    )
    exempt_senders: tuple[str, ...] = setting(
        (), "Author domains whose mail is never refused when DKIM proves them.", each(host_name)
    )
    exempt_recipients: tuple[str, ...] = setting(
        (), "Addresses or domains for which no mail is refused.", each(one_line)
    )
    sealers: tuple[str, ...] = setting(
        (),
        "Domains whose ARC seals are believed: mail lists and forwarders that break SPF or DKIM.",
        each(host_name),
    )
    lists: tuple[str, ...] = setting(
        (),
        "DNS block lists that are asked about the client's address, such as zen.spamhaus.org.",
        each(host_name),
    )
    keep_message: bool = setting(False, "Keep the whole message of a refusal; by default only its header.")
    history: timedelta = setting(
        timedelta(days=90), "How long judged mails are kept.", lasting(_DAY, timedelta(days=36_500))
    )
    rates: MailRateSettings = field(default_factory=MailRateSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientSettings:
    """[[recipient]]: what holds for the mail of one recipient domain instead of [mail] and [check]."""

    domain: str = setting("", "The domain, as it stands behind the @.", host_name)
    preset: Literal["", "standard", "strict"] = setting("", "standard or strict; empty takes mail.preset.")
    off: tuple[str, ...] = setting((), "Checks that are not asked.", each(word))
    watch: tuple[str, ...] = setting((), "Checks that only record.", each(word))
    mark: tuple[str, ...] = setting((), "Checks that add a header.", each(word))
    defer: tuple[str, ...] = setting((), "Checks that refuse for now (4xx).", each(word))
    reject: tuple[str, ...] = setting((), "Checks that refuse for good (5xx).", each(word))
