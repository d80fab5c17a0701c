"""Guessing passwords over HTTP."""

import pytest

from pforte.visits.checks import http_login


@pytest.mark.parametrize(
    "fields",
    [
        {"status": 401, "user": b"admin"},
        {"status": 401, "method": b"POST", "target": b"/api/login"},
        {"status": 401, "method": b"POST", "target": b"/users/sign_in?x=1"},
    ],
)
def test_refused_credentials_count(asking, fields):
    """Somebody sent a password and it was wrong."""
    assert asking(http_login.CHECK)(**{"target": b"/", **fields}) is not None


@pytest.mark.parametrize(
    "fields",
    [
        {"status": 401},
        {"status": 200, "user": b"kim"},
        {"status": 403, "user": b"kim"},
        {"status": 401, "method": b"POST", "target": b"/api/items"},
        {"status": 401, "target": b"/login"},
        {"status": 200, "method": b"POST", "target": b"/wp-login.php"},
    ],
)
def test_requests_without_a_wrong_password_do_not(asking, fields):
    """RFC 9110 s11.6.1: 401 is how a browser learns that it must ask."""
    assert asking(http_login.CHECK)(**{"target": b"/", **fields}) is None


def test_wordpress_answers_a_wrong_password_with_200(asking, facts):
    """A right one is answered with a redirect."""
    ask = asking(http_login.CHECK)
    runs = facts(runs=frozenset({"wordpress"}))
    assert ask(b"/wp-login.php", runs, method=b"POST", status=200) is not None
    assert ask(b"/wp-login.php", runs, method=b"POST", status=302) is None
    assert ask(b"/wp-login.php", runs, method=b"GET", status=200) is None
