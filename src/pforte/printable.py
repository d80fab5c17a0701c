"""Words of others made harmless for whoever looks at them: no sign of theirs can speak to a terminal.

Terminals obey control characters, also the 8-bit ones (ECMA-48 s5.3: U+009B begins a command as ``ESC [`` does);
marks of writing direction let a text look like another one.
"""

import json


def printable(raw: bytes | str) -> str:
    r"""Return text of others with everything escaped that is no printable character.

    >>> printable(b"a\x1b[2J\xff")
    'a\\x1b[2J\\xff'
    """
    text = raw if isinstance(raw, str) else raw.decode("utf-8", "backslashreplace")
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def render_json(value: object, *, indent: int | None = None) -> str:
    r"""Return a value as JSON whose texts hold printable characters only, the others as ``\uXXXX``.

    Args:
        value: what ``json.dumps`` takes.
        indent: spaces per level; without it all stands on one line.

    >>> print(render_json({"reason": "\x9b2J é"}))
    {"reason": "\u009b2J é"}
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    if text.isprintable():
        return text
    # Outside texts the only such character is the line break of an indented value.
    return "".join(
        character if character.isprintable() or character == "\n" else json.dumps(character)[1:-1]
        for character in text
    )
