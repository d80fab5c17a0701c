"""What settings may name: the checks, the software they ask for, the formats that there are; and files on the disk."""

from collections.abc import Iterable

from pforte.checks import CHECKS
from pforte.settings.load import Known
from pforte.visits.checks.software import SOFTWARE


def known_names() -> Known:
    """Return what settings may name."""
    return Known(list(CHECKS), SOFTWARE, _mistake_in_format)


def files_now(pattern: str) -> Iterable[str]:
    """Return the files that a source of this path or glob would read now; looks at the disk."""
    from pforte.sources.expansion import expand  # noqa: PLC0415  few commands look

    return expand(pattern).files


def _mistake_in_format(text: str) -> str:
    from pforte.visits.formats.catalogue import find_format  # noqa: PLC0415  most settings name no format
    from pforte.visits.formats.format import FormatError  # noqa: PLC0415  most settings name no format

    try:
        find_format(text)
    except FormatError as error:
        return str(error)
    return ""
