"""Versions of documents that visitors must obey, such as robots.txt, with the time each came into force."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, delete, insert, select

from pforte.register.encoding import decode_moment, encode_moment
from pforte.register.schema import DOCUMENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One version of a document.

    Attributes:
        name: what it is the text of, such as ``robots:example.net``.
        content: its bytes.
        came_into_force: since when it counts, UTC.
        sha256: digest of the content, lower-case hex.
    """

    name: str
    content: bytes
    came_into_force: datetime
    sha256: str


def save_document(connection: Connection, name: str, content: bytes, came_into_force: datetime) -> bool:
    """Store a version unless it says the same as the one in force at that moment; say whether it was new.

    A version that takes the moment of another is refused in favour of the one that stands there.
    """
    digest = sha256(content).hexdigest()
    before = connection.execute(
        select(DOCUMENTS.c.sha256, DOCUMENTS.c.came_into_force)
        .where(DOCUMENTS.c.name == name, DOCUMENTS.c.came_into_force <= encode_moment(came_into_force))
        .order_by(DOCUMENTS.c.came_into_force.desc())
        .limit(1)
    ).first()
    if before is not None and (before[0] == digest or before[1] == encode_moment(came_into_force)):
        return False
    row = {
        "name": name,
        "content": content,
        "came_into_force": encode_moment(came_into_force),
        "sha256": digest,
    }
    connection.execute(insert(DOCUMENTS).values(row))
    return True


def replace_document(connection: Connection, name: str, content: bytes, came_into_force: datetime) -> None:
    """Store a document in the place of all its versions, because nobody asks for its history."""
    connection.execute(delete(DOCUMENTS).where(DOCUMENTS.c.name == name))
    save_document(connection, name, content, came_into_force)


def read_documents(connection: Connection, name: str) -> list[Document]:
    """Return the versions of a document, oldest first."""
    query = (
        select(DOCUMENTS.c.content, DOCUMENTS.c.came_into_force, DOCUMENTS.c.sha256)
        .where(DOCUMENTS.c.name == name)
        .order_by(DOCUMENTS.c.came_into_force)
    )
    return [
        Document(name=name, content=bytes(content), came_into_force=decode_moment(since), sha256=digest)
        for content, since, digest in connection.execute(query)
    ]
