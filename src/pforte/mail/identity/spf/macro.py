"""Macros in the terms and explanations of SPF records (RFC 7208 s7, with examples in RFC 7208 s7.4)."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import quote

MOST_NAME = 253
"""Characters of an expanded name; labels on its left are dropped until it fits (RFC 7208 s7.3)."""

_MOST_PARTS = 128
"""Parts that may be asked for, at least (RFC 7208 s7.3); no value has as many."""

_PIECE = re.compile(r"([^%]+)|%([%_-])|%\{([a-zA-Z])([0-9]*)([rR]?)([.+,/_=-]*)\}")
_SIGNS = {"%": "%", "_": " ", "-": "%20"}
_MOST_LABEL = 63
_IN_TERMS = frozenset("slodipvh")
_IN_EXPLANATIONS = _IN_TERMS | set("crt")


class MacroError(ValueError):
    """A text breaks the grammar of macros; the message quotes the place."""


@dataclass(frozen=True, slots=True)
class Macro:
    """One macro.

    Attributes:
        letter: which value, in small letters.
        parts: how many parts of it are taken, from the right; 0 takes all.
        reverse: whether the parts are turned round first.
        delimiters: where the value is cut into parts.
        escaped: whether the outcome is escaped for a URL (capital letter).
    """

    letter: str
    parts: int = 0
    reverse: bool = False
    delimiters: str = "."
    escaped: bool = False

    def expand(self, value: str) -> str:
        """Return what a value becomes.

        >>> Macro("d", parts=1, reverse=True).expand("mail.example.org")
        'mail'
        """
        first = self.delimiters[0]
        for other in set(self.delimiters):
            value = value.replace(other, first)
        pieces = value.split(first)
        if self.reverse:
            pieces.reverse()
        text = ".".join(pieces[-self.parts :])
        return quote(text, safe="", errors="replace") if self.escaped else text


@dataclass(frozen=True, slots=True)
class MacroString:
    """A text with macros.

    Attributes:
        pieces: literal texts and macros in their order.
    """

    pieces: tuple[str | Macro, ...]

    @property
    def letters(self) -> frozenset[str]:
        """Return the letters of its macros."""
        return frozenset(piece.letter for piece in self.pieces if isinstance(piece, Macro))

    def expand(self, values: Mapping[str, str]) -> str:
        """Return the text with every macro expanded.

        Args:
            values: by letter, at least those of :attr:`letters`.
        """
        return "".join(
            piece if isinstance(piece, str) else piece.expand(values[piece.letter]) for piece in self.pieces
        )

    def expand_name(self, values: Mapping[str, str]) -> str | None:
        r"""Return the expanded name as a resolver takes it; None where it can be no name in the DNS.

        RFC 7208 s4.8 leaves open what such a name means; here nothing is found at it, and nobody is asked.
        A local part outside ASCII never matches (RFC 8616 s4).

        >>> parse_macros("%{l}.example").expand_name({"l": "a\\b"})
        'a\\\\b.example'
        """
        name = self.expand(values).removesuffix(".")
        if len(name) > MOST_NAME:
            cut = name.find(".", len(name) - MOST_NAME - 1)
            if cut < 0:
                return None
            name = name[cut + 1 :]
        sound = name.isascii() and all(0 < len(label) <= _MOST_LABEL for label in name.split("."))
        return name.replace("\\", "\\\\") if sound else None


def parse_macros(text: str, *, explanation: bool = False) -> MacroString:
    """Read a text with macros.

    Args:
        text: visible ASCII characters, in explanations spaces too.
        explanation: whether it is the text that ``exp=`` leads to, which alone knows ``c``, ``r`` and ``t``.

    Raises:
        MacroError: a percent sign begins no macro.
    """
    allowed = _IN_EXPLANATIONS if explanation else _IN_TERMS
    pieces: list[str | Macro] = []
    at = 0
    while at < len(text):
        found = _PIECE.match(text, at)
        if found is None:
            raise MacroError(f'"{text[at : at + 10]}" begins no macro')
        at = found.end()
        literal, sign, letter, *_ = found.groups()
        if letter is None:
            pieces.append(literal or _SIGNS[sign])
        else:
            pieces.append(_macro(found, allowed))
    return MacroString(tuple(pieces))


def _macro(found: re.Match[str], allowed: Collection[str]) -> Macro:
    letter, digits, reverse, delimiters = found.group(3, 4, 5, 6)
    if letter.lower() not in allowed:
        raise MacroError(f'"{found.group()[:20]}" is no macro that may stand here')
    number = digits.lstrip("0")
    if digits and not number:
        raise MacroError(f'"{found.group()[:20]}" takes no part')  # RFC 7208 s7.3: MUST be nonzero
    return Macro(
        letter=letter.lower(),
        parts=int(number) if 0 < len(number) <= len(str(_MOST_PARTS)) else 0,
        reverse=bool(reverse),
        delimiters=delimiters or ".",
        escaped=letter.isupper(),
    )
