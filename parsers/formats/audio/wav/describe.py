"""What a WAV recording is.

References:
    Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0 (RIFF, WAVE, LIST/INFO);
    EBU Tech 3285 (bext chunk).
    The 14 WAVs of the DFRWS 2017 challenge: a 16-byte ``fmt `` chunk, then ``data``, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO

from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed, microseconds
from parsers.formats.audio.tagging.tags import Tags
from parsers.formats.audio.wav import tags as wav_tags
from parsers.formats.audio.wav.chunks import (
    DATA,
    FORMAT,
    HEADER_SIZE,
    NO_SIZE,
    PIPED_SIZE,
    PLAIN,
    ByteOrder,
    LargeSizes,
    RiffHeader,
    WavChunk,
    WavFormat,
    read_chunk,
    read_large_sizes,
)
from parsers.formats.audio.window import Window
from parsers.record import Timestamp

_MAX_CHUNKS = 1000
#: Bytes above which a size of 64 bits is none.
_MAX_LARGE = 1 << 62


@dataclass(slots=True)
class _WavWalk:
    """What was met between the RIFF header and the recording's end."""

    end: int
    ending: Ending
    order: ByteOrder = "little"
    large: LargeSizes | None = None
    format: WavFormat | None = None
    data_at: int | None = None
    data_length: int = 0
    samples: int | None = None
    issue: str = ""
    tags: Tags = field(default_factory=Tags)
    timestamps: list[Timestamp] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the signature decides)
    """Whether a file begins as RIFF/WAVE, also as RIFX, RF64 or BW64."""
    return RiffHeader.parse(head[:HEADER_SIZE]) is not None


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the WAV that starts at the stream's offset 0; ``size`` is what is there, in bytes.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    header = RiffHeader.parse(window.read(0, HEADER_SIZE))
    if header is None:
        return Undescribed("There is no RIFF/WAVE header.")
    walk = _walk(window, header)
    if walk.format is None:
        return Undescribed("A RIFF/WAVE header without a readable fmt chunk: the coding of the sound is not known.")
    layout = walk.format
    present = 0 if walk.data_at is None else max(0, min(walk.data_length, size - walk.data_at))
    return AudioFacts(
        container="WAV",
        codec=layout.codec if walk.order == "little" else layout.codec.replace("little-endian", "big-endian"),
        end=walk.end,
        ending=walk.ending,
        rate_hz=layout.rate or None,
        channels=layout.channels or None,
        duration_us=None if walk.data_at is None else _duration(layout, present, walk),
        bits=layout.bits or None,
        issue=walk.issue or _format_issue(layout, walk),
        trailing=size - walk.end,
        metadata=walk.tags.values,
        timestamps=tuple(walk.timestamps),
        notes=(*walk.notes, *walk.tags.notes),
    )


def _format_issue(layout: WavFormat, walk: _WavWalk) -> str:
    if walk.data_at is None:
        return "damaged: it has no data chunk"
    if not (layout.rate and layout.channels and layout.block):
        return "damaged: its format gives no sample rate, channels or block size"
    return ""


