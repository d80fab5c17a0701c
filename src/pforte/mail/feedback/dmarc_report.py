"""DMARC aggregate reports: what a receiver saw of mail that names our domain as author (RFC 9990 s3.1)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address

from pforte.mail.feedback.limits import Limits, ReportError
from pforte.mail.feedback.xml_parts import Element, read_parts

_MOST_MAILS = 10**12
_SHOWN = 3  # signatures that an explanation names
_DEFAULTS = (("adkim", "r"), ("aspf", "r"), ("fo", "0"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The policy that the receiver found (RFC 9990 s3.1.1.5); "" is what it did not say.

    Attributes:
        domain: where it stands.
        p: policy for the domain.
        sp: for existing names below it.
        np: for names below it that do not exist.
        adkim: r or s.
        aspf: r or s.
        fo: when reports on single mails are asked for.
        testing: y or n.
        discovery: psl or treewalk.
    """

    domain: str
    p: str
    sp: str = ""
    np: str = ""
    adkim: str = "r"
    aspf: str = "r"
    fo: str = "0"
    testing: str = ""
    discovery: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """What DKIM said of one signature (RFC 9990 s3.1.1.12)."""

    domain: str
    selector: str
    result: str
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What SPF said (RFC 9990 s3.1.1.13)."""

    domain: str
    result: str
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """Why the receiver did something else than the policy asks for (RFC 9990 s3.1.6)."""

    kind: str
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Mails that came from one address and were judged alike.

    Attributes:
        address: who sent them.
        count: how many.
        disposition: what was done: none, pass, quarantine or reject.
        dkim_aligned: whether an aligned signature passed.
        spf_aligned: whether SPF passed and is aligned.
        overrides: why something else was done.
        header_from: the author's domain.
        envelope_from: the envelope's domain, or "".
        envelope_to: the recipient's domain, or "".
        dkim: what DKIM said.
        spf: what SPF said; empty or one.
    """

    address: IPv4Address | IPv6Address
    count: int
    disposition: str
    dkim_aligned: bool
    spf_aligned: bool
    overrides: tuple[Override, ...] = ()
    header_from: str = ""
    envelope_from: str = ""
    envelope_to: str = ""
    dkim: tuple[Signed, ...] = ()
    spf: tuple[Sent, ...] = ()

    @property
    def passed(self) -> bool:
        """Say whether DMARC passed."""
        return self.dkim_aligned or self.spf_aligned

    @property
    def why(self) -> str:
        """Return why they did not pass as clauses, or ""."""
        if self.passed:
            return ""
        signatures = [_why_dkim(signed) for signed in self.dkim[:_SHOWN]] or ["no DKIM signature"]
        return "; ".join([*signatures, *map(_why_spf, self.spf)])


@dataclass(frozen=True, slots=True, kw_only=True)
class DmarcReport:
    """One report.

    Attributes:
        organization: who reports.
        contact: whom to ask about it.
        report_id: tells it from others of the same reporter.
        begin: start of the time it is about.
        end: its end.
        published: the policy that was found.
        rows: what was seen.
        errors: what the reporter says is wrong with our record.
        mistakes: parts of the report that were passed over.
    """

    organization: str
    contact: str
    report_id: str
    begin: datetime
    end: datetime
    published: Published
    rows: tuple[Row, ...]
    errors: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()


def parse_dmarc_report(xml: bytes, limits: Limits) -> DmarcReport:
    """Read an aggregate report (RFC 9990 s3.1.1.2); the order of its elements does not matter, and extensions are passed over.

    Raises:
        ReportError: it is none, or more than is read.
    """
    metadata = published = None
    rows: list[Row] = []
    mistakes: list[str] = []
    number = 0
    for part in read_parts(xml, "feedback", limits):
        if part.name == "report_metadata":
            metadata = metadata or part
        elif part.name == "policy_published":
            published = published or part
        elif part.name == "record":
            number += 1
            if number > limits.most_records:
                raise ReportError(f"it has more than {limits.most_records:,} records")
            try:
                rows.append(_read_row(part))
            except ReportError as error:
                if len(mistakes) < limits.most_mistakes:
                    mistakes.append(f"record {number}: {error}")
    if metadata is None or published is None:
        raise ReportError(f"it has no {'report_metadata' if metadata is None else 'policy_published'}")
    return DmarcReport(
        organization=_needed(metadata, "org_name"),
        contact=metadata.value("email"),
        report_id=_needed(metadata, "report_id"),
        begin=_moment(metadata, "begin"),
        end=_moment(metadata, "end"),
        published=_read_published(published),
        rows=tuple(rows),
        errors=tuple(error.text.strip() for error in metadata.all("error")),
        mistakes=tuple(mistakes),
    )


