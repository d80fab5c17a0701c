"""How much of a report is read, and what is said of one that cannot be."""

from dataclasses import dataclass


class ReportError(ValueError):
    """It is no report, or more than is read; the message says what is wrong as a clause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is read.

    Attributes:
        most_octets: of a file, and of what is packed in it once unpacked.
        most_documents: reports in one archive or mail.
        most_records: records of one report.
        most_elements: XML elements, or failure details, in one part of a report.
        most_characters: of one text in a report; the rest of it is left out.
        most_mistakes: parts that are passed over and told.
    """

    most_octets: int = 32 * 1024 * 1024
    most_documents: int = 10
    most_records: int = 50_000
    most_elements: int = 2_000
    most_characters: int = 500
    most_mistakes: int = 20


DEFAULT_LIMITS = Limits()
