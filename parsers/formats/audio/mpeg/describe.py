"""What an MP3 is: MPEG audio frames one after another, with ID3 tags before and after.

Every frame's header is read. A recording goes on as long as headers of one version, layer and rate follow
each other.

References:
    ISO/IEC 11172-3 and 13818-3; ID3; APEv2 (its length only).
"""

from __future__ import annotations

from typing import BinaryIO

from parsers.formats.audio.facts import MAX_UNITS, AudioFacts, Ending, Undescribed, microseconds
from parsers.formats.audio.frame_chain import FrameChain, follow
from parsers.formats.audio.mpeg import encoder_note
from parsers.formats.audio.mpeg.encoder_note import EncoderNote
from parsers.formats.audio.mpeg.frames import HEADER_SIZE, MpegFrame, parse
from parsers.formats.audio.tagging import ape, id3
from parsers.formats.audio.tagging.tags import Tags
from parsers.formats.audio.window import Window
from parsers.record import Timestamp

#: Frames that must follow each other before bytes are taken for MPEG audio: the sign of one is but 11 bits.
MIN_FRAMES = 3


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the frames decide)
    """Whether a file begins with three MPEG frames, after an ID3 tag if it has one."""
    at = id3.tag_length(head)
    first = parse(head[at : at + HEADER_SIZE])
    for _ in range(MIN_FRAMES):
        frame = parse(head[at : at + HEADER_SIZE])
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
    first = parse(window.read(start, HEADER_SIZE))
    if first is None:
        return Undescribed("No MPEG audio frame is found where the first is due.")
    note = encoder_note.read(window.read(start, first.length), first)
    chain = _follow(window, start, first)
    if chain.whole < MIN_FRAMES:
        return Undescribed(f"Only {chain.whole} MPEG audio frames follow each other.")
    # Where the first frame holds the encoder's note, it holds no sound.
    sounding = chain.whole - (note is not None)
    issue, notes = _judge(chain, chain.end - start, sounding, note)
    end = chain.end if chain.is_cut else _behind_closing_tags(window, chain.end, tags)
    return AudioFacts(
        container="MP3",
        codec=first.codec,
        end=end,
        ending=Ending.CUT if chain.is_cut else Ending.LAST_FRAME,
        rate_hz=first.kind[2],
        channels=first.channels,
        duration_us=microseconds(sounding * first.samples, first.kind[2]),
        issue=issue,
        trailing=size - end,
        metadata=tags.values,
        timestamps=tuple(timestamps),
        notes=(*notes, *tags.notes),
    )


def _follow(window: Window, start: int, first: MpegFrame) -> FrameChain:
    kind = first.kind

    def measure(buffer: bytes, at: int) -> int:
        frame = parse(buffer[at : at + HEADER_SIZE])
        return frame.length if frame is not None and frame.kind == kind else 0

    return follow(window, start, measure, HEADER_SIZE, MAX_UNITS)


def _judge(chain: FrameChain, length: int, sounding: int, note: EncoderNote | None) -> tuple[str, list[str]]:
    """The issue, and the notes, on frames of a length in bytes of which so many hold sound."""
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
    if chain.whole >= MAX_UNITS:
        return f"not read further: it has more than {MAX_UNITS} frames", notes
    # Some encoders count the frame that holds their note: one frame less is a loss only where bytes lack too.
    lacking = size is not None and length < size
    if promised and sounding < promised - (0 if lacking else 1):
        return f"truncated: {sounding} of {promised} frames of sound are present", notes
    if chain.is_cut:
        return f"truncated: it breaks off within a frame, after {sounding} whole ones", notes
    return "", notes


def _behind_closing_tags(window: Window, end: int, tags: Tags) -> int:
    """Where the recording ends once the tags behind its last frame are counted in."""
    header = ape.ApeHeader.parse(window.read(end, ape.HEADER_SIZE))
    if header is not None and end + header.length <= window.size:
        tags.leave_out(header.items)
        end += header.length
    if id3.read_v1(window.read(end, id3.V1_SIZE), tags):
        end += id3.V1_SIZE
    return end
