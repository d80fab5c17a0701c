"""Look-ups of logging libraries."""

import pytest

from pforte.visits.checks import jndi_lookup


@pytest.mark.parametrize("field", ["target", "agent", "referrer", "user", "host"])
def test_every_logged_field_is_read(asking, field):
    """Whatever is logged was handed to the library."""
    assert asking(jndi_lookup.CHECK)(**{"target": b"/", field: b"${jndi:ldap://x.example/a}"}) is not None


@pytest.mark.parametrize(
    "text",
    [
        b"${jndi:ldap://x/a}",
        b"$%7Bjndi:ldap://x/a}",
        b"%24%7B%6A%6E%64%69%3Aldap://x/a%7D",
        b"${${lower:j}ndi:ldap://x/a}",
        b"${${upper:${lower:j}}ndi:ldap://x/a}",
        b"${${::-j}${::-n}${::-d}${::-i}:dns://x/a}",
        b"${${env:FOO:-j}ndi:rmi://x/a}",
        b"${j${k8s:k5:-ND}i:ldap://x/a}",
        b"${jnd${sys:a:-i}:ldap${::-:}//x/a}",
        b"${ldap://x/a}",
    ],
)
def test_spellings_that_were_seen_in_the_wild(asking, text):
    """Senders nest look-ups to get past filters."""
    assert asking(jndi_lookup.CHECK)(b"/?x=" + text) is not None


@pytest.mark.parametrize(
    "text", [b"jndi:ldap://x", b"${version}", b"${env:HOME}", b"${lower:J}", b"${a:-b}/dns"]
)
def test_other_braces_are_no_look_up(asking, text):
    """Variables of scripts and builds end up in addresses too."""
    assert asking(jndi_lookup.CHECK)(b"/?x=" + text) is None


def test_resolving_ends():
    """However deep the nesting, the work is bounded."""
    deep = b"${lower:" * 2000 + b"j" + b"}" * 2000
    assert len(jndi_lookup.resolve_lookups(deep)) <= len(deep)
