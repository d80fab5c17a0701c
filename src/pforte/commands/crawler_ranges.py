"""Published ranges of crawlers as the setting ``exempt.crawler_ranges`` names them."""

from collections.abc import Callable, Iterable
from pathlib import Path

from pforte.net.addresses import Network
from pforte.robots.verification import RANGES_LIMIT, RangesError, crawler_of_ranges, parse_ranges


def read_ranges(files: Iterable[Path], tell: Callable[[Path, str], None]) -> dict[str, tuple[Network, ...]]:
    """Read lists of ranges; several lists of one crawler are put together.

    Args:
        files: the operators' JSON lists, each named after its crawler.
        tell: hears of a file that cannot be read, and why; the file is left out.
    """
    ranges: dict[str, tuple[Network, ...]] = {}
    for file in files:
        try:
            crawler = crawler_of_ranges(file.stem)
            with file.open("rb") as opened:
                networks = parse_ranges(opened.read(RANGES_LIMIT + 1))
        except RangesError as error:
            tell(file, str(error))
        except OSError as error:
            tell(file, f"cannot be read: {error.strerror or error}")
        else:
            ranges[crawler] = (*ranges.get(crawler, ()), *networks)
    return ranges
