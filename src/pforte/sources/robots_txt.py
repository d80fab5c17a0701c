"""Fetching a site's robots.txt the way RFC 9309 s2.3 tells crawlers to."""

import asyncio
import zlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import httpx

from pforte.clock import Clock

MOST_REDIRECTS = 5
"""RFC 9309 s2.3.1.2: crawlers should follow at least five."""
MOST_BYTES = 500 * 1024
"""RFC 9309 s2.5: what is beyond may be ignored."""
SECONDS = 10.0
HEADERS = {"User-Agent": "pforte", "Accept-Encoding": "identity"}


class FetchStatus(StrEnum):
    """How a fetch ended."""

    FOUND = "found"
    ABSENT = "absent"
    """RFC 9309 s2.3.1.3, "unavailable": crawlers may ask for anything."""
    TROUBLE = "trouble"
    """Nothing is known of what the site serves; the last version stays in force."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The outcome of one fetch.

    Attributes:
        status: how it ended.
        content: the file, at most ``MOST_BYTES``; b"" unless found.
        at: when it was fetched, UTC.
        trouble: what went wrong, or "".
    """

    status: FetchStatus
    content: bytes
    at: datetime
    trouble: str = ""


async def fetch_robots(url: str, clock: Clock) -> Fetched:
    """Fetch a robots.txt from an ``http`` or ``https`` URL.

    Every trouble of the network or the server is TROUBLE and raises nothing.
    """
    at = clock.now()
    try:
        async with (
            asyncio.timeout(SECONDS),
            httpx.AsyncClient(follow_redirects=True, max_redirects=MOST_REDIRECTS, timeout=SECONDS) as client,
            client.stream("GET", url, headers=HEADERS) as response,
        ):
            if response.is_success:
                return Fetched(FetchStatus.FOUND, await _read(response), at)
            # That we took too long or asked too often says nothing about the file (RFC 9110 s15.5.9, RFC 6585 s4).
            if response.is_client_error and response.status_code not in {408, 429}:
                return Fetched(FetchStatus.ABSENT, b"", at)
            return Fetched(FetchStatus.TROUBLE, b"", at, f"{url} answers {response.status_code}")
    except TimeoutError:
        return Fetched(FetchStatus.TROUBLE, b"", at, f"{url} does not answer within {SECONDS:.0f} s")
    except (httpx.HTTPError, httpx.InvalidURL, zlib.error) as error:
        return Fetched(
            FetchStatus.TROUBLE, b"", at, f"{url} cannot be fetched: {error or type(error).__name__}"
        )


async def _read(response: httpx.Response) -> bytes:
    """Return the beginning of the body. What a server compresses unasked is expanded no further than that."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"identity", "gzip", "x-gzip", "deflate"}:
        raise httpx.DecodingError(f"the content is encoded as {encoding[:40]!r}, which was not asked for")
    gathered = bytearray()
    async for piece in response.aiter_raw():
        gathered += piece
        if len(gathered) >= MOST_BYTES:
            break
    raw = bytes(gathered[:MOST_BYTES])
    # 32 lets zlib tell gzip (RFC 1952) and zlib (RFC 1950) apart by their headers.
    return (
        raw if encoding == "identity" else zlib.decompressobj(32 + zlib.MAX_WBITS).decompress(raw, MOST_BYTES)
    )
