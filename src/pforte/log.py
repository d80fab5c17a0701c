"""The program's own log: one structured line per event, for people on a terminal and as JSON elsewhere."""

import logging
import sys
from typing import Literal

import structlog

from pforte.printable import printable


def configure(
    shape: Literal["auto", "console", "json"], level: Literal["debug", "info", "warning", "error"]
) -> None:
    """Set up structlog to write to standard error.

    Args:
        shape: ``auto`` takes the console form on a terminal and JSON elsewhere.
        level: the least level that is written.
    """
    console = shape == "console" or (shape == "auto" and sys.stderr.isatty())
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if console
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.format_exc_info,
            _put_first,
            *([_make_printable] if console else []),  # JSON is all ASCII
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def _put_first(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Put time, level and event in front, where the eye looks for them."""
    first = {key: event.pop(key) for key in ("at", "level", "event") if key in event}
    return {**first, **event}


def _make_printable(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Escape what a terminal would obey; the lines of a traceback stay lines."""
    return {
        key: "\n".join(map(printable, value.split("\n"))) if isinstance(value, str) else value
        for key, value in event.items()
    }
