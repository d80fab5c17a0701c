"""``pforte mail publish``: what a mail domain should publish, and how far it does."""

import asyncio
import re
import sys
from collections import Counter
from ipaddress import ip_network
from pathlib import Path
from typing import NamedTuple

import click

from pforte.commands import Call
from pforte.commands.claims import open_resolver
from pforte.commands.output import print_heading, print_json, print_table
from pforte.dns.names import ascii_name
from pforte.dns.zone_text import ZoneFileError
from pforte.mail.identity.dkim.keys import KeyRecordError, parse_key
from pforte.mail.identity.dmarc.record import Policy
from pforte.mail.publishing.inspection import Inspection, inspect
from pforte.mail.publishing.part import State
from pforte.mail.publishing.plan import (
    Certificate,
    DkimKey,
    Mode,
    Plan,
    PlanError,
    read_certificate,
    read_dkim_record,
)
from pforte.printable import printable

MOST_OCTETS = 1024 * 1024
"""Of a file that is given."""
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")
_TERM = re.compile(r"[A-Za-z0-9:._/%{}+~?=-]{1,200}")
_SELECTOR = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9_])?")
_URL = re.compile(r"https://[!-:<-~]{1,500}")  # no semicolon, which would end the tag


class Name(click.ParamType[str]):
    """A name in the DNS."""

    name = "name"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return it in ASCII and small letters."""
        found = ascii_name(value)
        if found is None or "." not in found:
            self.fail(f'"{value}" is no full domain name, such as example.org', param, ctx)
        return found


class Matching(click.ParamType[str]):
    """A text that follows a pattern and is told by an example."""

    def __init__(self, name: str, pattern: re.Pattern[str], example: str) -> None:
        self.name = name
        self._pattern = pattern
        self._example = example

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return it as it is."""
        if not self._pattern.fullmatch(value):
            self.fail(f'"{value}" is not of the form {self._example}', param, ctx)
        return value


class Sender(Matching):
    """A term of SPF; a bare address or network becomes ip4 or ip6."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the term."""
        try:
            network = ip_network(value)
        except ValueError:
            return super().convert(value, param, ctx)
        whole = network.prefixlen == network.max_prefixlen
        return f"ip{network.version}:{network.network_address if whole else network}"


class Options(NamedTuple):
    """What was said on the command line."""

    domain: str
    hosts: tuple[str, ...]
    senders: tuple[str, ...]
    dkim: tuple[str, ...]
    policy: str
    reports: str | None
    sts_mode: str
    sts_file: Path | None
    certificates: tuple[Path, ...]
    bimi_logo: str | None
    bimi_evidence: str | None


@click.command("publish")
@click.argument("domain", type=Name())
@click.option(
    "--mx",
    "hosts",
    multiple=True,
    type=Name(),
    help="A server that takes its mail [default: those of the DNS].",
)
@click.option("--sender", "senders", multiple=True, type=Sender("term", _TERM, "include:example.net"),
              help="Who else sends for it: an address, a network, or a term of SPF.")  # fmt: skip
@click.option(
    "--dkim",
    multiple=True,
    metavar="SELECTOR=FILE",
    help="A DKIM key: PEM, public or private, or its record.",
)
@click.option("--policy", type=click.Choice(list(Policy)), default=Policy.NONE, show_default=True,
              help="The least DMARC policy.")  # fmt: skip
@click.option("--reports", type=Matching("address", _ADDRESS, "reports@example.org") , metavar="ADDRESS",
              help="Where DMARC and TLS reports are wanted [default: postmaster@DOMAIN].")  # fmt: skip
@click.option(
    "--sts-mode",
    type=click.Choice(list(Mode)),
    default=Mode.ENFORCE,
    show_default=True,
    help="Mode of MTA-STS.",
)
@click.option(
    "--sts-file", type=click.Path(path_type=Path), help="The MTA-STS policy file as it is published now."
)
@click.option("--certificate", "certificates", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
              help="Certificate of a mail server in PEM, for DANE.")  # fmt: skip
@click.option(
    "--bimi-logo",
    type=Matching("url", _URL, "https://example.org/logo.svg"),
    help="Logo for BIMI.",
)
@click.option("--bimi-evidence", type=Matching("url", _URL, "https://example.org/mark.pem"),
              help="Certificate of that logo.")  # fmt: skip
