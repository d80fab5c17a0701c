"""Questions about log-ins, from whoever writes what he likes as his name."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.gates.http.logins import ALLOWED, REFUSED, answer, remote_of


@pytest.mark.parametrize(
    ("body", "remote"),
    [
        (b'{"login":"jane","protocol":"imap","remote":"192.0.2.7","tls":false}', "192.0.2.7"),
        (b'{"remote":"2001:db8::7"}', "2001:db8::7"),
        (b'{"remote":"","login":"x"}', ""),
        (b'{"login":"jane"}', None),
        (b'{"remote":7}', None),
        (b'["remote"]', None),
        (b"", None),
        (b"{", None),
        (b"\xff", None),
        (b"[" * 100_000, None),
        (b'{"remote":' + b"9" * 5_000 + b"}", None),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_who_logs_in(body, remote):
    assert remote_of(body) == remote


@given(st.text(), st.ip_addresses().map(str))
def test_no_name_of_a_user_hides_the_address(login, remote):
    assert remote_of(json.dumps({"login": login, "remote": remote}).encode()) == remote


@given(st.binary(max_size=200))
def test_anything_can_be_read(body):
    assert remote_of(body) is None or isinstance(remote_of(body), str)


@pytest.mark.parametrize("status", [ALLOWED, REFUSED])
def test_an_answer(status):
    head, _, body = answer(status, 'said "no"').partition(b"\r\n\r\n")
    assert json.loads(body) == {"status": status, "msg": 'said "no"'}
    assert f"Content-Length: {len(body)}".encode() in head
    assert head.startswith(b"HTTP/1.1 200 ")
