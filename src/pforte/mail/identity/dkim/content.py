"""A message as signatures see it: header fields found from the bottom up, and hashes of the body."""

from collections.abc import Iterable, Iterator, Sequence

from pforte.mail.identity.dkim.canonical import BodyDigest, Form, canonical_field, digest_body


class Content:
    """The header fields and the body of one message, for any number of signatures over them.

    Args:
        fields: the header fields in their order, each with its name, colon and folding. Those without a colon
            are no fields and are never found.
        body: what follows the empty line. Where a field has a lone LF, the message is from a file, and every LF
            of it is a line end; from the wire, only CRLF is.
    """

    def __init__(self, fields: Sequence[bytes], body: bytes | memoryview) -> None:
        header = b"".join(fields)
        from_file = header.count(b"\n") != header.count(b"\r\n")
        self.fields = tuple(map(_with_crlf, fields) if from_file else fields)
        self._body = _with_crlf(bytes(body)) if from_file else bytes(body)
        self._lengths: dict[Form, set[int | None]] = {form: set() for form in Form}
        self._digests: dict[Form, dict[int | None, BodyDigest]] = {form: {} for form in Form}
        self._places: dict[bytes, list[int]] = {}
        for place, field in enumerate(self.fields):
            name, colon, _ = field.partition(b":")
            if colon:
                self._places.setdefault(name.rstrip(b" \t").lower(), []).append(place)

    def places(self, name: bytes) -> Sequence[int]:
        """Return where the fields of a name (in small letters) stand among all fields, from the top down."""
        return self._places.get(name, ())

    def select(self, names: Iterable[bytes], form: Form, but: int | None = None) -> Iterator[bytes]:
        """Return the canonical fields that a list of names means, each with its line end.

        A name that stands more than once means the last field, then the last but one and so on; where none is
        left it means nothing, and so keeps others from adding one (RFC 6376 s5.4.2).

        Args:
            names: names in small letters, in the order of signing.
            form: the form.
            but: place of the field that holds the signature itself, which never is among what it signs.
        """
        left: dict[bytes, list[int]] = {}
        for name in names:
            if name not in left:
                left[name] = [place for place in self.places(name) if place != but]
            if left[name]:
                yield canonical_field(self.fields[left[name].pop()], form) + b"\r\n"

    def expect(self, form: Form, length: int | None) -> None:
        """Say that a hash of the body will be asked for: those expected are made together, in one go over it."""
        self._lengths[form].add(length)

    def digest(self, form: Form, length: int | None) -> BodyDigest:
        """Return the hash of the body, or of so many octets of it."""
        if length not in self._digests[form]:
            self.expect(form, length)
            self._digests[form] = digest_body(self._body, form, self._lengths[form])
        return self._digests[form][length]


def _with_crlf(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
