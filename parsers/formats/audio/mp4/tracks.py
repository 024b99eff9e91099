"""A sound track of an MP4 file: its coding, its rate and its duration.

References:
    ISO/IEC 14496-12 (mdhd, hdlr, elst, stsd, stco, trex, tfhd, trun); 14496-14 (esds);
    14496-3 section 1.6 (AudioSpecificConfig); QuickTime File Format Specification (sample descriptions 1 and 2).
"""

from __future__ import annotations

from dataclasses import dataclass

from parsers.formats.audio.adts.frames import CHANNELS, RATES
from parsers.formats.audio.facts import MAX_UNITS
from parsers.formats.audio.mp4.boxes import SOUND, Box, child, children, number, read_box, track_kind
from parsers.formats.sized_bytes import SizedBytes

_CODECS = {
    b"alac": "Apple Lossless",
    b"samr": "AMR-NB",
    b"sawb": "AMR-WB",
    b"Opus": "Opus",
    b"fLaC": "FLAC",
    b"ac-3": "AC-3",
    b"ec-3": "E-AC-3",
    b".mp3": "MPEG-1 Layer III",
    b"sowt": "PCM little-endian",
    b"twos": "PCM big-endian",
    b"lpcm": "PCM",
    b"ulaw": "mu-law",
    b"alaw": "A-law",
}
#: Codings of which the sample description tells the bits a sample.
_WITH_BITS = (b"alac", b"fLaC", b"sowt", b"twos", b"lpcm")
_OBJECTS = {0x66: "AAC Main", 0x67: "AAC-LC", 0x68: "AAC-SSR", 0x69: "MPEG-2 Layer III", 0x6B: "MPEG-1 Layer III"}
_AAC = {1: "AAC Main", 2: "AAC-LC", 3: "AAC-SSR", 4: "AAC-LTP", 5: "HE-AAC", 29: "HE-AAC v2", 42: "xHE-AAC"}


@dataclass(slots=True)
class Track:
    """One track.

    Attributes:
        number: its number in the file.
        kind: :data:`~parsers.formats.audio.mp4.boxes.SOUND`, or another.
        codec: the coding, in words.
        rate, channels, bits: of the sound, or None.
        timescale: units a second of the durations.
        duration: in those units; 0 where the header gives none.
        skipped: units at the start that the edit list leaves out.
        last_chunk: offset in the file of the last chunk of sound, or None.
    """

    number: int
    kind: bytes
    codec: str = "unknown"
    rate: int | None = None
    channels: int | None = None
    bits: int | None = None
    timescale: int = 0
    duration: int = 0
    skipped: int = 0
    last_chunk: int | None = None


def read_track(source: SizedBytes, box: Box) -> Track | None:
    """The track that a ``trak`` box describes; None where it lacks its headers."""
    header, media = child(source, box, b"tkhd"), child(source, box, b"mdia")
    times, handler = child(source, media, b"mdhd"), child(source, media, b"hdlr")
    if header is None or times is None or handler is None:
        return None
    track = Track(
        number(source, header.start + (20 if number(source, header.start, 1) else 12), 4),
        track_kind(source, handler),
    )
    long = number(source, times.start, 1) == 1
    track.timescale = number(source, times.start + (20 if long else 12), 4)
    track.duration = number(source, times.start + (24 if long else 16), 8 if long else 4)
    if track.duration == (1 << (64 if long else 32)) - 1:
        track.duration = 0  # all ones: not known
    table = child(source, media, b"minf", b"stbl")
    descriptions = child(source, table, b"stsd")
    if track.kind == SOUND and descriptions is not None:
        entry = read_box(source, descriptions.start + 8, descriptions.end)
        if entry is not None and entry.end <= descriptions.end:
            _describe(source, entry, track)
    track.skipped = _edit(source, child(source, box, b"edts", b"elst"))
    track.last_chunk = _last_chunk(source, table)
    return track


def track_kinds(source: SizedBytes, movie: Box, most: int) -> frozenset[bytes]:
    """The kinds of the tracks in a ``moov`` box, by their handlers alone: also of a track that lacks its other headers.

    Args:
        source: what holds it.
        movie: the box.
        most: boxes, over every level, that are looked at.
    """
    found: set[bytes] = set()
    waiting = [movie]
    while waiting and most:
        for box in children(source, waiting.pop(), most=most):
            # Within another box, each has to state its length.
            if not box.states_length:
                break
            most -= 1
            if box.kind in (b"trak", b"mdia"):
                waiting.append(box)
            elif box.kind == b"hdlr":
                found.add(track_kind(source, box))
    return frozenset(found)


def _edit(source: SizedBytes, box: Box | None) -> int:
    """The start of the one edit of an edit list, in the track's units."""
    if box is None or number(source, box.start + 4, 4) != 1:
        return 0
    long = number(source, box.start, 1) == 1
    start = number(source, box.start + (16 if long else 12), 8 if long else 4)
    return 0 if start >> (63 if long else 31) else start  # negative: an empty edit


