"""What bouncers report of themselves (``POST /v1/usage-metrics``)."""

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

LONGEST_BODY = 1_048_576
"""Bytes of a body as it arrives."""
LONGEST_REPORT = 8_388_608
"""Bytes of a report after unpacking."""
MOST_ITEMS = 10_000

_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32


class ReportError(ValueError):
    """A report that is refused.

    Attributes:
        status: 400 where it cannot be read, 422 where something in it is missing.
    """

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True)
class Report:
    """What a bouncer did since its last report.

    Attributes:
        kind: type of the program.
        version: its version.
        counts: sums by name, such as ``dropped``, ``processed`` and ``active_decisions``.
    """

    kind: str
    version: str
    counts: Mapping[str, float]


def unpack(body: bytes, encoding: str) -> bytes:
    """Return a body without its Content-Encoding.

    Raises:
        ReportError: it is not what its header says, or too long.
    """
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise ReportError(415, f"unknown content encoding {encoding}")
    unpacking = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        unpacked = unpacking.decompress(body, LONGEST_REPORT)
    except zlib.error as error:
        raise ReportError(400, f"the body is not {encoding}") from error
    if not unpacking.eof:
        raise ReportError(413 if unpacking.unconsumed_tail else 400, "the body is too long, or cut off")
    return unpacked


def parse_report(raw: bytes) -> Report:
    """Read a report of exactly one bouncer.

    ``metrics`` may be one object, as the documentation shows it, or a list, as programs send it.

    Raises:
        ReportError: it is none.
    """
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ReportError(400, "the body is not JSON") from error
    reporting = told.get("remediation_components") if isinstance(told, dict) else None
    if not isinstance(reporting, list) or len(reporting) != 1 or not isinstance(reporting[0], dict):
        raise ReportError(400, "remediation_components must hold exactly one component")
    component = reporting[0]
    for field, kind in (("version", str), ("utc_startup_timestamp", int)):
        if not isinstance(component.get(field), kind):
            raise ReportError(422, f"remediation_components.{field} is missing")
    counts: dict[str, float] = {}
    for number, item in enumerate(_items(component.get("metrics"))):
        if number >= MOST_ITEMS:
            raise ReportError(422, f"more than {MOST_ITEMS} items")
        name, value = item.get("name"), item.get("value")
        if not isinstance(name, str) or isinstance(value, bool) or not isinstance(value, int | float):
            raise ReportError(422, "each item needs a name and a value")
        counts[name] = counts.get(name, 0) + value
    return Report(str(component.get("type", "")), component["version"], counts)


def _items(metrics: object) -> Iterator[dict[str, object]]:
    if metrics is None:
        return
    for each in metrics if isinstance(metrics, list) else [metrics]:
        items = each.get("items", []) if isinstance(each, dict) else None
        if not isinstance(items, list):
            raise ReportError(422, "metrics must be a list of objects with items")
        for item in items:
            if not isinstance(item, dict):
                raise ReportError(422, "each item must be an object")
            yield item
