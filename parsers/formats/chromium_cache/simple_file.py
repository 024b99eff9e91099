"""Parse files of Chromium's simple cache.

``{16 hexadecimal digits}_0`` holds a header, the key, the body, an end record of the body, the response metadata, the
key's SHA-256 if the last end record says so, and that end record. ``..._1`` holds data derived from the body, and
``..._s`` the parts of a sparse body. In version 5 the header and an end record are 24 bytes each, or 20 bytes
if a 32-bit system packed them. Numbers are little-endian.

References:
    net/disk_cache/simple/simple_entry_format.h of Chromium; checked against what Chromium 156 wrote.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from typing import NamedTuple

from parsers.formats import deflate
from parsers.formats.chromium_cache.cache_key import MAX_KEY
from parsers.formats.chromium_cache.hashes import super_fast_hash

HEADER_MAGIC = struct.pack("<Q", 0xFCFB6D1BA7725C30)
END_MAGIC = struct.pack("<Q", 0xF4FA6F45970D41D8)
PART_MAGIC = struct.pack("<Q", 0xEB97BF016553676B)
#: Limit on the length of a file.
MAX_FILE = 128 * 1024 * 1024
#: Header versions with this form; sparse parts carry the version of the cache's index.
VERSIONS = range(5, 10)
_HAS_CRC = 1
_HAS_SHA256 = 2
_MAX_PARTS = 10_000


class SimpleFileError(ValueError):
    """Bytes that are not a simple cache file."""


class SimpleSpan(NamedTuple):
    """A range of bytes of the file.

    Attributes:
        offset: its start.
        length: its length in bytes.
        issue: what is wrong with its content, or empty.
    """

    offset: int
    length: int
    issue: str = ""


class SimplePart(NamedTuple):
    """One part of a sparse body: its position in the body and in the file."""

    start: int
    span: SimpleSpan


class SimpleHeader(NamedTuple):
    """The header and the key.

    Attributes:
        version: as recorded.
        key: the key.
        end: offset after the key.
        packed: whether a 32-bit system packed the structures.
        issue: what is wrong with the header, or empty.
    """

    version: int
    key: bytes
    end: int
    packed: bool
    issue: str = ""

    @property
    def end_size(self) -> int:
        """The length of an end record."""
        return 20 if self.packed else 24


class Streams(NamedTuple):
    """The content of a ``_0`` file.

    Attributes:
        body: the body.
        note: the response metadata; None if it is missing.
        issues: other problems, one sentence each.
    """

    body: SimpleSpan
    note: SimpleSpan | None
    issues: tuple[str, ...] = ()


def header(head: bytes) -> SimpleHeader:
    """Parse the header and the key from a file's first bytes.

    Raises:
        SimpleFileError: the file is not a simple cache file, or the key is incomplete.
    """
    if not head.startswith(HEADER_MAGIC) or len(head) < 20:
        raise SimpleFileError("the header of a simple cache file was expected")
    version, length, expected = struct.unpack_from("<III", head, 8)
    if not 0 < length <= min(MAX_KEY, len(head) - 20):
        raise SimpleFileError(f"its key is stated as {length} bytes long, and {len(head) - 20} bytes follow")
    for size in (24, 20):
        key = head[size : size + length]
        if len(key) == length and super_fast_hash(key) == expected:
            issue = "" if version in VERSIONS else f"The file's version, {version}, is not known."
            return SimpleHeader(version, key, size + length, size == 20, issue)
    size = 24 if len(head) >= 24 + length else 20
    return SimpleHeader(
        version, head[size : size + length], size + length, size == 20, "The key does not match the hash in the header."
    )


class _End(NamedTuple):
    flags: int
    crc: int
    stream_size: int


def _end_at(content: bytes, at: int, form: SimpleHeader) -> _End | None:
    if at < form.end or content[at : at + 8] != END_MAGIC or at + form.end_size > len(content):
        return None
    return _End(*struct.unpack_from("<III", content, at + 8))


def streams(content: bytes, form: SimpleHeader) -> Streams:
    """Parse a ``_0`` file. If it is damaged, as much as can be read."""
    last_at = len(content) - form.end_size
    last = _end_at(content, last_at, form)
    if last is not None:
        digest = 32 if last.flags & _HAS_SHA256 else 0
        note_at = last_at - digest - last.stream_size
        first_at = note_at - form.end_size
        first = _end_at(content, first_at, form)
        if first is not None:
            issues = []
            if digest and hashlib.sha256(form.key).digest() != content[last_at - 32 : last_at]:
                issues.append("The SHA-256 of the key at the file's end does not match the key.")
            return Streams(
                _checked(content, form.end, first_at, first, "body"),
                _checked(content, note_at, last_at - digest, last, "note on the answer"),
                tuple(issues),
            )
    return _damaged(content, form)


def _checked(content: bytes, start: int, end: int, record: _End, what: str) -> SimpleSpan:
    wrong = bool(record.flags & _HAS_CRC) and deflate.crc32(content[start:end]) != record.crc
    return SimpleSpan(start, end - start, f"The {what} does not match its checksum." if wrong else "")


def _damaged(content: bytes, form: SimpleHeader) -> Streams:
    """Split a damaged file at the first end record found. The metadata is assumed to follow it."""
    what = "The file's end is not as it should be; it was cut off, or was still being written."
    at = content.find(END_MAGIC, form.end)
    found = _end_at(content, at, form) if at >= 0 else None
    if found is None:
        return Streams(SimpleSpan(form.end, len(content) - form.end), None, (what,))
    start = at + form.end_size
    note = SimpleSpan(start, len(content) - start) if len(content) > start else None
    return Streams(_checked(content, form.end, at, found, "body"), note, (what,))


def parts(content: bytes, form: SimpleHeader) -> Iterator[SimplePart | str]:
    """The parts of a sparse body in a ``_s`` file, in order; a sentence where they break off."""
    size = 28 if form.packed else 32
    at = form.end
    for _ in range(_MAX_PARTS):
        if at >= len(content):
            return
        if content[at : at + 8] != PART_MAGIC or at + size > len(content):
            yield f"At byte {at} a part of the body was expected; what follows was not read."
            return
        start, length, crc = struct.unpack_from("<qqI", content, at + 8)
        at += size
        if start < 0 or length < 0:
            yield f"At byte {at - size} a part says it stands at {start} and is {length} bytes long; not read further."
            return
        there = min(length, len(content) - at)
        issue = "" if there == length else f"A part of {length} bytes breaks off after {there}."
        if not issue and crc and deflate.crc32(content[at : at + length]) != crc:
            issue = f"The part at byte {at} does not match its checksum."
        yield SimplePart(start, SimpleSpan(at, there, issue))
        at += length
    yield f"More than {_MAX_PARTS} parts: the rest was not read."
