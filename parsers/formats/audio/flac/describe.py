"""What a FLAC recording is.

The frames are followed from header to header, by their numbers and header checksums. The last has no
successor: its bits are read to find its end, and its own checksum is taken. Sound inside the others is not checked.

References:
    RFC 9639.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from parsers.formats.audio.checksums import crc16
from parsers.formats.audio.facts import MAX_UNITS, AudioFacts, Ending, Undescribed, microseconds
from parsers.formats.audio.flac import frames
from parsers.formats.audio.flac.frame_length import Malformed, Shortage, measure
from parsers.formats.audio.flac.metadata import BEGINNINGS, COMMENTS, INVALID, MARKER, StreamInfo, metadata_blocks
from parsers.formats.audio.tagging import id3, vorbis_comment
from parsers.formats.audio.tagging.tags import Tags
from parsers.formats.audio.window import Window
from parsers.record import Timestamp

_MAX_BLOCKS = 256
_MAX_COMMENTS = 1024 * 1024
#: Places in one frame that look like the start of the next; chance makes one in 64 KiB.
_MAX_CANDIDATES = 4096


@dataclass(slots=True)
class _FlacWalk:
    """How far the recording was followed, and what was found wrong."""

    end: int
    samples: int = 0
    ending: Ending = Ending.LAST_FRAME
    issue: str = ""


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the signature decides)
    """Whether a file begins as FLAC, after an ID3 tag if it has one."""
    return head.startswith(BEGINNINGS, id3.tag_length(head))


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the FLAC file that starts at the stream's offset 0; ``size`` is what is there, in bytes.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    tags, timestamps = Tags(), list[Timestamp]()
    start = id3.read(window, tags, timestamps)
    marker, info = window.read(start, 8), StreamInfo.parse(window.read(start + 8, 34))
    if not marker.startswith(MARKER) or info is None:
        return Undescribed("There is no FLAC header with its STREAMINFO.")
    walk = _metadata(window, start + len(MARKER), tags, timestamps)
    if not walk.issue:
        _frames(window, walk, info)
    return AudioFacts(
        container="FLAC",
        codec="FLAC",
        end=walk.end,
        ending=walk.ending,
        rate_hz=info.rate or None,
        channels=info.channels,
        duration_us=microseconds(walk.samples, info.rate),
        bits=info.bits,
        issue=walk.issue,
        trailing=size - walk.end,
        metadata=tags.values,
        timestamps=tuple(timestamps),
        notes=tags.notes,
    )


def _metadata(window: Window, at: int, tags: Tags, timestamps: list[Timestamp]) -> _FlacWalk:
    """Pass over the metadata blocks; the walk is then at the first frame."""
    for number, block in enumerate(metadata_blocks(window, at)):
        if number == _MAX_BLOCKS:
            issue = f"not read further: it has more than {_MAX_BLOCKS} metadata blocks"
            return _FlacWalk(block.at, 0, Ending.LAST_FRAME, issue)
        if block.end > window.size:
            break
        if block.kind == INVALID:
            issue = f"damaged: there is no metadata block at byte {block.at}"
            return _FlacWalk(block.at, 0, Ending.LAST_FRAME, issue)
        if block.kind == COMMENTS:
            vorbis_comment.read(window.read(block.start, min(block.length, _MAX_COMMENTS)), tags, timestamps)
        if block.is_last:
            return _FlacWalk(block.end)
    return _FlacWalk(window.size, 0, Ending.CUT, "truncated: it ends before its first frame of sound")


def _frames(window: Window, walk: _FlacWalk, info: StreamInfo) -> None:
    """Follow the frames to the last; settle samples, end and issue."""
    header = _header(window, walk.end, info, None)
    for _ in range(MAX_UNITS):
        if header is None:
            break
        follower = None
        if not (info.total and walk.samples + header.block >= info.total):
            follower = _follower(window, walk.end, header, info)
        if follower is None:
            _last(window, walk, header, info)
            return
        walk.end, walk.samples = follower, walk.samples + header.block
        header = _header(window, walk.end, info, header.following)
    else:
        walk.issue = f"not read further: it has more than {MAX_UNITS} frames"
        return
    walk.issue = "truncated: no frame of sound follows its header"
    walk.ending = Ending.CUT if walk.end >= window.size else Ending.LAST_FRAME


def _header(window: Window, at: int, info: StreamInfo, number: int | None) -> frames.FlacFrameHeader | None:
    """The header at an offset, if it suits this recording and bears the number that is due."""
    header = frames.parse(window.read(at, frames.MAX_HEADER))
    if header is None or (number is not None and header.number != number):
        return None
    return header if header.suits(info) else None


def _limit(header: frames.FlacFrameHeader, info: StreamInfo) -> int:
    """Bytes that a frame can take, with room: its samples as they are, and half as much again."""
    return (header.block * header.channels * (info.bits + 1) // 8) * 3 // 2 + 1024


def _follower(window: Window, at: int, header: frames.FlacFrameHeader, info: StreamInfo) -> int | None:
    """Where the next frame starts, or None if none does within the length that this one can have."""
    sign = bytes((0xFF, 0xF8 | header.variable))
    start, limit, tried = at + header.length, min(window.size, at + _limit(header, info)), 0
    while start < limit and tried < _MAX_CANDIDATES:
        piece = window.read(start, min(limit - start, 65536) + 1)
        found = piece.find(sign)
        if found < 0:
            start += max(1, len(piece) - 1)
        elif _header(window, start + found, info, header.following) is not None:
            return start + found
        else:
            start, tried = start + found + 1, tried + 1
    return None


def _last(window: Window, walk: _FlacWalk, header: frames.FlacFrameHeader, info: StreamInfo) -> None:
    """Find the end of the frame that no other follows."""
    raw = window.read(walk.end, _limit(header, info))
    try:
        length = measure(raw, header, info.bits).length
    except Shortage:
        if walk.end + len(raw) < window.size:
            walk.issue = f"damaged: the frame at byte {walk.end} has no end"
            return
        walk.issue, walk.end, walk.ending = _short(walk.samples, info), window.size, Ending.CUT
        return
    except Malformed as error:
        walk.issue = f"damaged: the frame at byte {walk.end} is malformed ({error})"
        return
    if crc16(raw[:length]):
        walk.issue = f"damaged: the checksum of its last frame, at byte {walk.end}, is wrong"
    walk.end, walk.samples = walk.end + length, walk.samples + header.block
    if info.total and walk.samples < info.total:
        walk.issue = walk.issue or _short(walk.samples, info)
        walk.ending = Ending.CUT if walk.end >= window.size else Ending.LAST_FRAME
    elif info.total and walk.samples > info.total:
        walk.issue = f"damaged: its header gives {info.total} samples, its frames hold {walk.samples}"


def _short(samples: int, info: StreamInfo) -> str:
    return f"truncated: {samples} of {info.total or 'an unknown number of'} samples are present"
