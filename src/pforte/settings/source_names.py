"""The name under which a source is known: in offences, in logs, and for its read position in the register."""

from pforte.settings.table import SourceSettings


def name_of_source(settings: SourceSettings) -> str:
    """Return the name of a source: the one it was given, or what it reads."""
    if settings.name:
        return settings.name
    match settings.kind:
        case "file":
            return settings.path
        case "journal":
            return "journal" + "".join(f":{unit}" for unit in settings.units)
        case "syslog":
            place = settings.path if settings.transport == "unix" else settings.listen
            return f"syslog:{settings.transport}:{place}"
        case "stdin":
            return "stdin"
