"""FLAC.

The frames are followed from header to header, by their numbers and header checksums. The last has no
successor: its bits are read to find its end, and its own checksum is taken. Sound inside the others is not checked.

References:
    RFC 9639.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from construct import BitsInteger, BitStruct, Bytes, Bytewise, ConstructError

from parsers.formats.audio import flac_frame, id3, vorbis_comment
from parsers.formats.audio.facts import MAX_UNITS, AudioFacts, Ending, Undescribed, microseconds
from parsers.formats.audio.tags import Tags
from parsers.formats.audio.window import Window
from parsers.record import Timestamp

_STREAMINFO = BitStruct(
    "min_block" / BitsInteger(16),
    "max_block" / BitsInteger(16),
    "min_frame" / BitsInteger(24),
    "max_frame" / BitsInteger(24),
    "rate" / BitsInteger(20),
    "channels" / BitsInteger(3),
    "bits" / BitsInteger(5),
    "samples" / BitsInteger(36),
    "md5" / Bytewise(Bytes(16)),
)
_STREAMINFO_SIZE = 34
_COMMENTS, _INVALID = 4, 127
_MAX_BLOCKS = 256
_MAX_COMMENTS = 1024 * 1024
#: Places in one frame that look like the start of the next; chance makes one in 64 KiB.
_MAX_CANDIDATES = 4096


@dataclass(slots=True)
class _Info:
    rate: int
    channels: int
    bits: int
    samples: int


@dataclass(slots=True)
class _Walk:
    end: int
    samples: int = 0
    ending: Ending = Ending.LAST_FRAME
    issue: str = ""


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the signature decides)
    """Whether a file begins as FLAC, after an ID3 tag if it has one."""
    at = id3.tag_length(head)
    return head[at : at + 4] == b"fLaC" and head[at + 4 : at + 8] in (b"\x00\x00\x00\x22", b"\x80\x00\x00\x22")


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the FLAC file that starts at the stream's offset 0; ``size`` is what is there, in bytes.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    tags, timestamps = Tags(), list[Timestamp]()
    start = id3.read(window, tags, timestamps)
    info = _stream_info(window.at(start + 8, _STREAMINFO_SIZE)) if window.at(start, 4) == b"fLaC" else None
    if info is None:
        return Undescribed("There is no FLAC header with its STREAMINFO.")
    walk = _metadata(window, start + 4, tags, timestamps)
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


def _stream_info(raw: bytes) -> _Info | None:
    try:
        fields = _STREAMINFO.parse(raw)
    except ConstructError:
        return None
    return _Info(fields.rate, fields.channels + 1, fields.bits + 1, fields.samples)


def _metadata(window: Window, at: int, tags: Tags, timestamps: list[Timestamp]) -> _Walk:
    """Pass over the metadata blocks; the walk stands at the first frame."""
    for _ in range(_MAX_BLOCKS):
        header = window.at(at, 4)
        length = int.from_bytes(header[1:], "big")
        if len(header) < 4 or at + 4 + length > window.size:
            return _Walk(window.size, 0, Ending.CUT, "truncated: it ends before its first frame of sound")
        kind = header[0] & 0x7F
        if kind == _INVALID:
            return _Walk(at, 0, Ending.LAST_FRAME, f"damaged: there is no metadata block at byte {at}")
        if kind == _COMMENTS:
            vorbis_comment.read(window.at(at + 4, min(length, _MAX_COMMENTS)), tags, timestamps)
        at += 4 + length
        if header[0] & 0x80:
            return _Walk(at)
    return _Walk(at, 0, Ending.LAST_FRAME, f"not read further: it has more than {_MAX_BLOCKS} metadata blocks")


def _frames(window: Window, walk: _Walk, info: _Info) -> None:
    """Follow the frames to the last; settle samples, end and fault."""
    header = _header(window, walk.end, info, None)
    for _ in range(MAX_UNITS):
        if header is None:
            break
        due = _due(header)
        follower = None
        if not (info.samples and walk.samples + header.block >= info.samples):
            follower = _follower(window, walk.end, header, info, due)
        if follower is None:
            _last(window, walk, header, info)
            return
        walk.end, walk.samples = follower, walk.samples + header.block
        header = _header(window, walk.end, info, due)
    else:
        walk.issue = f"not read further: it has more than {MAX_UNITS} frames"
        return
    walk.issue = "truncated: no frame of sound follows its header"
    walk.ending = Ending.CUT if walk.end >= window.size else Ending.LAST_FRAME


def _due(header: flac_frame.FlacFrameHeader) -> int:
    """The number that the next frame bears."""
    return header.number + (header.block if header.variable else 1)


def _header(window: Window, at: int, info: _Info, number: int | None) -> flac_frame.FlacFrameHeader | None:
    """The header at an offset, if it fits this recording and bears the number that is due."""
    header = flac_frame.parse(window.at(at, flac_frame.MAX_HEADER))
    if header is None or (number is not None and header.number != number):
        return None
    if header.channels != info.channels or header.bits not in (0, info.bits):
        return None
    return header if header.rate in (0, info.rate) else None


def _limit(header: flac_frame.FlacFrameHeader, info: _Info) -> int:
    """Bytes that a frame can take, with room: its samples as they are, and half as much again."""
    return (header.block * header.channels * (info.bits + 1) // 8) * 3 // 2 + 1024


def _follower(window: Window, at: int, header: flac_frame.FlacFrameHeader, info: _Info, due: int) -> int | None:
    """Where the next frame starts, or None if none does within the length that this one can have."""
    sign = bytes((0xFF, 0xF8 | header.variable))
    start, limit, tried = at + header.length, min(window.size, at + _limit(header, info)), 0
    while start < limit and tried < _MAX_CANDIDATES:
        piece = window.at(start, min(limit - start, 65536) + 1)
        found = piece.find(sign)
        if found < 0:
            start += max(1, len(piece) - 1)
        elif _header(window, start + found, info, due) is not None:
            return start + found
        else:
            start, tried = start + found + 1, tried + 1
    return None


def _last(window: Window, walk: _Walk, header: flac_frame.FlacFrameHeader, info: _Info) -> None:
    """Find the end of the frame that no other follows."""
    raw = window.at(walk.end, _limit(header, info))
    try:
        length = flac_frame.length(raw, header, info.bits)
    except flac_frame.Shortage:
        length = len(raw) + 1
    except flac_frame.Malformed as error:
        walk.issue = f"damaged: the frame at byte {walk.end} is malformed ({error})"
        return
    if length > len(raw):
        if walk.end + len(raw) < window.size:
            walk.issue = f"damaged: the frame at byte {walk.end} has no end"
            return
        walk.issue, walk.end, walk.ending = _short(walk.samples, info), window.size, Ending.CUT
        return
    if flac_frame.crc16(raw[:length]):
        walk.issue = f"damaged: the checksum of its last frame, at byte {walk.end}, is wrong"
    walk.end, walk.samples = walk.end + length, walk.samples + header.block
    if info.samples and walk.samples < info.samples:
        walk.issue = walk.issue or _short(walk.samples, info)
        walk.ending = Ending.CUT if walk.end >= window.size else Ending.LAST_FRAME
    elif info.samples and walk.samples > info.samples:
        walk.issue = f"damaged: its header gives {info.samples} samples, its frames hold {walk.samples}"


def _short(samples: int, info: _Info) -> str:
    return f"truncated: {samples} of {info.samples or 'an unknown number of'} samples are present"
