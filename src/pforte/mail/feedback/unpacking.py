"""Taking reports out of what they come in: gzip, zip, or the mail that brought them (RFC 9990 s3.5.2, RFC 8460 s5.3)."""

import email
import email.message
import email.policy
import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from pforte.mail.feedback.limits import Limits, ReportError

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_MOST_SAID = 100
_GZIP_WINDOW = 31  # zlib: a gzip header, the largest window
_MOST_MEMBERS = 16
_MOST_PARTS = 100
_PACKED_IN = 2  # an archive in a mail, a document in the archive
_FIELD = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,76}:|From ")
_TYPES = frozenset(
    {
        "application/gzip",
        "application/x-gzip",
        "application/zip",
        "application/x-zip-compressed",
        "application/xml",
        "text/xml",
        "application/json",
        "application/tlsrpt+gzip",
        "application/tlsrpt+json",
    }
)
_ENDINGS = (".xml", ".xml.gz", ".json", ".json.gz", ".gz", ".zip")


def unpack(raw: bytes, limits: Limits) -> Iterator[bytes]:
    """Yield the documents in a file, each an XML or a JSON text or what else it may be.

    Raises:
        ReportError: it is damaged, or holds more than is read.
    """
    yield from _unpack(raw, limits, _PACKED_IN)


def _unpack(raw: bytes, limits: Limits, deep: int) -> Iterator[bytes]:
    if len(raw) > limits.most_octets:
        raise ReportError(f"it is larger than {limits.most_octets:,} octets")
    if raw.startswith(_GZIP):
        inner = iter((_gunzip(raw, limits.most_octets),))
    elif raw.startswith(_ZIP):
        inner = _members(raw, limits)
    elif _FIELD.match(raw):
        inner = _attachments(raw, limits)
    else:
        yield raw
        return
    if not deep:
        raise ReportError("it is packed in too many wrappings")
    for document in inner:
        yield from _unpack(document, limits, deep - 1)


def _gunzip(raw: bytes, most: int) -> bytes:
    """Unpack gzip members one after another (RFC 1952 s2.2); what follows them and is none is left out."""
    found: list[bytes] = []
    left = most
    try:
        for _ in range(_MOST_MEMBERS):
            unpacker = zlib.decompressobj(_GZIP_WINDOW)
            found.append(unpacker.decompress(raw, left + 1))
            left -= len(found[-1])
            if left < 0:
                raise ReportError(f"it unpacks to more than {most:,} octets")
            if not unpacker.eof:
                raise ReportError("its gzip data are cut off")
            raw = unpacker.unused_data
            if not raw.startswith(_GZIP):
                return b"".join(found)
    except zlib.error as error:
        raise ReportError(f"its gzip data are damaged ({error})") from error
    raise ReportError(f"it is more than {_MOST_MEMBERS} gzip files in one")


def _members(raw: bytes, limits: Limits) -> Iterator[bytes]:
    left = limits.most_octets
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) > limits.most_documents:
                raise ReportError(f"it holds more than {limits.most_documents} files")
            for member in members:
                if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise ReportError("it is a zip file of a kind that reports do not come in")
                with archive.open(member) as opened:
                    document = opened.read(left + 1)
                left -= len(document)
                if left < 0:
                    raise ReportError(f"it unpacks to more than {limits.most_octets:,} octets")
                yield document
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        RuntimeError,
        NotImplementedError,
        OSError,
        ValueError,
    ) as error:
        if isinstance(error, ReportError):
            raise
        # RuntimeError: a password; ValueError: offsets that point before the file.
        said = str(error)[:_MOST_SAID] or type(error).__name__  # it quotes names out of the file
        raise ReportError(f"its zip data are damaged or locked ({said})") from error


def _attachments(raw: bytes, limits: Limits) -> Iterator[bytes]:
    try:
        message = email.message_from_bytes(raw, policy=email.policy.compat32)
        parts = [
            part
            for part, _ in zip(message.walk(), range(_MOST_PARTS), strict=False)
            if _may_hold_report(part)
        ]
        documents = [part.get_payload(decode=True) for part in parts[: limits.most_documents]]
    except (RecursionError, LookupError, UnicodeError) as error:
        raise ReportError("it is a mail that cannot be taken apart") from error
    if not documents:
        raise ReportError("it is a mail without a report")
    for document in documents:
        if isinstance(document, bytes):
            yield document


def _may_hold_report(part: "email.message.Message[str, str]") -> bool:
    if part.is_multipart():
        return False
    if part.get_content_type() in _TYPES:
        return True
    return str(part.get_filename("")).lower().endswith(_ENDINGS)
