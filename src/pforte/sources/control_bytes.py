"""Control bytes in messages: made visible, so that one message stays one line and no terminal obeys it."""

import re

# Tab is left: it ends no line, and access logs use it between their fields.
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_SHOWN = {bytes([code]): b"#%03o" % code for code in (*range(32), 127)}


def show_control_bytes(message: bytes) -> bytes:
    r"""Write each control byte but tab as ``#`` and three octal digits, as rsyslog does in its files.

    A message then reads the same whether it came by file, by syslog or by the journal. The result is at most four
    times as long. Bytes that are not ASCII stay as they are.

    >>> show_control_bytes(b"two\nlines")
    b'two#012lines'
    """
    return _CONTROL.sub(lambda match: _SHOWN[match[0]], message)
