"""Reading a file that holds reports, whatever they come in."""

from collections.abc import Iterator

from pforte.mail.feedback.dmarc_report import DmarcReport, parse_dmarc_report
from pforte.mail.feedback.limits import DEFAULT_LIMITS, Limits, ReportError
from pforte.mail.feedback.tls_report import TlsReport, parse_tls_report
from pforte.mail.feedback.unpacking import unpack

Report = DmarcReport | TlsReport
_MARKS = b"\xef\xbb\xbf \t\r\n"


def read_reports(raw: bytes, limits: Limits = DEFAULT_LIMITS) -> Iterator[Report]:
    """Yield the reports in a file: XML or JSON, plain, as gzip or zip, or in the mail that brought it.

    Raises:
        ReportError: it holds none, or one that cannot be read.
    """
    for document in unpack(raw, limits):
        start = document[:100].lstrip(_MARKS)
        if start.startswith(b"{"):
            yield parse_tls_report(document, limits)
        elif start.startswith(b"<") or document.startswith((b"\xff\xfe", b"\xfe\xff")):
            yield parse_dmarc_report(document, limits)
        else:
            raise ReportError("it is neither XML nor JSON, nor gzip, zip or a mail with these")
