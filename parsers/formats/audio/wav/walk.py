"""Follow the chunks of a WAV, whatever its sizes say.

A size that was never filled in, or does not fit, does not end the recording: all sound present counts.

References:
    Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0 (RIFF, WAVE).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from parsers.formats.audio.damage import DamageLog
from parsers.formats.audio.facts import Ending
from parsers.formats.audio.tagging.tags import Tags
from parsers.formats.audio.wav import tags as wav_tags
from parsers.formats.audio.wav.chunks import (
    CHUNK_HEADER,
    DATA,
    FORMAT,
    HEADER_SIZE,
    KNOWN,
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
from parsers.formats.sized_bytes import SizedBytes
from parsers.record import Timestamp

_MAX_CHUNKS = 1000
#: A larger 64-bit size is invalid.
_MAX_LARGE = 1 << 62


@dataclass(slots=True)
class WavWalk:
    """What was found between the RIFF header and the recording's end.

    Attributes:
        end: the offset after the recording.
        ending: why it ends there.
        declared: the end of the recording according to its header; None if that states no size.
        order: byte order of the numbers.
        large: 64-bit sizes, if any.
        format: the format chunk.
        data: offset and length of the content of each data chunk, as far as it is present.
        reaches: end of the sound according to its chunk's size, whether present or not.
        samples: number in the ``fact`` chunk; 0 if there is none.
        issue: what is wrong; empty if nothing is.
        damage: chunk headers that cannot be right.
        tags, timestamps: from the metadata chunks.
        notes: sentences on how the facts were determined.
    """

    end: int
    ending: Ending
    declared: int | None
    order: ByteOrder = "little"
    large: LargeSizes | None = None
    format: WavFormat | None = None
    data: list[tuple[int, int]] = field(default_factory=list)
    reaches: int = 0
    samples: int = 0
    issue: str = ""
    damage: DamageLog = field(default_factory=DamageLog)
    tags: Tags = field(default_factory=Tags)
    timestamps: list[Timestamp] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def follow(source: SizedBytes, header: RiffHeader) -> WavWalk:
    """Follow the chunks to the end of the recording. Raises OSError from the source."""
    large = read_large_sizes(source, HEADER_SIZE) if header.is_large else None
    # BW64 files below 4 GiB state their size in the usual place.
    has_large = large is not None and header.size in (0, NO_SIZE) and 0 < large.whole <= _MAX_LARGE
    riff_size = large.whole if large is not None and has_large else header.size
    declared = 8 + riff_size
    unsized = riff_size == 0 or (riff_size >= PIPED_SIZE and declared > source.size and not has_large)
    walk = WavWalk(
        source.size if unsized else declared, Ending.OPEN if unsized else Ending.DECLARED, None if unsized else declared
    )
    walk.order, walk.large = header.order, large
    if header.kind != PLAIN:
        walk.notes.append(f"Its header begins with {header.kind.decode('ascii')}.")
    at = HEADER_SIZE
    for _ in range(_MAX_CHUNKS):
        chunk = _next(source, walk, at)
        if chunk is None:
            break
        if chunk.name == DATA:
            if _data(source, walk, chunk):
                return walk
        else:
            _side_chunk(source, walk, chunk)
        at = chunk.end + (chunk.size & 1)
    else:
        walk.notes.append(f"No more than {_MAX_CHUNKS} chunks were read.")
    _close(source, walk)
    return walk


def _next(source: SizedBytes, walk: WavWalk, at: int) -> WavChunk | None:
    """The chunk at an offset, or next to it if the previous chunk lacks padding; None if there is none."""
    chunk = read_chunk(source, at, walk.order)
    is_known = chunk is not None and chunk.name in KNOWN
    if chunk is None or (at >= walk.end and (walk.data or not is_known)):
        return None
    if is_known:
        return chunk
    before = read_chunk(source, at - 1, walk.order)
    if before is not None and before.name in KNOWN:
        walk.notes.append(f"The chunk at byte {at - 1} follows one of odd size that is not padded.")
        return before
    if chunk.has_name and (chunk.end <= walk.end or chunk.end <= source.size):
        return chunk
    following = read_chunk(source, chunk.end + (chunk.size & 1), walk.order)
    if following is not None and following.name in KNOWN:
        walk.damage.add(at, CHUNK_HEADER)
        return chunk
    if not walk.issue:
        walk.issue = f"damaged: there is no chunk at byte {at}, where one is due"
    return None


def _data(source: SizedBytes, walk: WavWalk, chunk: WavChunk) -> bool:
    """Process a data chunk. Returns whether nothing can follow it."""
    if walk.large is not None and chunk.size == NO_SIZE and 0 < walk.large.sound <= _MAX_LARGE:
        chunk = chunk._replace(size=walk.large.sound)
    start, length = chunk.start, chunk.size
    is_sure = chunk.size > NO_SIZE
    is_placeholder = length >= PIPED_SIZE and chunk.end > source.size and not is_sure
    if is_placeholder or (not length and _is_unfinished(source, start, walk.order)):
        _take_all(source, walk, start)
        return True
    walk.reaches = max(walk.reaches, chunk.end)
    present = max(0, min(length, source.size - start))
    # An empty chunk says nothing if another one has content.
    if not walk.data or present:
        walk.data = [part for part in walk.data if part[1]] + [(start, present)]
    if walk.declared is None:
        # Data after a sound of unstated size cannot be told apart from foreign bytes.
        walk.end, walk.ending = min(chunk.end + (length & 1), source.size), Ending.DECLARED
        if chunk.end > source.size:
            walk.ending, walk.issue = Ending.CUT, _cut(source.size, chunk.end)
        else:
            walk.issue = "not finished: its RIFF header gives no length, though its sound data does"
        return True
    if chunk.end > walk.declared:
        walk.end = max(walk.end, chunk.end)
        walk.issue = f"damaged: its RIFF header gives {walk.declared} bytes, its sound data reaches to byte {chunk.end}"
    return False


def _is_unfinished(source: SizedBytes, start: int, order: ByteOrder) -> bool:
    """Whether sound, rather than a chunk or the end, follows a data chunk that states no size."""
    following = read_chunk(source, start, order)
    is_chunk = following is not None and following.name in KNOWN and following.end <= source.size + 1
    return not is_chunk and source.size > start


def _take_all(source: SizedBytes, walk: WavWalk, start: int) -> None:
    """Accept what follows as sound: up to the end stated in the header, if that can be right."""
    end, walk.ending = source.size, Ending.OPEN
    if walk.declared is not None and start < walk.declared <= source.size:
        end, walk.ending = walk.declared, Ending.DECLARED
    walk.data.append((start, end - start))
    walk.end = end
    walk.issue = (
        "of unknown length: its header gives none, as when sound is written while it is recorded;"
        f" {end - start} bytes of sound are present"
    )


def _cut(present: int, whole: int) -> str:
    return f"truncated: {present} of {whole} bytes are present"


def _close(source: SizedBytes, walk: WavWalk) -> None:
    """Complete a walk that reached its end."""
    if walk.declared is None:
        walk.issue = walk.issue or "damaged: its RIFF header gives no length"
        return
    if walk.end > source.size:
        issue = _cut(source.size, walk.end)
        if walk.data and walk.reaches <= source.size:
            issue += "; its sound data is complete"
        walk.issue, walk.end, walk.ending = issue, source.size, Ending.CUT
    elif walk.end & 1 and walk.end == walk.declared and source.read(walk.end, 2) == b"\0":
        walk.end += 1  # A file of odd length, padded as RIFF requires, with the padding not counted.


def _side_chunk(source: SizedBytes, walk: WavWalk, chunk: WavChunk) -> None:
    """Process a metadata chunk."""
    name, start, length = chunk
    if name == FORMAT and walk.format is None:
        layout = WavFormat.parse(source.read(start, min(length, 40)), walk.order)
        if layout is not None and layout.bits is None and layout.channels and layout.has_fixed_samples:
            # WAVEFORMAT, 14 bytes long, gives only the size of a sample of all channels.
            layout.bits = 8 * layout.block // layout.channels if layout.block else None
        walk.format = layout if layout is not None and layout.bits is not None else None
    elif name == b"fact" and length >= 4:
        walk.samples = int.from_bytes(source.read(start, 4), walk.order)
    elif name == b"LIST" and source.read(start, 4) == b"INFO":
        wav_tags.info(source, start + 4, length - 4, walk.tags, walk.timestamps, walk.order)
    elif name == b"bext":
        wav_tags.broadcast(source.read(start, min(length, 602)), walk.tags, walk.timestamps)
    elif name not in (b"JUNK", b"junk", b"PAD ", b"FLLR", b"ds64") and len(walk.notes) < 8:
        walk.notes.append(f"Its chunk {name.decode('ascii', 'backslashreplace')!r} of {length} bytes was not read.")
