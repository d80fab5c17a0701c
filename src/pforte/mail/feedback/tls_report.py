"""TLS reports: how often others could not send us mail encrypted as we ask, and why (RFC 8460 s4)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from pforte.mail.feedback.limits import Limits, ReportError

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "starttls-not-supported": "the server did not offer STARTTLS",
        "certificate-host-mismatch": "the certificate is not for the name of the MX",
        "certificate-expired": "the certificate has expired",
        "certificate-not-trusted": "no authority that the sender trusts stands behind the certificate",
        "validation-failure": "the connection could not be validated",
        "tlsa-invalid": "no TLSA record fits the certificate",
        "dnssec-invalid": "the DNSSEC signatures of the domain or of its MX do not hold",
        "dane-required": "the sender demands DANE, and the MX has no TLSA records",
        "sts-policy-fetch-error": "the MTA-STS policy file could not be fetched",
        "sts-policy-invalid": "the MTA-STS policy file is not in order",
        "sts-webpki-invalid": "the certificate of the web server with the MTA-STS policy is not valid",
    }
)
"""What each result of RFC 8460 s4.3 means."""
_MOST_SESSIONS = 10**12


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Sessions that failed alike (RFC 8460 s4.4); "" is what was not said.

    Attributes:
        result: a word of RFC 8460 s4.3.
        count: how many sessions.
        sender: address of the sending server.
        mx: name of our server.
        helo: what our server called itself.
        address: our server's address.
        reason: the reporter's own code for it.
        information: where the reporter says more.
    """

    result: str
    count: int
    sender: str = ""
    mx: str = ""
    helo: str = ""
    address: str = ""
    reason: str = ""
    information: str = ""

    @property
    def why(self) -> str:
        """Return what it means as a clause."""
        meaning = MEANINGS.get(self.result, self.result or "no result was given")
        return f"{meaning} ({self.reason})" if self.reason else meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What became of the sessions under one policy.

    Attributes:
        kind: ``sts``, ``tlsa`` or ``no-policy-found``.
        domain: whose policy.
        policy: its lines.
        hosts: the MX names it allows.
        successful: sessions that did well.
        failed: sessions that did not.
        failures: these by reason.
    """

    kind: str
    domain: str
    policy: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    successful: int = 0
    failed: int = 0
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsReport:
    """One report.

    Attributes:
        organization: who reports.
        contact: whom to ask about it.
        report_id: tells it from others of the same reporter.
        begin: start of the time it is about.
        end: its end.
        policies: what became of the sessions under each policy.
        mistakes: parts of the report that were passed over.
    """

    organization: str
    contact: str
    report_id: str
    begin: datetime
    end: datetime
    policies: tuple[Applied, ...]
    mistakes: tuple[str, ...] = ()


def parse_tls_report(raw: bytes, limits: Limits) -> TlsReport:
    """Read a TLS report.

    Raises:
        ReportError: it is none, or more than is read.
    """
    try:
        document = json.loads(raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8"))  # RFC 7493 s2.1: UTF-8 only
    except (ValueError, RecursionError) as error:
        raise ReportError(f"it is no JSON ({str(error)[:100] or type(error).__name__})") from error
    return _Reader(limits).report(document)


class _Reader:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._mistakes: list[str] = []

    def report(self, document: object) -> TlsReport:
        top = _mapping(document)
        period = _mapping(top.get("date-range"))
        policies = top.get("policies")
        if not isinstance(policies, list):
            raise ReportError("it has no policies")
        if len(policies) > self._limits.most_elements:
            raise ReportError(f"it has more than {self._limits.most_elements:,} policies")
        return TlsReport(
            organization=self._needed(top, "organization-name"),
            contact=self._text(top, "contact-info"),
            report_id=self._needed(top, "report-id"),
            begin=self._moment(period, "start-datetime"),
            end=self._moment(period, "end-datetime"),
            policies=tuple(
                self._applied(_mapping(policy), number) for number, policy in enumerate(policies, 1)
            ),
            mistakes=tuple(self._mistakes),
        )

    def _applied(self, policy: Mapping[str, object], number: int) -> Applied:
        told = _mapping(policy.get("policy"))
        summary = _mapping(policy.get("summary"))
        details = policy.get("failure-details", [])
        details = details if isinstance(details, list) else []
        if len(details) > self._limits.most_elements:
            self._mistake(f"policy {number}: more than {self._limits.most_elements:,} failure details")
        return Applied(
            kind=self._needed(told, "policy-type"),
            domain=self._needed(told, "policy-domain").lower(),
            policy=self._texts(told, "policy-string"),
            hosts=self._texts(told, "mx-host"),
            successful=self._count(summary, "total-successful-session-count", number),
            failed=self._count(summary, "total-failure-session-count", number),
            failures=tuple(
                self._failure(_mapping(detail), number) for detail in details[: self._limits.most_elements]
            ),
        )

    def _failure(self, detail: Mapping[str, object], number: int) -> Failure:
        return Failure(
            result=self._text(detail, "result-type"),
            count=self._count(detail, "failed-session-count", number),
            sender=self._text(detail, "sending-mta-ip"),
            mx=self._text(detail, "receiving-mx-hostname"),
            helo=self._text(detail, "receiving-mx-helo"),
            address=self._text(detail, "receiving-ip"),
            reason=self._text(detail, "failure-reason-code"),
            information=self._text(detail, "additional-information"),
        )

    def _text(self, of: Mapping[str, object], name: str) -> str:
        value = of.get(name)
        return value.strip()[: self._limits.most_characters] if isinstance(value, str) else ""

    def _texts(self, of: Mapping[str, object], name: str) -> tuple[str, ...]:
        """Return a list of texts; the standard's own example gives a single one as a text."""
        value = of.get(name)
        values = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        most = self._limits.most_characters
        return tuple(each[:most] for each in values[: self._limits.most_elements] if isinstance(each, str))

    def _needed(self, of: Mapping[str, object], name: str) -> str:
        value = self._text(of, name)
        if not value:
            raise ReportError(f"it has no {name}")
        return value

    def _count(self, of: Mapping[str, object], name: str, number: int) -> int:
        value = of.get(name, 0)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST_SESSIONS:
            return value
        self._mistake(f"policy {number}: its {name} is no number of sessions")
        return 0

    def _moment(self, of: Mapping[str, object], name: str) -> datetime:
        raw = self._needed(of, name)
        try:
            moment = datetime.fromisoformat(raw)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise ReportError(f'its {name} "{raw[:40]}" is no time of RFC 3339') from error

    def _mistake(self, why: str) -> None:
        if len(self._mistakes) < self._limits.most_mistakes:
            self._mistakes.append(why)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
