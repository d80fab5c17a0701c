"""Marks that several checks share: characters that attacks cannot do without, and their disguises.

A mark only says "look at this line"; the check's function decides on the decoded target. Few common patterns are
far cheaper in the pass than many exact ones: these stand in about 3 of 1,000 lines that mean no harm.
"""

from pforte.visits.checks.declaration import Mark

ODD_ENCODED = Mark(rb"%[0467][0-9a-f]|%2[2457de]|%3[0-9bce]|%5[0-9acef]|%u[0f]|%c[01]|%e0%8")
"""A percent-encoded control or quoting character, one that needs no encoding (RFC 3986 s2.3), an encoded percent
sign (encoding twice), ``%uHHHH``, or UTF-8 longer than allowed (RFC 3629 s3)."""

ODD_QUOTE = Mark(rb"['`|]|.<|^<[^0-9]|\$\(")
"""Characters that RFC 3986 s2 does not allow in a target, or that only code needs; not the ``<190>`` with which a
line of syslog begins (RFC 3164 s4.1.1, RFC 5424 s6.2.1)."""

ODD_BRACE = Mark(rb"[$#*@%]\{|\{\{")
"""Beginnings of expressions of templates and look-ups."""

ODD_CLIMB = Mark(rb"\.\.[/\\%;]")
"""``..`` before a separator or an encoded one."""
