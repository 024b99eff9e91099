"""Describe an MP3: consecutive MPEG audio frames, with ID3 tags before and after.

Every frame's header is read. If a frame is missing, the next frames of the recording are searched for, so a damaged
place, or a tag between two frames, does not end it. The durations of joined recordings are added up.

References:
    ISO/IEC 11172-3 and 13818-3; ID3; APEv2 (its length only).
"""

from __future__ import annotations

import io
import re
from functools import partial
from typing import BinaryIO

from parsers.formats.audio.facts import MAX_DURATION, MAX_UNITS, AudioFacts, Ending, Undescribed
from parsers.formats.audio.frame_walk import FrameCoding, FrameTally, FrameWalk
from parsers.formats.audio.mpeg import encoder_note, free_format
from parsers.formats.audio.mpeg.encoder_note import EncoderNote
from parsers.formats.audio.mpeg.frames import HEADER_SIZE, MpegFrame, parse
from parsers.formats.audio.tagging import ape, id3
from parsers.formats.audio.tagging.tags import Tags
from parsers.formats.audio.window import Window
from parsers.formats.sized_bytes import SizedBytes
from parsers.record import Timestamp

#: Consecutive frames required to recognise MPEG audio: the sync pattern has only 11 bits.
MIN_FRAMES = 3
#: Frames that are enough if the file holds nothing else.
MIN_ALONE = 2
#: Bytes after the tag in which to search for the first frames.
_MOST_BEFORE = 64 * 1024


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the frames decide)
    """Whether a file begins with three MPEG frames, or consists of two, after an ID3 tag if it has one."""
    at = id3.tag_length(head)
    first = parse(head[at : at + HEADER_SIZE])
    if first is None:
        return bool(free_format.frame_length(Window(io.BytesIO(head), len(head)), at))
    for number in range(MIN_FRAMES):
        frame = parse(head[at : at + HEADER_SIZE])
        if frame is None or frame.kind != first.kind:
            is_tag = head.startswith(id3.V1_MAGIC, at) and len(head) == at + id3.V1_SIZE
            return number >= MIN_ALONE and (at == len(head) or is_tag)
        at += frame.length
    return True


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the MP3 at offset 0 of the stream. ``size`` is the number of bytes present.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    tags, timestamps = Tags(), list[Timestamp]()
    begin = id3.read(window, tags, timestamps)
    free = free_format.frame_length(window, begin)
    walk = walk_of(window, free)
    start = begin if free else walk.find(begin, min(size, begin + _MOST_BEFORE))
    first = parse(window.read(start, HEADER_SIZE), free) if start is not None else None
    if start is None or first is None:
        return Undescribed(f"No {MIN_FRAMES} MPEG audio frames follow each other where the first are due.")
    tally = walk.follow(start, begin)
    if tally.frames < MIN_FRAMES and (tally.frames < MIN_ALONE or not _is_all(window, tally.end)):
        return Undescribed(f"Only {tally.frames} MPEG audio frames follow each other.")
    note = encoder_note.read(window.read(start, first.length), first)
    if note is not None:
        # A first frame with an encoder tag holds no sound.
        tally.samples[first.rate] -= first.samples
    issue, notes = _judge(tally, tally.end - start, note)
    end = size if tally.is_cut else _behind_closing_tags(window, tally.end, tags)
    return AudioFacts(
        container="MP3",
        codec=first.codec,
        end=end,
        ending=Ending.CUT if tally.is_cut else Ending.LAST_FRAME,
        rate_hz=first.rate,
        channels=first.channels,
        duration_us=tally.duration_us if tally.duration_us <= MAX_DURATION else None,
        issue=issue,
        trailing=size - end,
        damage=tally.damage.places,
        metadata=tags.values,
        timestamps=tuple(timestamps),
        notes=(*notes, *tally.notes, *tags.notes),
    )


def _is_all(window: Window, end: int) -> bool:
    """Whether only closing tags follow the last frame."""
    return end == window.size or (end + id3.V1_SIZE == window.size and window.read(end, 3) == id3.V1_MAGIC)


def walk_of(source: SizedBytes, free: int = 0) -> FrameWalk[MpegFrame]:
    """A walk over MPEG audio frames.

    Args:
        source: the bytes.
        free: length in bytes of an unpadded free-format frame; 0 if the format is not free.
    """

    def sign(header: bytes) -> re.Pattern[bytes]:
        # Only the protection bit may differ.
        return re.compile(rb"\xff[" + b"".join(b"\\x%02x" % (header[1] & ~1 | bit) for bit in (0, 1)) + rb"]")

    return FrameWalk(source, FrameCoding(HEADER_SIZE, partial(parse, free_length=free), sign))


def _judge(tally: FrameTally, length: int, note: EncoderNote | None) -> tuple[str, list[str]]:
    """The issue and notes for frames of a total length, given the encoder tag."""
    sounding = tally.frames - (note is not None)
    notes = []
    if note is not None and note.delay + note.padding:
        notes.append(
            f"The encoder ({note.encoder}) put {note.delay} samples of silence before the sound and"
            f" {note.padding} after it; they are counted in the duration."
        )
    promised = note.frames if note is not None else None
    size = note.size if note is not None and note.is_size_sure else None
    if promised and sounding > promised + 1:
        notes.append(f"Its header promises {promised} frames of sound; {sounding} are present.")
    if tally.frames >= MAX_UNITS:
        return f"not read further: it has more than {MAX_UNITS} frames", notes
    # Some encoders count the frame with their tag, so one frame less is a loss only if bytes are missing too.
    lacking = size is not None and length < size
    lost = ""
    if promised and sounding < promised - (0 if lacking else 1):
        lost = f"{sounding} of {promised} frames of sound are present"
    if tally.damage.count:
        return "; ".join(filter(None, (tally.damage.issue("frame of it"), lost))), notes
    if lost:
        return f"truncated: {lost}", notes
    if tally.is_cut:
        return f"truncated: it breaks off within a frame, after {tally.frames} whole ones", notes
    return "", notes


def _behind_closing_tags(window: Window, end: int, tags: Tags) -> int:
    """The end of the recording, including the tags after its last frame."""
    header = ape.ApeHeader.parse(window.read(end, ape.HEADER_SIZE))
    if header is not None and end + header.length <= window.size:
        tags.leave_out(header.items)
        end += header.length
    if id3.read_v1(window.read(end, id3.V1_SIZE), tags):
        end += id3.V1_SIZE
    return end
