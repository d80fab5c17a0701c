"""All formats by name, and how a setting becomes one."""

from dataclasses import dataclass
from difflib import get_close_matches

from pforte.visits.formats import enveloped, jsonnames
from pforte.visits.formats.apache import compile_apache_format
from pforte.visits.formats.combined import COMBINED, COMMON, VHOST_COMBINED
from pforte.visits.formats.enveloped import EnvelopedFormat
from pforte.visits.formats.format import Format, UnknownFormat
from pforte.visits.formats.haproxy import HAPROXY
from pforte.visits.formats.jsonnames import CADDY, JSON, TRAEFIK, name_fields
from pforte.visits.formats.nginx import compile_log_format
from pforte.visits.formats.syslog import DOVECOT, POSTFIX, SSHD, SYSLOG, SyslogFormat


@dataclass(frozen=True, slots=True)
class Known:
    """One format that has a name.

    Attributes:
        format: the format.
        reads: what it reads, in one clause.
        example: one line of it.
        detected: whether it is found by itself; the others are parts of one that is.
    """

    format: Format
    reads: str
    example: str
    detected: bool = True


KNOWN: tuple[Known, ...] = (
    Known(
        VHOST_COMBINED,
        "Apache's vhost_combined: the site (host:port) before a combined line",
        'www.example.org:443 192.0.2.7 - - [01/Mar/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 5120 "-" "curl/8.5.0"',
    ),
    Known(
        COMBINED,
        "Apache's and nginx's combined; further fields behind the agent are allowed",
        '192.0.2.7 - - [01/Mar/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 5120 "-" "curl/8.5.0"',
    ),
    Known(
        COMMON,
        "Apache's common: no referrer, no agent",
        '192.0.2.7 - - [01/Mar/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 5120',
    ),
    Known(
        CADDY,
        "Caddy's JSON access log",
        '{"ts":1772366400.5,"logger":"http.log.access","request":{"remote_ip":"192.0.2.7","client_ip":"192.0.2.7",'
        '"proto":"HTTP/2.0","method":"GET","host":"www.example.org","uri":"/",'
        '"headers":{"User-Agent":["curl/8.5.0"]}},"status":200}',
    ),
    Known(
        TRAEFIK,
        "Traefik's JSON access log",
        '{"ClientHost":"192.0.2.7","DownstreamStatus":200,"RequestHost":"www.example.org","RequestMethod":"GET",'
        '"RequestPath":"/","RequestProtocol":"HTTP/2.0","StartUTC":"2026-03-01T12:00:00.5Z",'
        '"request_User-Agent":"curl/8.5.0"}',
    ),
    Known(
        JSON,
        "JSON lines with the usual names, as written with nginx's log_format; json:client=NAME,... names others",
        '{"time_iso8601":"2026-03-01T12:00:00+00:00","remote_addr":"192.0.2.7","request":"GET / HTTP/1.1",'
        '"status":200,"http_user_agent":"curl/8.5.0"}',
    ),
    Known(
        HAPROXY,
        "HAProxy's option httplog or httpslog, without syslog around it; it names no agent",
        "192.0.2.7:40022 [01/Mar/2026:12:00:00.500] web~ app/one 0/0/1/7/8 200 5120 - - ---- 1/1/0/0/0 0/0 "
        '"GET / HTTP/1.1"',
    ),
    Known(
        EnvelopedFormat(COMBINED),
        "combined lines inside syslog; syslog: goes before every name and format string",
        "<190>Mar  1 12:00:00 web nginx: 192.0.2.7 - - [01/Mar/2026:12:00:00 +0000] "
        '"GET / HTTP/1.1" 200 5120 "-" "curl/8.5.0"',
    ),
    Known(
        EnvelopedFormat(JSON),
        "JSON lines with the usual names inside syslog",
        '<190>Mar  1 12:00:00 web nginx: {"time_iso8601":"2026-03-01T12:00:00+00:00","remote_addr":"192.0.2.7",'
        '"request":"GET / HTTP/1.1","status":200}',
    ),
    Known(
        EnvelopedFormat(HAPROXY),
        "HAProxy's option httplog or httpslog inside syslog, as HAProxy sends it",
        "<134>Mar  1 12:00:00 haproxy[311]: 192.0.2.7:40022 [01/Mar/2026:12:00:00.500] web~ app/one 0/0/1/7/8 "
        '200 5120 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"',
    ),
    Known(
        SYSLOG,
        "sshd, Postfix and Dovecot together in syslog, RFC 5424, journald or Dovecot's own files",
        "2026-03-01T12:00:00.123456+00:00 mail sshd[311]: Failed password for root from 192.0.2.7 port 40022 ssh2",
    ),
    Known(
        SSHD,
        "sshd only",
        "Mar  1 12:00:00 mail sshd[311]: Invalid user admin from 192.0.2.7 port 40022",
        detected=False,
    ),
    Known(
        POSTFIX,
        "Postfix only",
        "Mar  1 12:00:00 mail postfix/submission/smtpd[92]: warning: unknown[192.0.2.7]: "
        "SASL LOGIN authentication failed: UGFzc3dvcmQ6",
        detected=False,
    ),
    Known(
        DOVECOT,
        "Dovecot only",
        "Mar  1 12:00:00 mail dovecot: imap-login: Disconnected (auth failed, 3 attempts in 9 secs): "
        "user=<jo>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.25, TLS",
        detected=False,
    ),
)
"""Every named format. When two read equally many lines of a file, the first of them is taken."""

_BY_NAME: dict[str, Format] = {known.format.name: known.format for known in KNOWN}


def find_format(text: str, now: float = 0.0) -> Format:
    """Return the format that a setting names or writes.

    Args:
        text: a name, ``json:ROLE=FIELD,...``, an nginx ``log_format``, an Apache ``LogFormat``, or one of them after
            ``syslog:``.
        now: reading time in POSIX seconds, for formats whose times have no year.

    Raises:
        UnknownFormat: no format has this name.
        FormatError: the format string cannot be used.

    >>> find_format("combined").name
    'combined'
    """
    bare = text.strip()
    named = _BY_NAME.get(bare)
    if named is not None:
        return named.read_at(now) if isinstance(named, SyslogFormat) else named
    if bare.startswith(enveloped.PREFIX):
        return EnvelopedFormat(find_format(bare.removeprefix(enveloped.PREFIX), now))
    if bare.startswith(jsonnames.PREFIX):
        return name_fields(bare)
    if "$" in bare:
        return compile_log_format(bare)
    if "%" in bare:
        return compile_apache_format(bare)
    near = get_close_matches(bare, _BY_NAME, 1)
    meant = f"did you mean {near[0]!r}? " if near else ""
    raise UnknownFormat(f"unknown format {bare[:60]!r}; {meant}`pforte formats` lists them")
