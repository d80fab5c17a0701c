"""What settings may name: the checks, the software they ask for, and the formats that there are."""

from pforte.settings.load import Known
from pforte.visits.checks import CHECKS
from pforte.visits.checks.software import SOFTWARE


def known_names() -> Known:
    """Return what settings may name."""
    return Known([check.id for check in CHECKS], SOFTWARE, _mistake_in_format)


def _mistake_in_format(text: str) -> str:
    from pforte.visits.formats.catalogue import find_format  # noqa: PLC0415  most settings name no format
    from pforte.visits.formats.format import FormatError  # noqa: PLC0415  most settings name no format

    try:
        find_format(text)
    except FormatError as error:
        return str(error)
    return ""
