"""MP3: MPEG audio frames one after another, with ID3 tags before and after.

Every frame's header is read. A recording goes on as long as headers of one version, layer and rate follow
each other.

References:
    ISO/IEC 11172-3 and 13818-3; ID3; APEv2 (its length only).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from parsers.formats.audio import id3, mpeg_frame
from parsers.formats.audio.facts import MAX_UNITS, AudioFacts, Ending, Undescribed, microseconds
from parsers.formats.audio.tags import Tags
from parsers.formats.audio.window import Window
from parsers.record import Timestamp

#: Frames that must follow each other before bytes are taken for MPEG audio: the sign of one is but 11 bits.
MIN_FRAMES = 3


@dataclass(slots=True)
class _Walk:
    start: int
    end: int
    frames: int = 0
    samples: int = 0
    #: Whether the data ends within the last frame.
    cut: bool = False


def matches(head: bytes, name: str) -> bool:
    """Whether a file begins with three MPEG frames, after an ID3 tag if it has one.

    Where the tag reaches beyond ``head``, the tag has to do, unless the name says it is another format.
    """
    at = id3.tag_length(head)
    if at and at + 4 > len(head):
        return not name.lower().endswith((".flac", ".aac"))
    first = mpeg_frame.parse(head[at : at + 4])
    for _ in range(MIN_FRAMES):
        frame = mpeg_frame.parse(head[at : at + 4])
        if first is None or frame is None or frame.kind != first.kind:
            return False
        at += frame.length
    return True


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the MP3 that starts at the stream's offset 0; ``size`` is what is there, in bytes.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    tags, timestamps = Tags(), list[Timestamp]()
    start = id3.read(window, tags, timestamps)
    first = mpeg_frame.parse(window.at(start, 4))
    if first is None:
        return Undescribed("No MPEG audio frame is found where the first is due.")
    promise = mpeg_frame.promise(first, window.at(start, first.length))
    walk = _follow(window, start, first)
    if walk.frames < MIN_FRAMES:
        return Undescribed(f"Only {walk.frames} MPEG audio frames follow each other.")
    if promise is not None:
        # The first frame holds the encoder's note and no sound.
        walk.frames, walk.samples = walk.frames - 1, walk.samples - first.samples
    issue, notes = _judge(walk, promise)
    ending = Ending.CUT if walk.cut else Ending.LAST_FRAME
    if not walk.cut:
        walk.end = _closing_tags(window, walk.end, tags)
    return AudioFacts(
        container="MP3",
        codec=first.codec,
        end=walk.end,
        ending=ending,
        rate_hz=first.kind[2],
        channels=first.channels,
        duration_us=microseconds(walk.samples, first.kind[2]),
        issue=issue,
        trailing=size - walk.end,
        metadata=tags.values,
        timestamps=tuple(timestamps),
        notes=(*notes, *tags.notes),
    )


def _follow(window: Window, start: int, first: mpeg_frame.MpegFrame) -> _Walk:
    walk, sign = _Walk(start, start), window.at(start, 2)
    while walk.frames < MAX_UNITS:
        header = window.at(walk.end, 4)
        frame = mpeg_frame.parse(header)
        # The first two bytes are the same in all frames; fewer than four at the end are a header cut off.
        cut = 0 < len(header) < 4 and header[:2] == sign[: len(header)]
        if cut or (frame is not None and frame.kind == first.kind and walk.end + frame.length > window.size):
            walk.cut, walk.end = True, window.size
            break
        if frame is None or frame.kind != first.kind:
            break
        walk.end += frame.length
        walk.frames += 1
        walk.samples += frame.samples
    return walk


def _judge(walk: _Walk, promise: mpeg_frame.Promise | None) -> tuple[str, list[str]]:
    """The fault, and the notes."""
    notes = []
    if promise is not None and promise.delay + promise.padding:
        notes.append(
            f"The encoder ({promise.encoder}) put {promise.delay} samples of silence before the sound and"
            f" {promise.padding} after it; they are counted in the duration."
        )
    promised = promise.frames if promise is not None else None
    size = promise.size if promise is not None else None
    if promised and walk.frames > promised + 1:
        notes.append(f"Its header promises {promised} frames of sound; {walk.frames} are present.")
    if walk.frames >= MAX_UNITS - 1:
        return f"not read further: it has more than {MAX_UNITS} frames", notes
    # Some encoders count the frame that holds their note: one frame less is a loss only where bytes lack too.
    lacking = size is not None and walk.end - walk.start < size
    if promised and walk.frames < promised - (0 if lacking else 1):
        return f"truncated: {walk.frames} of {promised} frames of sound are present", notes
    if walk.cut:
        return f"truncated: it breaks off within a frame, after {walk.frames} whole ones", notes
    return "", notes


def _closing_tags(window: Window, end: int, tags: Tags) -> int:
    """Where the recording ends once the tags behind its last frame are counted in."""
    head = window.at(end, 32)
    if head[:8] == b"APETAGEX" and len(head) == 32:
        # The size counts the items and the footer, not the header that these bytes are.
        length = 32 + int.from_bytes(head[12:16], "little")
        if end + length <= window.size:
            tags.leave_out(int.from_bytes(head[16:20], "little"))
            end += length
    if id3.read_v1(window.at(end, id3.V1_SIZE), tags):
        end += id3.V1_SIZE
    return end
