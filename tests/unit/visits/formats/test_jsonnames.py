"""Field names can be given in the settings."""

from datetime import UTC

import pytest

from pforte.visits.formats.format import FormatError
from pforte.visits.formats.jsonnames import JSON, name_fields


def test_named_fields():
    """Names that are given replace the usual ones; the rest stays; dots go into objects or stand in the key."""
    log = name_fields("json:client=peer.ip, target=req.uri")
    nested = b'{"peer":{"ip":"192.0.2.7"},"req":{"uri":"/x"},"msec":1772366400.5,"status":404}'
    flat = b'{"peer.ip":"192.0.2.7","req.uri":"/x","msec":1772366400.5,"status":404}'
    assert log.parse(nested, UTC) == log.parse(flat, UTC)
    visit = log.parse(nested, UTC)
    assert (visit.client, visit.target, visit.status) == ("192.0.2.7", b"/x", 404)
    assert log.name == "json:client=peer.ip, target=req.uri"


def test_a_named_request_line():
    """Whoever names the request line means it, even if a field is called like a target."""
    log = name_fields("json:request=line")
    line = b'{"remote_addr":"192.0.2.7","ts":1772366400,"line":"PUT /y HTTP/1.1","path":"/local"}'
    assert log.parse(line, UTC).target == b"/y"
    assert JSON.parse(line, UTC).target == b"/local"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("json:cliet=x", "'cliet' is no role of a field; did you mean 'client'"),
        ("json:zzz=x", "there are client, time"),
        ("json:client", "client needs the name of a field"),
        ("json:client=a..b", "client needs the name of a field"),
        ("json:", "'' is no role"),
    ],
)
def test_mistakes(text, said):
    """The message names the role and the nearest known one."""
    with pytest.raises(FormatError, match=said):
        name_fields(text)
