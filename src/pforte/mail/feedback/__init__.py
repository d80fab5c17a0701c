"""Reports of others about our mail: DMARC aggregate reports (RFC 9990, and RFC 7489 before it) and TLS reports (RFC 8460).

Anybody can send such a report, so what is read of it is bounded, and who sent it must be proven before it is believed:
that is not done here.
"""

from pforte.mail.feedback.dmarc_report import DmarcReport
from pforte.mail.feedback.limits import Limits, ReportError
from pforte.mail.feedback.reading import Report, read_reports
from pforte.mail.feedback.tls_report import TlsReport

__all__ = ["DmarcReport", "Limits", "Report", "ReportError", "TlsReport", "read_reports"]
