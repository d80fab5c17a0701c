"""Climbing out of the folder."""

import pytest

from pforte.visits.checks import path_traversal


@pytest.mark.parametrize(
    "target",
    [
        b"/?f=../etc/passwd",
        b"/?f=....//....//etc/passwd",
        b"/?f=..%5c..%5cboot.ini",
        b"/%2e%2e/%2e%2e/x",
        b"/a/%2e%2e/%2e%2e/x",
        b"/../../../x",
        b"/?f=../../../../../a",
        b"/?f=../a%00.png",
        b"/..%c0%af..%c0%afetc/passwd",
        b"/x/..;/..;/y",
        b"/?f=%252e%252e%252fetc/passwd",
        b"/static//../../../../proc/self/environ",
        b"/?f=file:../web-inf/web.xml",
    ],
)
def test_convicts(asking, target):
    """Disguised, aimed at the system, or absurdly far."""
    finding = asking(path_traversal.CHECK)(target)
    assert finding is not None
    assert finding.check == path_traversal.ID
    assert finding.observed


@pytest.mark.parametrize(
    "target",
    [
        b"/../x",
        b"/a/../../x",
        b"/a/b/../c",
        b"/?next=../../a",
        b"/?q=../../../../etc/passwd",
        b"/a..b/c",
        b"/.../x",
        b"/?v=1..2",
        b"/a/how-to-use-../-in-paths",
        b"/?f=a/..b/c",
    ],
)
def test_acquits(asking, target):
    """Plain broken links of simple programs, and texts with dots."""
    assert asking(path_traversal.CHECK)(target) is None


def test_a_disguised_climb_that_stays_inside_is_only_odd(asking):
    """Needless codes alone hurt nobody."""
    assert asking(path_traversal.CHECK)(b"/a/b/%2e%2e/c") is None
