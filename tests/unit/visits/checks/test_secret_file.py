"""Probes for secrets."""

import pytest

from pforte.visits.checks import secret_file


@pytest.mark.parametrize(
    "target",
    [
        b"/.env",
        b"/app/.env.bak",
        b"/.ENV",
        b"//.git//config",
        b"/.git/HEAD",
        b"/x/.svn/entries",
        b"/%2egit/config",
        b"/.ssh/id_rsa",
        b"/wp-config.php.save",
        b"/.wp-config.php.swp",
        b"/backup.zip",
        b"/www.example.org.tar.gz",
        b"/db_backup.sql",
        b"/proc/self/environ",
        b"/actuator/heapdump",
        b"/.env;x",
        b"/.aws/credentials?x=1",
        b"/etc/passwd",
    ],
)
def test_convicts(asking, target):
    """Names that only a thief asks for."""
    finding = asking(secret_file.CHECK)(target)
    assert finding is not None
    assert finding.check == secret_file.ID
    assert finding.observed


@pytest.mark.parametrize(
    "target",
    [
        b"/.well-known/security.txt",
        b"/environment",
        b"/a/.environment/x",
        b"/docs/.gitignore-explained",
        b"/u/r/blob/main/.env",
        b"/u/r/-/raw/.git/config",
        b"/photos/holiday.zip",
        b"/wp-config-explained",
        b"/id_rsa.pub-how-to",
        b"/config.php",
        b"/tool-1.0.tar.gz",
        b"/downloads/latest.zip",
        b"/data.zip",
        b"/docs/html.zip",
        b"/js/socket.io.zip",
        b"/docker-compose.yml",
        b"/.gitlab-ci.yml",
    ],
)
def test_acquits(asking, target):
    """Names that only look like them."""
    assert asking(secret_file.CHECK)(target) is None


def test_a_served_archive_is_an_offer(asking):
    """A backup that is there may be meant to be there; a secret is one whatever the answer."""
    ask = asking(secret_file.CHECK)
    assert ask(b"/backup.zip", status=200) is None
    assert ask(b"/.env", status=200) is not None


def test_a_site_that_serves_its_repository_says_so(asking, facts):
    """Setting site.runs = ["git"]: cloning over HTTP asks for these files."""
    ask = asking(secret_file.CHECK)
    assert ask(b"/.git/HEAD", facts(runs=frozenset({"git"}))) is None
    assert ask(b"/.svn/entries", facts(runs=frozenset({"git"}))) is not None
