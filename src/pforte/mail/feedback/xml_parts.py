"""The parts of an XML report one after another, without ever holding more than one of them.

A document type, and with it every entity, is refused, so nothing in a report can grow or fetch anything (RFC 9990 s8.1).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from pforte.mail.feedback.limits import Limits, ReportError

NAMESPACES = frozenset({"urn:ietf:params:xml:ns:dmarc-2.0", "http://dmarc.org/dmarc-xml/0.1"})
"""Of RFC 9990 and of RFC 7489; most reporters write none. Elements of others are extensions (RFC 9990 s5)."""
_DEEPEST = 12
_CHUNK = 65_536


@dataclass(slots=True)
class Element:
    """One element: its name without namespace ("" for an extension), its text, and its children."""

    name: str
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def first(self, *path: str) -> "Element | None":
        """Return the first element that a path of names leads to."""
        found: Element | None = self
        for name in path:
            found = next((child for child in found.children if child.name == name), None) if found else None
        return found

    def all(self, name: str) -> list["Element"]:
        """Return the children of a name."""
        return [child for child in self.children if child.name == name]

    def value(self, *path: str) -> str:
        """Return the text that a path of names leads to, without white space around it, or ""."""
        found = self.first(*path)
        return found.text.strip() if found else ""


def read_parts(xml: bytes, root: str, limits: Limits) -> Iterator[Element]:
    """Yield the elements right below the root.

    Raises:
        ReportError: it is no such XML document, or more of one than is read.
    """
    builder = _Builder(root, limits)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = builder.refuse_doctype
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    xml = xml.lstrip(b" \t\r\n")
    try:
        for at in range(0, len(xml) + 1, _CHUNK):
            chunk = xml[at : at + _CHUNK]
            parser.Parse(chunk, len(chunk) < _CHUNK)
            yield from builder.take()
    except ReportError:
        raise
    except (expat.ExpatError, ValueError, LookupError) as error:
        # ValueError, LookupError: an encoding that is unknown or that expat cannot use.
        raise ReportError(f"it is no XML ({error})") from error


class _Builder:
    def __init__(self, root: str, limits: Limits) -> None:
        self._root = root
        self._limits = limits
        self._open: list[Element] = []
        self._done: list[Element] = []
        self._elements = 0

    def take(self) -> list[Element]:
        done, self._done = self._done, []
        return done

    def refuse_doctype(self, *_: object) -> None:
        raise ReportError("it has a document type, which no report needs")

    def start(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002  as expat calls it
        namespace, _, local = name.rpartition(" ")
        element = Element(local if not namespace or namespace in NAMESPACES else "")
        if not self._open and element.name != self._root:
            raise ReportError(f'its root is "{local[:40]}" and not "{self._root}"')
        if len(self._open) == 1:
            self._elements = 0
        self._elements += 1
        if len(self._open) >= _DEEPEST or self._elements > self._limits.most_elements:
            raise ReportError("one part of it has too many elements, or too deep ones")
        if len(self._open) > 1:
            self._open[-1].children.append(element)
        self._open.append(element)

    def characters(self, text: str) -> None:
        element = self._open[-1]
        room = self._limits.most_characters - len(element.text)
        if room > 0:
            element.text += text.lstrip()[:room] if not element.text else text[:room]

    def end(self, name: str) -> None:  # noqa: ARG002  as expat calls it
        element = self._open.pop()
        if len(self._open) == 1:
            self._done.append(element)