def _needed(part: Element, *path: str) -> str:
    value = part.value(*path)
    if not value:
        raise ReportError(f"it has no {path[-1]}")
    return value


def _moment(metadata: Element, name: str) -> datetime:
    seconds = _needed(metadata, "date_range", name)
    try:
        return datetime.fromtimestamp(int(seconds[:20]), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ReportError(f'its {name} "{seconds[:20]}" is no time in seconds') from error


def _read_published(part: Element) -> Published:
    return Published(
        domain=_needed(part, "domain").lower(),
        p=_needed(part, "p").lower(),
        sp=part.value("sp").lower(),
        np=part.value("np").lower(),
        testing=part.value("testing").lower(),
        discovery=part.value("discovery_method").lower(),
        **{name: part.value(name).lower() or default for name, default in _DEFAULTS},
    )


def _read_row(part: Element) -> Row:
    row, identifiers = part.first("row"), part.first("identifiers")
    if row is None or identifiers is None:
        raise ReportError("it has no row, or no identifiers")
    results = part.first("auth_results") or Element("auth_results")
    evaluated = row.first("policy_evaluated") or Element("policy_evaluated")
    return Row(
        address=_address(row),
        count=_count(row),
        disposition=evaluated.value("disposition").lower(),
        dkim_aligned=evaluated.value("dkim").lower() == "pass",
        spf_aligned=evaluated.value("spf").lower() == "pass",
        overrides=tuple(
            Override(reason.value("type"), reason.value("comment"))
            for reason in evaluated.all("reason")
            if reason.value("type")
        ),
        header_from=_needed(identifiers, "header_from").lower(),
        envelope_from=identifiers.value("envelope_from").lower(),
        envelope_to=identifiers.value("envelope_to").lower(),
        dkim=tuple(
            Signed(
                each.value("domain").lower(),
                each.value("selector"),
                each.value("result").lower(),
                each.value("human_result"),
            )
            for each in results.all("dkim")
        ),
        spf=tuple(
            Sent(each.value("domain").lower(), each.value("result").lower(), each.value("human_result"))
            for each in results.all("spf")[:1]
        ),
    )


def _address(row: Element) -> IPv4Address | IPv6Address:
    raw = _needed(row, "source_ip")
    try:
        return ip_address(raw)
    except ValueError as error:
        raise ReportError(f'its source_ip "{raw[:60]}" is no IP address') from error


def _count(row: Element) -> int:
    raw = _needed(row, "count")
    if not (raw.isascii() and raw.isdecimal()) or len(raw) > 12 or not 0 < int(raw) < _MOST_MAILS:
        raise ReportError(f'its count "{raw[:20]}" is no number of mails')
    return int(raw)


def _why_dkim(signed: Signed) -> str:
    if signed.result == "pass":
        return f"the DKIM signature of {signed.domain} is good but not aligned"
    selector = f" with the key {signed.selector}" if signed.selector else ""
    return f"DKIM {signed.result or 'unknown'} for {signed.domain or 'no domain'}{selector}" + (
        f" ({signed.explanation})" if signed.explanation else ""
    )


def _why_spf(sent: Sent) -> str:
    if sent.result == "pass":
        return f"SPF passed for {sent.domain}, which is not aligned"
    return f"SPF {sent.result or 'unknown'} for {sent.domain or 'no domain'}" + (
        f" ({sent.explanation})" if sent.explanation else ""
    )
