"""Reading an Authentication-Results field as the grammar has it (RFC 8601 s2.2), in one pass and within bounds."""

import re

from pforte.mail.identity.authres.results import MethodResult, Property, Results

MOST_OCTETS = 16_384
"""Octets of a field that is read."""

MOST_PARTS = 200
"""Results and properties together."""

VERSION = 1

_FOLD = re.compile(r"\r?\n(?=[ \t])")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_WHITE = re.compile(r"[ \t]*")
_IN_COMMENT = re.compile(r"[^()\\]*")
_KEYWORD = re.compile(r"[A-Za-z0-9-]*[A-Za-z0-9]")  # RFC 5321 s4.1.2, Ldh-str of one character or more
_NUMBER = re.compile(r"[0-9]{1,6}(?![0-9])")
_TOKEN = re.compile(r"[^\x00-\x20\x7f()<>@,;:\\\"/\[\]?=]+")  # RFC 2045 s5.1, with UTF-8 (RFC 6532)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_PAIR = re.compile(r"\\(.)")
_ATOMS = re.compile(r"[^\x00-\x20\x7f()<>@,;:\\\"\[\].]+(?:\.[^\x00-\x20\x7f()<>@,;:\\\"\[\].]+)*")
_DOMAIN = re.compile(r"[A-Za-z0-9_\u0080-\U0010ffff-]+(?:\.[A-Za-z0-9_\u0080-\U0010ffff-]+)*")
_SHOWN = 30


class ResultsError(ValueError):
    """A text is no Authentication-Results field; the message says where."""


def parse_results(raw: bytes) -> Results:
    """Read what stands behind the colon of a field, with its folding and line end.

    Keywords (methods, results, kinds and names of properties) come out in small letters; comments are passed over.

    Raises:
        ResultsError: the grammar is broken, the version is unknown, or it is too long.

    >>> found = parse_results(b" mx.example; spf=pass smtp.mailfrom=example.org")
    >>> found.server, found.methods[0].value("smtp", "mailfrom")
    ('mx.example', 'example.org')
    """
    reader = Reader(_text_of(raw))
    reader.pass_over()
    server = reader.value()
    version = VERSION
    if reader.pass_over() and (digits := reader.take(_NUMBER)):
        version = int(digits)
        reader.pass_over()
    if version != VERSION:
        raise ResultsError(f"version {version} of the field is not known")
    return Results(server, _methods(reader), version)


def _text_of(raw: bytes) -> str:
    if len(raw) > MOST_OCTETS:
        raise ResultsError(f"the field is longer than {MOST_OCTETS} octets")
    try:
        text = joined(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ResultsError(f"the field is no UTF-8 ({error.reason})") from error
    if _CONTROL.search(text):
        raise ResultsError("the field holds a control character")
    return text


def joined(text: str) -> str:
    """Return the lines of a folded field as one (RFC 5322 s2.2.3), without the last line end."""
    return _FOLD.sub("", text).rstrip("\r\n")


def _methods(reader: "Reader") -> tuple[MethodResult, ...]:
    methods: list[MethodResult] = []
    while True:
        reader.expect(";")
        reader.pass_over()
        word = reader.keyword("a method")
        reader.pass_over()
        if reader.ended and word == "none" and not methods:
            return ()
        methods.append(_method(reader, word))
        if reader.ended:
            return tuple(methods)


def _method(reader: "Reader", method: str) -> MethodResult:
    version = 1
    if reader.takes("/"):
        reader.pass_over()
        version = int(reader.take(_NUMBER) or reader.refuse("a version"))
        reader.pass_over()
    reader.expect("=")
    reader.pass_over()
    result = reader.keyword("a result")
    reason = ""
    properties: list[Property] = []
    reader.pass_over()
    while not (reader.ended or reader.sees(";")):
        word = reader.keyword("a property")
        reader.pass_over()
        if word == "reason" and not reason and not properties and reader.takes("="):
            reader.pass_over()
            reason = reader.value()
        else:
            properties.append(_property(reader, word))
        reader.pass_over()
    return MethodResult(method, result, tuple(properties), reason, version)


def _property(reader: "Reader", kind: str) -> Property:
    reader.expect(".")
    reader.pass_over()
    name = reader.keyword("the name of a property")
    reader.pass_over()
    reader.expect("=")
    reader.pass_over()
    return Property(kind, name, reader.mailbox_or_value())


class Reader:
    """Reads a text from left to right.

    Args:
        text: the field's body on one line.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._parts = 0

    @property
    def ended(self) -> bool:
        """Say whether all is read."""
        return self._at == len(self._text)

    def sees(self, sign: str) -> bool:
        """Say whether a sign comes next."""
        return self._text.startswith(sign, self._at)

    def takes(self, sign: str) -> bool:
        """Read a sign if it comes next, and say whether it did."""
        seen = self.sees(sign)
        self._at += len(sign) * seen
        return seen

    def expect(self, sign: str) -> None:
        """Read a sign that must come next.

        Raises:
            ResultsError: another does.
        """
        if not self.takes(sign):
            self.refuse(f'"{sign}"')

    def take(self, pattern: re.Pattern[str]) -> str:
        """Read what fits, and return it; "" where nothing does."""
        found = pattern.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found.group()

    def pass_over(self) -> bool:
        """Read white space and comments (RFC 5322 s3.2.2), and say whether there was any.

        Raises:
            ResultsError: a comment does not end.
        """
        start = self._at
        self.take(_WHITE)
        while self.sees("("):
            self._comment()
            self.take(_WHITE)
        return self._at > start

    def keyword(self, wanted: str) -> str:
        """Read a keyword and return it in small letters.

        Raises:
            ResultsError: there is none, or too many were read before.
        """
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise ResultsError(f"the field has more than {MOST_PARTS} parts")
        return self.take(_KEYWORD).lower() or self.refuse(wanted)

    def value(self) -> str:
        """Read a token or a quoted string, and return it without quotes (RFC 2045 s5.1).

        Raises:
            ResultsError: there is neither.
        """
        if self.sees('"'):
            quoted = self.take(_QUOTED) or self.refuse("the end of a quoted string")
            return _PAIR.sub(r"\1", quoted[1:-1])
        return self.take(_TOKEN) or self.refuse("a name or a quoted string")

    def mailbox_or_value(self) -> str:
        """Read the value of a property: a mailbox, the domain of one behind its ``@``, a token or a quoted string.

        Raises:
            ResultsError: there is none of them.
        """
        start = self._at
        local = _QUOTED if self.sees('"') else _ATOMS
        self.take(local)
        if self.takes("@"):
            if not self.take(_DOMAIN):
                self.refuse("a domain")
            return self._text[start : self._at]
        self._at = start
        return self.value()

    def refuse(self, wanted: str) -> str:
        """Say that something else was wanted here.

        Raises:
            ResultsError: always.
        """
        rest = self._text[self._at : self._at + _SHOWN]
        raise ResultsError(f"{wanted} is missing " + (f"before {rest!r}" if rest else "at the end"))

    def _comment(self) -> None:
        depth = 0
        while True:
            if self.takes("("):
                depth += 1
            elif self.takes(")"):
                depth -= 1
            elif self.takes("\\"):
                self._at += 1
            if depth == 0:
                return
            self.take(_IN_COMMENT)
            if self._at >= len(self._text):
                self._at = len(self._text)
                self.refuse("the end of a comment")