def _duration(layout: WavFormat, present: int, walk: _WavWalk) -> int | None:
    if layout.has_fixed_samples:
        if not layout.block:
            return None
        if present % layout.block:
            walk.notes.append(f"The last {present % layout.block} bytes are less than one sample.")
        return microseconds(present // layout.block, layout.rate)
    if walk.samples and not walk.issue:
        return microseconds(walk.samples, layout.rate)
    walk.notes.append("The duration is reckoned from the average byte rate that the header gives.")
    return microseconds(present, layout.byte_rate)


def _walk(window: Window, header: RiffHeader) -> _WavWalk:
    """Follow the chunks to the end of the recording."""
    large = read_large_sizes(window, HEADER_SIZE) if header.is_large else None
    # BW64 files below 4 GiB state their size where others do.
    has_large = large is not None and header.size in (0, NO_SIZE) and 0 < large.whole <= _MAX_LARGE
    riff_size = large.whole if large is not None and has_large else header.size
    declared = 8 + riff_size
    unsized = riff_size == 0 or (riff_size >= PIPED_SIZE and declared > window.size and not has_large)
    walk = _WavWalk(window.size if unsized else declared, Ending.OPEN if unsized else Ending.DECLARED)
    walk.order, walk.large = header.order, large
    if header.kind != PLAIN:
        walk.notes.append(f"Its header begins with {header.kind.decode('ascii')}.")
    at = HEADER_SIZE
    for _ in range(_MAX_CHUNKS):
        chunk = read_chunk(window, at, walk.order)
        if chunk is None or at >= walk.end:
            break
        if not chunk.has_name:
            walk.issue = f"damaged: there is no chunk at byte {at}, where one is due"
            break
        if chunk.name == DATA and walk.data_at is None:
            if _data(window, walk, chunk, unsized, declared):
                return walk
        else:
            _side_chunk(window, walk, chunk)
        at = chunk.end + (chunk.size & 1)
    else:
        walk.notes.append(f"No more than {_MAX_CHUNKS} chunks were read.")
    return _close(window, walk, declared, unsized)


def _data(window: Window, walk: _WavWalk, chunk: WavChunk, unsized: bool, declared: int) -> bool:
    """Take in the data chunk; whether nothing can follow it."""
    if walk.large is not None and chunk.size == NO_SIZE and 0 < walk.large.sound <= _MAX_LARGE:
        chunk = chunk._replace(size=walk.large.sound)
    start, length = chunk.start, chunk.size
    is_sure = chunk.size > NO_SIZE
    walk.data_at, walk.data_length = start, length
    unfinished = length == 0 and window.size > start and (unsized or declared <= start)
    if unfinished or (length >= PIPED_SIZE and chunk.end > window.size and not is_sure):
        walk.data_length = window.size - start
        walk.end, walk.ending = window.size, Ending.OPEN
        walk.issue = (
            "of unknown length: its header gives none, as when sound is written while it is recorded;"
            f" {walk.data_length} bytes of sound are present"
        )
        return True
    end = chunk.end
    if unsized:
        # What follows an unsized file's sound cannot be distinguished from foreign bytes.
        walk.end, walk.ending = min(end + (length & 1), window.size), Ending.DECLARED
        if end > window.size:
            walk.ending, walk.issue = Ending.CUT, _cut(window.size, end)
        else:
            walk.issue = "not finished: its RIFF header gives no length, though its sound data does"
        return True
    if end > declared:
        walk.end = end
        walk.issue = f"damaged: its RIFF header gives {declared} bytes, its sound data reaches to byte {end}"
    return False


def _cut(present: int, whole: int) -> str:
    return f"truncated: {present} of {whole} bytes are present"


def _close(window: Window, walk: _WavWalk, declared: int, unsized: bool) -> _WavWalk:
    """Settle the end of a walk that ran its course."""
    if unsized:
        walk.issue = walk.issue or "damaged: its RIFF header gives no length"
        return walk
    if walk.end > window.size:
        walk.issue = _cut(window.size, walk.end)
        if walk.data_at is not None and walk.data_at + walk.data_length <= window.size:
            walk.issue += "; its sound data is complete"
        walk.end, walk.ending = window.size, Ending.CUT
    elif walk.end & 1 and walk.end == declared and window.read(walk.end, 2) == b"\0":
        walk.end += 1  # a file of odd length, padded as RIFF asks, the padding not counted
    return walk


def _side_chunk(window: Window, walk: _WavWalk, chunk: WavChunk) -> None:
    """Take in a chunk beside the sound."""
    name, start, length = chunk
    if name == FORMAT and walk.format is None:
        layout = WavFormat.parse(window.read(start, min(length, 40)), walk.order)
        # A shortened format does not say what one sample takes.
        walk.format = layout if layout is not None and layout.bits is not None else None
    elif name == b"fact" and length >= 4:
        walk.samples = int.from_bytes(window.read(start, 4), walk.order) or None
    elif name == b"LIST" and window.read(start, 4) == b"INFO":
        wav_tags.info(window, start + 4, length - 4, walk.tags, walk.timestamps, walk.order)
    elif name == b"bext":
        wav_tags.broadcast(window.read(start, min(length, 602)), walk.tags, walk.timestamps)
    elif name not in (b"JUNK", b"junk", b"PAD ", b"FLLR", b"ds64") and len(walk.notes) < 8:
        walk.notes.append(f"Its chunk {name.decode('ascii')!r} of {length} bytes was not read.")
