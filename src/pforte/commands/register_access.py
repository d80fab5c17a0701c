"""The register, the ladder and the exemptions as a command meets them: by the settings, beside a running service."""

import asyncio
import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from pforte.bans.exemption import Exemptions, build_exemptions
from pforte.bans.regulation import regulation_of
from pforte.clock import Clock, SystemClock
from pforte.commands.output import fail, note
from pforte.net.addresses import Address
from pforte.net.local import read_local
from pforte.register import Ladder, Register, RegisterError, is_missing, locate
from pforte.settings.table import Settings

IN_MEMORY = "sqlite://"
ANOTHER = "if that is not the place, name the settings file by pforte --config FILE"


@contextmanager
def open_register(
    settings: Settings, *, absent: Literal["make", "stand-in", "refuse"], clock: Clock | None = None
) -> Iterator[Register]:
    """Open the register the settings name; errors of it end the command with exit code 1.

    Args:
        settings: name the register and the regulation.
        absent: what becomes of a register that does not exist: it is made, an empty one stands in for it, so that
            a question in the wrong folder leaves nothing behind, or the command ends.
        clock: tells the present moment.
    """
    try:
        url = locate(settings)
        if absent != "make" and is_missing(url):
            where = f"there is no register at {url.removeprefix('sqlite:///')}"
            if absent == "refuse":
                fail(f"{where}; {ANOTHER}")
            note(f"{where} yet: nothing was recorded; {ANOTHER}")
            url = IN_MEMORY
        ladder = Ladder(regulation=regulation_of(settings.regulation))
        with Register.open(url, clock or SystemClock(), ladder) as register:
            yield register
    except RegisterError as error:
        fail(str(error))


def exemptions_of(settings: Settings) -> Exemptions:
    """Return who is exempt on this machine now; host names are looked up."""
    local = read_local()
    for trouble in local.troubles:
        note(f"{trouble}; exemptions may be missing")
    hosts = asyncio.run(_look_up(settings)) if settings.exempt.hosts else {}
    return build_exemptions(settings.exempt, local, hosts, settings.regulation.ipv6_prefix)


async def _look_up(settings: Settings) -> dict[str, tuple[Address, ...]]:
    from pforte.dns.network_resolver import NetworkResolver  # noqa: PLC0415  slow to load and seldom needed
    from pforte.dns.resolver import Status  # noqa: PLC0415  slow to load and seldom needed

    dns = settings.dns
    resolver = NetworkResolver(dns.servers, port=dns.port, timeout=dns.timeout, concurrency=dns.concurrency)
    hosts = settings.exempt.hosts
    answers = await asyncio.gather(*(resolver.addresses(host) for host in hosts))
    await resolver.close()
    for host, answer in zip(hosts, answers, strict=True):
        if answer.status is Status.TROUBLE:
            note(f"setting exempt.hosts: {host} cannot be looked up now ({answer.trouble}); it may be exempt")
    return {host: answer.values for host, answer in zip(hosts, answers, strict=True)}


def operator() -> str:
    """Return who runs the command, for the audit: the user's name on this machine, and who became it by sudo."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = f"uid {os.getuid()}"
    before = os.environ.get("SUDO_USER", "")
    return f"{name} ({before} by sudo)" if before and before != name else name
