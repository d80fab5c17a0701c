"""Which Authentication-Results fields pretend to be ours, and must be taken out of mail from outside (RFC 8601 s5)."""

from collections.abc import Collection, Iterable

from pforte.dns.names import ascii_name
from pforte.mail.identity.authres.parsing import MOST_OCTETS, Reader, ResultsError, joined
from pforte.mail.identity.authres.rendering import FIELD

_NAME = FIELD.lower().encode()


def forged_fields(fields: Iterable[tuple[bytes, bytes]], servers: Collection[str]) -> tuple[int, ...]:
    """Return the indexes of the fields that bear one of our names.

    Args:
        fields: name and body (what stands behind the colon) of each header field, in their order.
        servers: the names under which we write (authserv-id).
    """
    return tuple(
        index
        for index, (name, body) in enumerate(fields)
        if name.rstrip(b" \t").lower() == _NAME and claims(body, servers)
    )


def claims(raw: bytes, servers: Collection[str]) -> bool:
    """Say whether a field's body begins with one of our names, or with nothing that can be read.

    Read more loosely than the grammar is, because whoever reads the field after us may be careless too.

    Args:
        raw: what stands behind the colon.
        servers: the names under which we write.
    """
    reader = Reader(joined(raw[:MOST_OCTETS].decode("utf-8", "replace")))
    try:
        reader.pass_over()
        server = reader.value()
    except ResultsError:
        return True
    return _folded(server) in set(map(_folded, servers))


def _folded(name: str) -> str:
    return ascii_name(name.strip()) or name.strip().lower()
