"""Making a source from its section of the settings."""

from pforte.clock import Clock
from pforte.settings.source_names import name_of_source
from pforte.settings.table import SourceSettings
from pforte.sources.block import Limits, Source


def open_source(settings: SourceSettings, limits: Limits, position: str, clock: Clock) -> Source:
    """Make the source that a ``[[source]]`` section describes; nothing is read yet.

    Args:
        settings: the section.
        limits: block and line sizes.
        position: what the register holds for it, or "".
        clock: tells when lines arrived.
    """
    name = name_of_source(settings)
    # A machine that reads files only must not need the libraries of journald.
    match settings.kind:
        case "file":
            from pforte.sources.files import FileSource  # noqa: PLC0415
            from pforte.sources.trail import Following  # noqa: PLC0415

            following = Following(name, settings.path, settings.start == "end", limits)
            return FileSource(following, position, clock=clock)
        case "journal":
            from pforte.sources.journal import JournalSource  # noqa: PLC0415

            return JournalSource(name, settings.units, limits, position)
        case "syslog":
            from pforte.sources.syslog import SyslogSource  # noqa: PLC0415

            return SyslogSource(name, settings.transport, settings.listen, settings.path, limits, clock)
        case "stdin":
            from pforte.sources.stdin import StdinSource  # noqa: PLC0415

            return StdinSource(name, limits)
