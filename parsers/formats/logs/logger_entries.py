"""Binary entries of Android's logger: the output of ``logcat -B``, and the kernel's ``pmsg-ramoops-0``.

An entry is a header and a payload. A text payload is a priority, the tag, a zero byte, the message, a zero byte.
``logcat -B`` writes the logger's header: lengths of payload and header, pid, tid, seconds and nanoseconds since
1970, and in later versions the log's number and the user. ``pmsg`` has a shorter header that begins with ``l``.

References:
    AOSP system/logging/liblog: include/log/log_read.h (``logger_entry``, ``_v2``, ``_v3``, ``_v4``), pmsg_reader.cpp,
    include/private/android_logger.h (``android_pmsg_log_header_t``, ``android_log_header_t``), logprint.cpp.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from parsers.formats.logs.dating import Stamp
from parsers.formats.logs.lines import OtherLine
from parsers.formats.logs.logcat import LogcatLine
from parsers.locator import at_bytes

FORM = "binary"
#: The form of payloads by themselves.
PAYLOAD_FORM = "payload"
_HEADER = struct.Struct("<HHiiII")
#: Header sizes of the four versions. Only the last is certain to state the log's number.
_HEADERS, _WITH_LOG = frozenset((20, 24, 28)), 28
_PMSG = struct.Struct("<cHHHBHII")
_MAGIC = b"l"
#: Logs with binary payloads: events, stats, security. Other logs, up to this number, hold text.
_BINARY_LOGS, _LAST_LOG = frozenset((2, 5, 6)), 7
#: A payload whose tag a program may have. Of payloads by themselves the first must be one.
_ALONE = re.compile(rb"[\x02-\x08](?P<tag>[\x20-\x7e]{1,128})\0(?P<text>[\x09\x0a\x0d\x20-\x7e\x80-\xff]{0,4096})\0")
_TEXT = re.compile(rb"[\x02-\x08](?P<tag>[\x20-\x7e\x80-\xff]{0,128})\0(?P<text>[^\0]*)\0{0,4}", re.DOTALL)
#: Number of first bytes that tell whether an entry may begin, and their pattern.
_LOOKED_AT = 8
_CANDIDATE = re.compile(rb"(?=l.{6}[\x00-\x07]|(?!\0\0)..[\x00\x14\x18\x1c]\0.{3}[\x00-\x7f])", re.DOTALL)
#: What a file whose first entry is whole begins with, as hyperscan reads it.
BEGINNING = rb"\A(?:l.{6}[\x00-\x07]|..[\x00\x14\x18\x1c]\x00)"
#: Maximum entry length, window size, how far to search for the first entry of a ring buffer, and how many entries in a
#: row rule out chance.
_MAX_ENTRY, _WINDOW, _RING, _CHAIN = 5120, 1024 * 1024, 65536, 3
_NANOSECONDS = 1_000_000_000


class LoggerEntry(NamedTuple):
    """A log entry.

    Attributes:
        size: total length in bytes.
        seconds, nanoseconds: since 1970, UTC.
        tag, text: writer and message; None for a log of events.
    """

    size: int
    seconds: int
    nanoseconds: int
    tag: bytes | None
    text: bytes | None


def entry_at(content: bytes, at: int) -> LoggerEntry | None:
    """Parse the entry at an offset, in either format; None if there is no complete entry."""
    return _of_pmsg(content, at) or _of_logger(content, at)


def begins(head: bytes, *, named: bool = False) -> bool:
    """Whether a file begins with logger entries, the first of which may be cut.

    Args:
        head: the file's first bytes.
        named: whether the file has the name of such a log. Then one entry is enough; otherwise several in a row.
    """
    at, count, texts = _next(head, 0, min(len(head), _RING if named else 1)), 0, 0
    while at >= 0 and (found := entry_at(head, at)):
        at, count, texts = at + found.size, count + 1, texts + (found.text is not None)
        if texts and count >= (1 if named else _CHAIN):
            return True
    return texts > 0 and at == len(head)


def entries(stream: BinaryIO) -> Iterator[LogcatLine | OtherLine]:
    """Yield the lines of each entry's message, and one unparsed line for events and for bytes that are no entry."""
    window, base, at, ended = b"", 0, 0, False
    lost, excerpt = -1, b""
    while True:
        if not ended and len(window) - at < 2 * _MAX_ENTRY:
            piece = stream.read(_WINDOW)
            window, base, at, ended = window[at:] + piece, base + at, 0, not piece
            continue
        found = entry_at(window, at)
        if lost >= 0 and (found is not None or at >= len(window)):
            yield OtherLine(at_bytes(lost, base + at - lost), excerpt)
            lost = -1
        if at >= len(window):
            return
        if found is not None:
            yield from _lines(found, at_bytes(base + at, found.size))
            at += found.size
            continue
        following = _next(window, at + 1, len(window) if ended else len(window) - _MAX_ENTRY)
        until = following if following >= 0 else len(window) if ended else len(window) - _MAX_ENTRY
        if lost < 0 and window[at:until].strip(b"\0\xff"):
            lost, excerpt = base + at, window[at : min(until, at + 64)]
        at = until