@click.option("--dns", default="system", show_default=True, metavar="system|FILE",
              help="Who is asked what there is now: the DNS, or a zone file.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def command(call: Call, /, *, dns: str, as_json: bool, **options: object) -> None:
    """Say which records and which MTA-STS file DOMAIN should publish for mail, and what of it is missing or wrong.

    Records that are in order stay as they are; the others are proposed. Nothing is fetched over HTTP and nothing is
    changed. Whether a zone is signed with DNSSEC is not looked at.

    Exit codes: 0 all is there, 1 something is missing or wrong, 3 something could not be looked up.
    """
    plan = _plan(Options(**options))  # type: ignore[arg-type]  # click gives what the options say
    try:
        resolver = open_resolver(dns, call.settings().dns)
    except ZoneFileError as error:
        raise click.BadParameter(f"not system, and {error}", param_hint="--dns") from error
    inspection = asyncio.run(inspect(resolver, plan))
    (_print_json if as_json else _print_text)(plan.domain, inspection)
    if not inspection.complete:
        sys.exit(1)
    sys.exit(0 if inspection.certain else 3)


def _plan(options: Options) -> Plan:
    """Make a plan of the options, or end the command with bad usage."""
    return Plan(
        domain=options.domain,
        hosts=tuple(dict.fromkeys(options.hosts)),
        senders=tuple(dict.fromkeys(options.senders)),
        dkim=tuple(map(_dkim_key, options.dkim)),
        policy=Policy(options.policy),
        reports=options.reports or "",
        mode=Mode(options.sts_mode),
        policy_file=None
        if options.sts_file is None
        else _read(options.sts_file, "--sts-file").decode("utf-8", "replace"),
        certificates=tuple(map(_certificate, options.certificates)),
        logo=options.bimi_logo or "",
        evidence=options.bimi_evidence or "",
    )


def _dkim_key(said: str) -> DkimKey:
    selector, equals, file = said.partition("=")
    if not equals or not _SELECTOR.fullmatch(selector):
        raise click.BadParameter(f'"{said}" is not of the form SELECTOR=FILE', param_hint="--dkim")
    try:
        record = read_dkim_record(_read(Path(file), "--dkim"))
        parse_key(record)
    except (PlanError, KeyRecordError) as error:
        raise click.BadParameter(f"{file}: {error}", param_hint="--dkim") from error
    return DkimKey(selector, record)


def _certificate(file: Path) -> Certificate:
    try:
        return read_certificate(_read(file, "--certificate"))
    except PlanError as error:
        raise click.BadParameter(f"{file}: {error}", param_hint="--certificate") from error


def _read(file: Path, option: str) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_OCTETS)
    except OSError as error:
        raise click.BadParameter(f"{file}: cannot be read: {error.strerror}", param_hint=option) from error


def _print_text(domain: str, inspection: Inspection) -> None:
    click.echo(f"Records that should stand for {domain}")
    for entry in inspection.entries:
        click.echo(printable(str(entry)))
    print_heading(f"MTA-STS policy, to stand at {inspection.policy_address}")
    click.echo(inspection.policy.replace("\r\n", "\n"), nl=False)
    print_heading("What is there now")
    findings = sorted(inspection.findings, key=lambda finding: _ORDER.index(finding.state))
    print_table(
        ("STATE", "TOPIC", "NAME", "STANDARD", "WHAT IT IS, AND WHAT TO DO"),
        [
            (
                each.state,
                each.topic,
                each.name,
                each.standard,
                ". ".join(filter(None, (each.why, each.remedy))),
            )
            for each in findings
        ],
    )
    counts = Counter(finding.state for finding in findings)
    click.echo("\n" + ", ".join(f"{counts[state]} {state}" for state in _ORDER if counts[state]))


_ORDER = (State.MISSING, State.WRONG, State.UNKNOWN, State.ADVICE, State.THERE)


def _print_json(domain: str, inspection: Inspection) -> None:
    print_json(
        {
            "domain": domain,
            "complete": inspection.complete,
            "records": [
                {"name": entry.name, "type": entry.kind, "value": entry.value, "line": str(entry)}
                for entry in inspection.entries
            ],
            "mta_sts": {"address": inspection.policy_address, "file": inspection.policy},
            "findings": [
                {
                    "state": each.state,
                    "topic": each.topic,
                    "name": each.name,
                    "why": each.why,
                    "remedy": each.remedy or None,
                    "standard": each.standard,
                }
                for each in inspection.findings
            ],
        }
    )
