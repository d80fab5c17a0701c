"""The fields that describe content (RFC 2045 s5 and s6, RFC 2183), with their parameters (RFC 2231).

Receivers must make something of what is wrong here, as all mail readers do; what they make of it is read, and
:class:`Content` says what was wrong where that changes the meaning.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pforte.mail.fields.charsets import decode_text
from pforte.mail.fields.encoded_words import decode_words

_KIND = re.compile(
    r"[ \t]*([A-Za-z0-9!#$&^_.+-]+)[ \t]*(?:/[ \t]*([A-Za-z0-9!#$&^_.+-]+))?[ \t]*(?=[;(\s]|\Z)"
)
_PARAMETER = re.compile(
    r""";[ \t\r\n]*([^\s=;"]+)[ \t\r\n]*=[ \t\r\n]*(?:"([^"\\]*(?:\\.[^"\\]*)*)"|([^;"]*))""", re.DOTALL
)
_PAIR = re.compile(r"\\(.)", re.DOTALL)
_COMMENT = re.compile(r"[ \t]\(.*\Z", re.DOTALL)
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,4}))?(\*)?")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Content:
    """What such a field says.

    Attributes:
        kind: ``text/plain``, ``attachment`` or ``base64``, in small letters; "" where nobody can tell.
        parameters: by name in small letters.
        contradicted: names of parameters that are given twice with different values; the first counts.
    """

    kind: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    contradicted: frozenset[str] = frozenset()


def read_content(value: str, *, slashed: bool = False) -> Content:
    """Read a value with parameters.

    >>> read_content("Text/HTML; charset=UTF-8", slashed=True)
    Content(kind='text/html', parameters={'charset': 'UTF-8'}, contradicted=frozenset())

    Args:
        value: the field's unfolded value.
        slashed: whether it must be of two parts, as a media type is.
    """
    found = _KIND.match(value)
    kind = ""
    if found and bool(found[2]) is slashed:
        kind = (f"{found[1]}/{found[2]}" if slashed else found[1]).lower()
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    contradicted: set[str] = set()
    for name, quoted, bare in _PARAMETER.findall(value):
        said = _PAIR.sub(r"\1", quoted) if quoted else _COMMENT.sub("", bare).strip()
        section = _SECTION.fullmatch(name.lower())
        if section and (section[2] or section[3]):
            sections.setdefault(section[1], {}).setdefault(int(section[2] or 0), (said, bool(section[3])))
        elif plain.setdefault(name.lower(), said) != said:
            contradicted.add(name.lower())
    # RFC 2231 s3, s4: the extended form says more than the plain one beside it.
    plain |= {base: _joined(numbered) for base, numbered in sections.items() if 0 in numbered}
    return Content(kind, plain, frozenset(contradicted))


def file_name(disposition: Content, content_type: Content) -> str:
    """Return the name of a file as a person reads it, or "" (RFC 2183 s2.3; ``name`` is the old way).

    Encoded words may not stand in parameters (RFC 2047 s5), but mail readers decode them, so they are decoded.
    """
    name = disposition.parameters.get("filename") or content_type.parameters.get("name") or ""
    return decode_words(name).text


def _joined(sections: Mapping[int, tuple[str, bool]]) -> str:
    """Return the value that sections make up, up to the first that is missing (RFC 2231 s3, RFC 2231 s4.1)."""
    octets = bytearray()
    charset = ""
    for number in range(len(sections)):
        if number not in sections:
            break
        said, extended = sections[number]
        if number == 0 and extended and said.count("'") >= 2:
            charset, _, said = said.split("'", 2)
        raw = said.encode("utf-8", "surrogateescape")
        octets += _PERCENT.sub(lambda sign: bytes.fromhex(sign[1].decode()), raw) if extended else raw
    return decode_text(octets, charset or "utf-8")
