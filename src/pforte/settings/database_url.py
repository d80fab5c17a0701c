"""The URL of the register's database: what may stand in it, and how it is shown without its password."""

import re

DATABASES = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")
"""Schemes with the drivers the register is written for."""

FORM = (
    "is not a database URL such as sqlite:////var/lib/pforte/register.sqlite or "
    "postgresql://user@host:5432/database (with a password user:password@host, its @ / ? written %40 %2F %3F)"
)

# Linear: each class stops at the sign that the next part begins with.
_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://"
    r"(?P<who>[^:/?@\s]*(?::[^/?@\s]*)?@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]*\]|[^:/?@\[\]\s]*)"
    r"(?::(?P<port>[^/?@\s]*))?"
    r"(?P<rest>[/?].*)?",
    re.ASCII,
)
_PORT = re.compile(r"[0-9]{1,5}", re.ASCII)
_PASSWORD = re.compile(r"(://[^\s:/?@]*:)[^\s?]*@|([?&](?:ssl)?password=)[^\s&]*", re.ASCII | re.IGNORECASE)


def database(value: str) -> str:
    """Allow "" and the URL of a database that the register runs on; the complaint quotes nothing but the scheme."""
    if not value:
        return ""
    found = _URL.fullmatch(value)
    if found is None or "\0" in value:
        return FORM
    if found["scheme"] not in DATABASES:
        return f"{found['scheme'][:40]} is not supported; use sqlite or postgresql"
    return _sqlite(found) if found["scheme"].startswith("sqlite") else _postgresql(found)


def _sqlite(found: re.Match[str]) -> str:
    rest = found["rest"] or ""
    if found["who"] or found["host"] or found["port"] is not None:
        return "sqlite takes a file and no host: three slashes before a path from here, four before one from the root"
    return "sqlite takes no options" if "?" in rest else ""


def _postgresql(found: re.Match[str]) -> str:
    port, rest = found["port"], found["rest"] or ""
    if "@" in rest.partition("?")[0]:
        return FORM  # what was read as a port is half a password
    if port is not None and not (_PORT.fullmatch(port) and 0 < int(port) <= 65_535):
        return "needs a port from 1 to 65535, or none"
    return ""


def hide_password(text: str) -> str:
    """Return the text with the password of every URL in it shown as ``***``.

    >>> hide_password("postgresql://pforte:secret@db/pforte")
    'postgresql://pforte:***@db/pforte'
    """
    return _PASSWORD.sub(lambda found: f"{found[1]}***@" if found[1] else f"{found[2]}***", text)
