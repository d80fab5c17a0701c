"""The field names of JSON access logs: Caddy's, Traefik's, the usual ones, and one's own."""

from difflib import get_close_matches

from pforte.visits.formats.format import FormatError
from pforte.visits.formats.jsonline import ROLES, JsonFormat, Names, paths

PREFIX = "json:"

_CADDY: dict[str, Names] = {
    # client_ip is what trusted_proxies makes of the connection; older versions know only the connection itself.
    "client": paths("request.client_ip", "request.remote_ip", "request.remote_addr"),
    "time": paths("ts"),
    "method": paths("request.method"),
    "target": paths("request.uri"),
    "protocol": paths("request.proto"),
    "status": paths("status"),
    "agent": paths("request.headers.User-Agent"),
    "referrer": paths("request.headers.Referer"),
    "host": paths("request.host"),
    "user": paths("user_id"),
}
_TRAEFIK: dict[str, Names] = {
    "client": paths("ClientHost", "ClientAddr"),
    "time": paths("StartUTC", "time", "StartLocal"),
    "method": paths("RequestMethod"),
    "target": paths("RequestPath"),
    "protocol": paths("RequestProtocol"),
    "status": paths("DownstreamStatus", "OriginStatus"),
    "agent": paths("request_User-Agent"),
    "referrer": paths("request_Referer"),
    "host": paths("RequestHost", "RequestAddr"),
    "user": paths("ClientUsername"),
}
_USUAL: dict[str, Names] = {
    "client": paths(
        "remote_addr", "remote_ip", "client_ip", "clientip", "client_addr", "client", "remote_host", "ip"
    ),
    "time": paths(
        "time_iso8601", "time_local", "timestamp", "@timestamp", "time", "msec", "ts", "datetime", "date"
    ),
    "request": paths("request", "request_line"),
    "method": paths("request_method", "method", "verb", "http_method"),
    "target": paths("request_uri", "uri", "url", "path", "request_path"),
    "query": paths("args", "query_string", "query"),
    "protocol": paths("server_protocol", "protocol", "proto", "http_version"),
    "status": paths("status", "status_code", "response_status", "response", "response_code", "code"),
    "agent": paths("http_user_agent", "user_agent", "agent", "useragent", "ua"),
    "referrer": paths("http_referer", "http_referrer", "referer", "referrer"),
    "host": paths("host", "http_host", "server_name", "vhost", "domain"),
    "user": paths("remote_user", "user", "auth_user"),
}

CADDY = JsonFormat("caddy", _CADDY, telling=_CADDY["client"])
TRAEFIK = JsonFormat("traefik", _TRAEFIK, telling=_TRAEFIK["client"])
JSON = JsonFormat("json", _USUAL)


def name_fields(text: str) -> JsonFormat:
    """Read ``json:ROLE=FIELD,...``; roles that are not named keep the usual names.

    A field inside an object is written with dots (``request.uri``).

    Raises:
        FormatError: a role is unknown or has no field.

    >>> name_fields("json:client=peer,target=req.uri").names["target"]
    (('req', 'uri'), ('req.uri',))
    """
    named: dict[str, Names] = {}
    for pair in text.removeprefix(PREFIX).split(","):
        role, equals, written = (part.strip() for part in pair.partition("="))
        if role not in ROLES:
            near = get_close_matches(role, ROLES, 1)
            meant = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(ROLES)}"
            raise FormatError(f"json format: {role!r} is no role of a field{meant}")
        if not equals or not written or "" in written.split("."):
            raise FormatError(f"json format: {role} needs the name of a field, such as {role}=some_name")
        # Some writers flatten objects and keep the dots in the key.
        named[role] = (*paths(written), *(((written,),) if "." in written else ()))
    if "request" in named and "target" not in named:
        named["target"] = ()
    return JsonFormat(text, {**_USUAL, **named})