def _last_chunk(source: SizedBytes, table: Box | None) -> int | None:
    for kind, width in ((b"stco", 4), (b"co64", 8)):
        box = child(source, table, kind)
        count = number(source, box.start + 4, 4) if box else 0
        if box and count and box.start + 8 + count * width <= box.end:
            return number(source, box.start + 8 + (count - 1) * width, width)
    return None


def _describe(source: SizedBytes, entry: Box, track: Track) -> None:
    """Read a sample description."""
    at = entry.start
    version = number(source, at + 8, 2)
    track.codec = _CODECS.get(entry.kind, repr(entry.kind.decode("latin-1")))
    track.channels = number(source, at + 16, 2) or None
    track.rate = number(source, at + 24, 2) or None
    if entry.kind in _WITH_BITS:
        track.bits = number(source, at + 18, 2) or None
    if entry.kind in (b"samr", b"sawb"):
        track.channels = 1  # the field says 2 whatever the sound (3GPP TS 26.244)
    inner = 28 + {1: 16, 2: 36}.get(version, 0)
    for box in children(source, entry, inner):
        if box.kind == b"wave":
            box = child(source, box, b"esds") or box  # noqa: PLW2901 (QuickTime puts it one deeper)
        if box.kind == b"esds":
            _elementary(source.read(box.start + 4, min(box.end - box.start - 4, 1024)), track)
        elif box.kind == b"dOps":
            track.rate = 48000


def _elementary(raw: bytes, track: Track) -> None:
    """Read the descriptors of an ``esds`` box: which coding, and for AAC its configuration."""
    at, end = 0, len(raw)
    while at + 2 <= end:
        tag, at = raw[at], at + 1
        length = 0
        for _ in range(4):
            byte = raw[at] if at < end else 0
            at, length = at + 1, length << 7 | byte & 0x7F
            if not byte & 0x80:
                break
        if tag == 3 and at + 3 <= end:
            flags = raw[at + 2]
            at += 3 + (2 if flags & 0x80 else 0) + (2 if flags & 0x20 else 0)
            if flags & 0x40:
                at += 1 + (raw[at] if at < end else 0)
        elif tag == 4 and at + 13 <= end:
            track.codec = _OBJECTS.get(raw[at], "MPEG-4 audio")
            at += 13
        elif tag == 5:
            if track.codec == "MPEG-4 audio" or track.codec.startswith("AAC"):
                _configuration(raw[at : at + length], track)
            return
        else:
            at += length


def _configuration(raw: bytes, track: Track) -> None:
    """Read an AudioSpecificConfig."""
    bits, left = int.from_bytes(raw[:16], "big"), len(raw[:16]) * 8

    def take(width: int) -> int:
        nonlocal left
        left -= width
        return bits >> left & (1 << width) - 1 if left >= 0 else 0

    def rate() -> int | None:
        index = take(4)
        if index == 15:
            return take(24) or None
        return RATES[index] if index < len(RATES) else None

    kind = take(5)
    if kind == 31:
        kind = 32 + take(6)
    hertz, channels = rate(), take(4)
    if kind in (5, 29):
        hertz = rate()  # the rate of the sound; the one before is that of its lower half
    track.codec = _AAC.get(kind, f"MPEG-4 audio, object type {kind}")
    track.rate = hertz or track.rate
    if channels < len(CHANNELS) and CHANNELS[channels]:
        track.channels = 2 if kind == 29 else CHANNELS[channels]


def fragment_duration(source: SizedBytes, fragment: Box, track: Track, default: int) -> int:
    """The duration, in the track's units, of what a ``moof`` box adds to a track.

    Args:
        source: the file.
        fragment: the box.
        track: the track.
        default: the duration of a sample where the fragment does not say.
    """
    total = 0
    for part in children(source, fragment):
        header = child(source, part, b"tfhd") if part.kind == b"traf" else None
        if header is None or number(source, header.start + 4, 4) != track.number:
            continue
        flags = number(source, header.start + 1, 3)
        at = header.start + 8 + (8 if flags & 1 else 0) + (4 if flags & 2 else 0)
        each = number(source, at, 4) if flags & 8 else default
        for run in children(source, part):
            if run.kind == b"trun":
                total += _run(source, run, each)
    return total


def _run(source: SizedBytes, run: Box, each: int) -> int:
    flags, count = number(source, run.start + 1, 3), number(source, run.start + 4, 4)
    if not flags & 0x100:
        return count * each
    at = run.start + 8 + (4 if flags & 1 else 0) + (4 if flags & 4 else 0)
    # Each sample has a duration first, then those of size, flags and offset that are switched on.
    step = 4 * (flags >> 8 & 15).bit_count()
    count = min(count, max(0, run.end - at) // step, MAX_UNITS)
    return sum(number(source, at + index * step, 4) for index in range(count))
