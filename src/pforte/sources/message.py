"""One message, one line."""


def one_line(message: bytes) -> bytes:
    r"""Return a message as one line without its end: line breaks inside are written ``#012``, as rsyslog does.

    Whoever writes into a log must not be able to make up a second line.

    >>> one_line(b"two\nlines\r\n")
    b'two#012lines'
    """
    message = message.rstrip(b"\r\n\0")
    return message.replace(b"\n", b"#012") if b"\n" in message else message
