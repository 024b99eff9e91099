"""Parse Chromium's metadata about a response: request time, response time, and headers.

The data is a "pickle": the length of what follows (u32), then values in order, each padded to four bytes: flags with
the version in the lowest byte (u32), further flags where bit 31 is set (u32), the request's and the response's time,
the time of the first response where further flag 4 is set (each microseconds since 1601-01-01 UTC, i64), and the
headers as one text (u32 length) in which each line ends with NUL. What follows the headers (certificates, address of
the server, protocol) is not read.

References:
    net/http/http_response_info.cc and base/pickle.h of Chromium; checked against what Chromium 156 wrote.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from parsers.times import MILLISECONDS_MAX, MILLISECONDS_MIN

#: The only version seen since 2009; Chromium itself refuses others.
VERSION = 3
#: Limit on the length of headers; Chromium accepts at most 256 KiB from a server.
MAX_HEADERS = 1024 * 1024
_TRUNCATED = 1 << 12
_FURTHER_FLAGS = 1 << 31
_FIRST_RESPONSE = 1 << 2
_FROM_1601 = 11_644_473_600_000_000


class HttpInfoError(ValueError):
    """Bytes that are not such metadata, or end before the headers do."""


class HttpInfo(NamedTuple):
    """The metadata of a response.

    Attributes:
        request_time: microseconds since 1601 UTC, as recorded.
        response_time: likewise.
        first_response_time: likewise; when the body first arrived, if a later response only confirmed it. Else None.
        status_line: such as ``HTTP/1.1 200 OK``.
        headers: names and values, in order, as recorded.
        truncated: whether Chromium marked the body as truncated.
    """

    request_time: int
    response_time: int
    first_response_time: int | None
    status_line: str
    headers: tuple[tuple[str, str], ...]
    truncated: bool = False

    @classmethod
    def parse(cls, content: bytes) -> HttpInfo:
        """Parse the metadata.

        Raises:
            HttpInfoError: the bytes are not valid metadata.
        """
        (length,) = _take("<I", content, 0)
        if length > len(content) - 4:
            raise HttpInfoError(f"it says it is {length} bytes long, and {len(content) - 4} are there")
        (flags,) = _take("<I", content, 4)
        if flags & 0xFF != VERSION:
            raise HttpInfoError(f"its version is {flags & 0xFF}, not {VERSION}")
        at, further = 8, 0
        if flags & _FURTHER_FLAGS:
            (further,) = _take("<I", content, at)
            at += 4
        requested, responded = _take("<qq", content, at)
        at += 16
        first: int | None = None
        if further & _FIRST_RESPONSE:
            (first,) = _take("<q", content, at)
            at += 8
        (size,) = _take("<I", content, at)
        at += 4
        if size > min(MAX_HEADERS, len(content) - at):
            raise HttpInfoError(f"its headers say they are {size} bytes long, and {len(content) - at} are there")
        lines = content[at : at + size].decode("utf-8", "replace").split("\0")
        return cls(
            requested,
            responded,
            first if first != responded else None,
            lines[0],
            tuple(_headers(lines[1:])),
            bool(flags & _TRUNCATED),
        )


def _take(form: str, content: bytes, at: int) -> tuple[int, ...]:
    try:
        return struct.unpack_from(form, content, at)
    except struct.error as error:
        raise HttpInfoError(f"it breaks off at byte {len(content)}") from error


def _headers(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip(), value.strip()


def from_1601(value: int) -> int | None:
    """Convert microseconds since 1601 UTC to 1970 UTC; None for 0 and for times outside Alexa's lifetime."""
    timestamp = value - _FROM_1601
    return timestamp if MILLISECONDS_MIN * 1000 <= timestamp <= MILLISECONDS_MAX * 1000 else None
