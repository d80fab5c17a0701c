"""The lexical tokens of structured fields (RFC 5322 s3.2, with RFC 6532 s3.2 for signs beyond ASCII)."""

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from pforte.languages import Text

_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
        (?P<atom>[A-Za-z0-9!\#$%&'*+\-/=?^_`{|}~\x80-\U0010ffff]+)
      | (?P<special>[<>:;@,.])
      | "(?P<quoted>[^"\\]*(?:\\.[^"\\]*)*)"
      | (?P<literal>\[[^\[\]\\]*(?:\\.[^\[\]\\]*)*\])
      | (?P<comment>\()
      | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
_PAREN = re.compile(r"[()]|\\.", re.DOTALL)
_PAIR = re.compile(r"\\(.)", re.DOTALL)


class MalformedError(ValueError):
    """A field that its grammar does not read.

    Attributes:
        words: a clause that follows "it", in both languages.
    """

    def __init__(self, en: str, de: str) -> None:
        super().__init__(en)
        self.words = Text(en=en, de=de)


class Kind(Enum):
    """What a token is."""

    ATOM = "atom"
    QUOTED = "quoted"
    LITERAL = "literal"
    SPECIAL = "special"


_KINDS = {kind.value: kind for kind in Kind}


class Token(NamedTuple):
    """One token.

    Attributes:
        kind: what it is.
        text: what it says: a quoted string without its quotes and backslashes (RFC 5322 s3.2.4), all else as written.
        spaced: whether white space or a comment stands before it.
    """

    kind: Kind
    text: str
    spaced: bool


def read_tokens(value: str) -> Iterator[Token]:
    """Read the tokens of an unfolded value; comments count as white space (RFC 5322 s3.2.2).

    >>> [token.text for token in read_tokens('"A. B" (hm (hm)) <a@[192.0.2.1]>')]
    ['A. B', '<', 'a', '@', '[192.0.2.1]', '>']

    Raises:
        MalformedError: a quote, a comment or a literal does not end, or a sign belongs to no token.
    """
    at, spaced = 0, False
    while True:
        found = _TOKEN.match(value, at)
        if found is None:
            raise _malformed(value[at:].lstrip(" \t\r\n")[0])
        name = found.lastgroup
        if name is None or name == "end":
            return
        spaced = spaced or value[at] in " \t\r\n"
        at = found.end()
        if name == "comment":
            at, spaced = _end_of_comment(value, at), True
            continue
        text = found[name]
        yield Token(_KINDS[name], _PAIR.sub(r"\1", text) if name == "quoted" else text, spaced)
        spaced = False


def _end_of_comment(value: str, at: int) -> int:
    depth = 1
    for found in _PAREN.finditer(value, at):
        sign = found.group()
        depth += 1 if sign == "(" else -1 if sign == ")" else 0
        if depth == 0:
            return found.end()
    raise MalformedError("has a comment that does not end", "hat einen Kommentar, der nicht endet")


def _malformed(sign: str) -> MalformedError:
    if sign == '"':
        return MalformedError("has a quote that does not end", "hat ein Anführungszeichen, das nicht endet")
    if sign == "[":
        return MalformedError("has a bracket that does not end", "hat eine Klammer, die nicht endet")
    if sign.isprintable():
        return MalformedError(
            f"has {sign} where it may not stand", f"hat {sign} an einer Stelle, wo es nicht stehen darf"
        )
    return MalformedError("has control characters", "hat Steuerzeichen")
