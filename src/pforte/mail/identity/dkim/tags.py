"""Tag lists such as ``v=1; a=rsa-sha256; d=example.org`` (RFC 6376 s3.2)."""

import re

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_VALUE = re.compile(r"[\t\r\n -:<-~\x80-\xff]*")
_WHITE = " \t\r\n"


class TagListError(ValueError):
    """The text is no list of tags, or a tag stands in it twice."""


def parse_tags(text: str) -> dict[str, str]:
    r"""Read a list of tags, each value without white space around it.

    Args:
        text: the list, one character for each byte (latin-1), folded or not.

    Raises:
        TagListError: it is none; a list with a tag that stands twice is none either (RFC 6376 s3.2).

    >>> parse_tags("v=1; h=from :\r\n\tto;")
    {'v': '1', 'h': 'from :\r\n\tto'}
    """
    specs = text.split(";")
    if not specs[-1].strip(_WHITE):
        specs.pop()
    tags: dict[str, str] = {}
    for spec in specs:
        name, equals, value = (part.strip(_WHITE) for part in spec.partition("="))
        if not equals or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise TagListError("it is no list of tags")
        if name in tags:
            raise TagListError(f"the tag {name}= stands in it twice")
        tags[name] = value
    return tags


def without_white(value: str) -> str:
    """Return a value without any white space, as base64 and lists of names are read."""
    for white in _WHITE:
        value = value.replace(white, "")
    return value
