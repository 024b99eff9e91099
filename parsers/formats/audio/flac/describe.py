"""Describe a FLAC recording.

Frames are followed by their numbers, header checksums and frame checksums. If one is damaged or lost, the frames
after it still count.

References:
    RFC 9639.
"""

from __future__ import annotations

from typing import BinaryIO

from parsers.formats.audio.facts import MAX_UNITS, AudioFacts, Ending, Undescribed, microseconds
from parsers.formats.audio.flac.metadata import (
    BEGINNINGS,
    COMMENTS,
    INVALID,
    MARKER,
    STREAM_INFO_SIZE,
    StreamInfo,
    metadata_blocks,
)
from parsers.formats.audio.flac.walk import FlacWalk
from parsers.formats.audio.tagging import id3, vorbis_comment
from parsers.formats.audio.tagging.tags import Tags
from parsers.formats.audio.window import Window
from parsers.record import Timestamp

_MAX_BLOCKS = 256
_MAX_COMMENTS = 1024 * 1024


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the signature decides)
    """Whether a file begins like FLAC, after an ID3 tag if it has one."""
    return head.startswith(BEGINNINGS, id3.tag_length(head))


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the FLAC file at offset 0 of the stream. ``size`` is the number of bytes present.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    tags, timestamps = Tags(), list[Timestamp]()
    start = id3.read(window, tags, timestamps)
    marker, info = window.read(start, 8), StreamInfo.parse(window.read(start + 8, STREAM_INFO_SIZE))
    if not marker.startswith(MARKER) or info is None:
        return Undescribed("There is no FLAC header with its STREAMINFO.")
    first, fallback = _metadata(window, start + len(MARKER), tags, timestamps)
    walk = FlacWalk(window, info)
    walk.follow(first, fallback)
    info = walk.info
    end = walk.end + (id3.V1_SIZE if id3.read_v1(window.read(walk.end, id3.V1_SIZE), tags) else 0)
    is_short = walk.samples < info.total or not walk.frames
    notes = []
    if walk.first:
        notes.append(f"The first of its frames that is there bears the number {walk.first}.")
    return AudioFacts(
        container="FLAC",
        codec="FLAC",
        end=end,
        ending=Ending.CUT if walk.is_cut or (is_short and end >= size) else Ending.LAST_FRAME,
        rate_hz=info.rate or None,
        channels=info.channels,
        duration_us=microseconds(walk.samples, info.rate),
        bits=info.bits,
        issue=_issue(walk, size),
        trailing=size - end,
        damage=walk.damage.places,
        metadata=tags.values,
        timestamps=tuple(timestamps),
        notes=(*notes, *tags.notes),
    )


def _metadata(window: Window, at: int, tags: Tags, timestamps: list[Timestamp]) -> tuple[int, int]:
    """(Offset at which the first frame is expected, earliest possible offset)."""
    fallback = at + 4 + STREAM_INFO_SIZE
    for number, block in enumerate(metadata_blocks(window, at)):
        if number == _MAX_BLOCKS or block.end > window.size or block.kind == INVALID:
            break
        if block.kind == COMMENTS:
            vorbis_comment.read(window.read(block.start, min(block.length, _MAX_COMMENTS)), tags, timestamps)
        if block.is_last:
            return block.end, fallback
    return window.size, fallback


def _issue(walk: FlacWalk, size: int) -> str:
    total = walk.info.total
    present = f"{walk.samples} of {total or 'an unknown number of'} samples are present"
    if walk.frames >= MAX_UNITS:
        return f"not read further: it has more than {MAX_UNITS} frames"
    if not walk.frames and not walk.damage.count:
        at_end = (
            "it ends before its first frame of sound" if walk.end >= size else "no frame of sound follows its header"
        )
        return f"truncated: {present if walk.is_cut else at_end}"
    found = []
    if walk.is_corrected:
        found.append("its header gives another rate, channels or bits than its frames")
    if walk.broken:
        found.append(f"the checksums of {walk.broken} of {walk.frames} frames are wrong")
    if walk.damage.count > walk.broken:
        found.append(f"{walk.damage.total} bytes are no whole frame of it")
    if walk.jumps:
        found.append(f"frames are missing; their numbers jump {walk.jumps} times")
    if total and walk.samples > total:
        found.append(f"its header gives {total} samples, its frames hold {walk.samples}")
    if total and walk.samples < total and (found or walk.first):
        found.append(present)
    if found:
        return f"damaged: {'; '.join(found)}"
    return f"truncated: {present}" if walk.is_cut or walk.samples < total else ""
