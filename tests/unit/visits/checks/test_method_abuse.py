"""Methods nobody offers."""

import pytest

from pforte.visits.checks import method_abuse


@pytest.mark.parametrize(
    ("method", "status"),
    [(b"TRACE", 405), (b"TRACK", 404), (b"PROPFIND", 405), (b"FOO", 501), (b"SEARCH", 404)],
)
def test_refused_methods_count(asking, method, status):
    """Whoever is refused and goes on is looking for something."""
    assert asking(method_abuse.CHECK)(b"/", method=method, status=status) is not None


@pytest.mark.parametrize(
    "method", [b"GET", b"POST", b"PUT", b"DELETE", b"PATCH", b"OPTIONS", b"CONNECT", b""]
)
def test_usual_methods_do_not(asking, method):
    """Programs of people use them, also where they are refused."""
    assert asking(method_abuse.CHECK)(b"/", method=method, status=405) is None


def test_an_unknown_method_that_is_not_found_is_no_abuse(asking):
    """The server understood it."""
    assert asking(method_abuse.CHECK)(b"/", method=b"FOO", status=404) is None


@pytest.mark.parametrize(
    "agent",
    [b"Microsoft-WebDAV-MiniRedir/10.0", b"Microsoft Office Word 2014", b"gvfs/1.54", b"WebDAVFS/3.0"],
)
def test_desktops_look_for_webdav_themselves(asking, agent):
    """A person opened a link to a document."""
    assert asking(method_abuse.CHECK)(b"/a.docx", method=b"PROPFIND", status=405, agent=agent) is None


def test_a_site_with_webdav_has_it(asking, facts):
    """Setting site.runs = ["webdav"]."""
    runs = facts(runs=frozenset({"webdav"}))
    assert asking(method_abuse.CHECK)(b"/", runs, method=b"PROPFIND", status=404) is None
