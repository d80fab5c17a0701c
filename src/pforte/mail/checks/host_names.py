"""What a client may call itself by (RFC 5321 s4.1.2, s4.1.3)."""

import re
from ipaddress import IPv4Address, IPv6Address

LONGEST_NAME = 253
"""Characters of a host name (RFC 1035 s2.3.4), the point at its end not counted."""

# Underscores break RFC 952, but real mail servers call themselves by them; nobody is refused for one.
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")


def is_host_name(name: str) -> bool:
    """Say whether a text is a host name in ASCII.

    >>> is_host_name("mail.example.org"), is_host_name("mail..example"), is_host_name("192.0.2.1")
    (True, False, False)
    """
    labels = name.split(".")
    if not 0 < len(name) <= LONGEST_NAME or not all(map(_LABEL.fullmatch, labels)):
        return False
    return not labels[-1].isdigit()


def is_address_literal(text: str) -> bool:
    """Say whether a text is an address in brackets (RFC 5321 s4.1.3).

    >>> is_address_literal("[192.0.2.1]"), is_address_literal("[IPv6:2001:db8::1]"), is_address_literal("192.0.2.1")
    (True, True, False)
    """
    if not (text.startswith("[") and text.endswith("]")):
        return False
    inner = text[1:-1]
    try:
        if inner[:5].lower() == "ipv6:":
            IPv6Address(inner[5:])
        else:
            IPv4Address(inner)
    except ValueError:
        return False
    return True