def payloads(content: bytes) -> Iterator[LogcatLine]:
    """Yield the lines of text payloads without the logger's header, one after another from the first byte on.

    Args:
        content: the payloads.
    """
    for found in _alone(content):
        for line in found["text"].splitlines():
            if line.strip():
                locator = at_bytes(found.start(), len(found[0]))
                yield LogcatLine(locator, None, found["tag"].strip(), line, PAYLOAD_FORM)


def payloads_end(content: bytes) -> int:
    """The offset after the last of such payloads."""
    return max((found.end() for found in _alone(content)), default=0)


def _alone(content: bytes) -> Iterator[re.Match[bytes]]:
    at = 0
    while (found := _ALONE.match(content, at)) is not None:
        yield found
        at = found.end()


def _lines(found: LoggerEntry, locator: str) -> Iterator[LogcatLine | OtherLine]:
    if found.tag is None or found.text is None:
        yield OtherLine(locator, b"")
        return
    text = f"{found.seconds}.{found.nanoseconds:09d}"
    stamp = Stamp(text, microsecond=found.nanoseconds // 1000, epoch=found.seconds)
    for line in found.text.splitlines():
        if line.strip():
            yield LogcatLine(locator, stamp, found.tag.strip(), line, FORM)


def _next(content: bytes, at: int, until: int) -> int:
    """Offset of the next entry that another follows, or that ends the data; negative if there is none."""
    for candidate in _CANDIDATE.finditer(content, at, until + _LOOKED_AT - 1):
        start = candidate.start()
        if (found := entry_at(content, start)) is not None:
            end = start + found.size
            if end == len(content) or entry_at(content, end) is not None:
                return start
    return -1


def _of_logger(content: bytes, at: int) -> LoggerEntry | None:
    if len(content) - at < _HEADER.size:
        return None
    length, header, pid, _, seconds, nanoseconds = _HEADER.unpack_from(content, at)
    header = header or _HEADER.size
    if header not in _HEADERS or pid < 0 or not 3 <= length <= _MAX_ENTRY - header:
        return None
    if at + header + length > len(content):
        return None
    log = int.from_bytes(content[at + 20 : at + 24], "little") if header == _WITH_LOG else -1
    payload = content[at + header : at + header + length]
    return _entry(header + length, seconds, nanoseconds, log, payload)


def _of_pmsg(content: bytes, at: int) -> LoggerEntry | None:
    if content[at : at + 1] != _MAGIC or len(content) - at < _PMSG.size:
        return None
    _, length, _, _, log, _, seconds, nanoseconds = _PMSG.unpack_from(content, at)
    if not _PMSG.size + 3 <= length <= _MAX_ENTRY or log > _LAST_LOG or at + length > len(content):
        return None
    return _entry(length, seconds, nanoseconds, log, content[at + _PMSG.size : at + length])


def _entry(size: int, seconds: int, nanoseconds: int, log: int, payload: bytes) -> LoggerEntry | None:
    if nanoseconds >= _NANOSECONDS or log > _LAST_LOG:
        return None
    if log in _BINARY_LOGS:
        return LoggerEntry(size, seconds, nanoseconds, None, None)
    found = _TEXT.fullmatch(payload)
    return LoggerEntry(size, seconds, nanoseconds, found["tag"], found["text"]) if found else None
