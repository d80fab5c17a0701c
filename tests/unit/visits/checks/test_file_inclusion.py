"""Parameters that make the site read what it should not."""

import pytest

from pforte.visits.checks import file_inclusion


@pytest.mark.parametrize(
    "target",
    [
        b"/?f=/etc/passwd",
        b"/?f=/proc/self/environ",
        b"/?f=C:\\\\windows\\\\win.ini",
        b"/?page=php://input",
        b"/?page=PHP://filter/read=x",
        b"/?u=file:///etc/hosts",
        b"/?u=//169.254.169.254/",
        b"/?q=http://169.254.169.254/latest/",
        b"/?u=http://metadata.google.internal/x",
        b"/?-d+allow_url_include%3dOn+-d+auto_prepend_file%3dphp://input",
        b"/?template=https://x.example/a.txt?",
        b"/?GLOBALS[a]=http://x.example/a.txt?",
    ],
)
def test_convicts(asking, target):
    """Streams, system files and metadata are never a page's parameter."""
    finding = asking(file_inclusion.CHECK)(target)
    assert finding is not None
    assert finding.check == file_inclusion.ID
    assert finding.observed


@pytest.mark.parametrize(
    "target",
    [
        b"/?q=/etc/passwd",
        b"/?search=php://input",
        b"/?next=http://www.example.org/a?b",
        b"/?file=https://www.example.org/a.pdf",
        b"/?path=/home/user/pictures",
        b"/?page=about",
        b"/?u=http://169.254.169.254.example.org/",
        b"/?d=/usr/share",
        b"/etc/passwd.html",
        b"/?data=plain:text",
        b"/matomo.php?url=file:///C:/Users/kim/page.html",
        b"/?img=data:image/svg+xml;base64,PD94bWwg",
        b"/?src=https://cdn.example.org/shell-icon.png?",
        b"/?u=https://www.example.org/index.php?",
    ],
)
def test_acquits(asking, target):
    """Addresses and paths of the site's own are."""
    assert asking(file_inclusion.CHECK)(target) is None


def test_a_climb_is_left_to_path_traversal(asking):
    """One act, one name: what climbs is the other check's."""
    assert asking(file_inclusion.CHECK)(b"/?f=/a/../../etc/passwd") is None
