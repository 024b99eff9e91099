"""Describe a recording in a Matroska or WebM file. Video is not described.

The duration is the one that the file states. If it states none, or is truncated, it is the end of the last block of
sound.

References:
    RFC 9559 (Matroska), RFC 8794 (EBML); webmproject.org (WebM container guidelines).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import BinaryIO

from parsers.formats.audio.damage import DamageLog
from parsers.formats.audio.facts import MAX_UNITS, AudioFacts, Ending, Undescribed
from parsers.formats.audio.matroska import elements
from parsers.formats.audio.matroska.elements import EbmlElement, children, read_element
from parsers.formats.audio.matroska.last_block import HEAD, block_length
from parsers.formats.audio.matroska.tracks import PICTURES, SOUND, MatroskaTrack, read_tracks
from parsers.formats.audio.tagging.tags import MAX_TAGS, Tags
from parsers.formats.audio.window import Window
from parsers.record import Clock, Timestamp
from parsers.times import from_milliseconds

MAGIC = b"\x1a\x45\xdf\xa3"
_TYPES = ("matroska", "webm")
_SCALE, _DURATION, _DATE, _TITLE, _MUXER, _WRITER = 0x2AD7B1, 0x4489, 0x4461, 0x7BA9, 0x4D80, 0x5741
_TIMESTAMP, _SIMPLE, _GROUP, _BLOCK, _LENGTH = 0xE7, 0xA3, 0xA0, 0xA1, 0x9B
_TAG, _SIMPLE_TAG, _TAG_NAME, _TAG_TEXT = 0x7373, 0x67C8, 0x45A3, 0x4487
#: Milliseconds from 1970 to 2001, the epoch of these files.
_EPOCH = 978_307_200_000
#: Elements that end a cluster of unknown size: all except padding and a checksum, which it may contain.
_AFTER_CLUSTER = elements.TOP - {0xEC, 0xBF} | {elements.HEADER}
_CLUSTER = elements.CLUSTER.to_bytes(4, "big")
_SEARCHED = 64 * 1024
_YEAR = 366 * 24 * 3600 * 1_000_000


@dataclass(slots=True)
class _MatroskaWalk:
    """What was found between the first byte and the end of the first segment."""

    end: int = 0
    ending: Ending = Ending.LAST_BOX
    issue: str = ""
    kind: str = "matroska"
    scale: int = 1_000_000
    duration: float = 0.0
    units: int = 0
    tracks: list[MatroskaTrack] = field(default_factory=list)
    clusters: list[EbmlElement] = field(default_factory=list)
    damage: DamageLog = field(default_factory=DamageLog)
    tags: Tags = field(default_factory=Tags)
    timestamps: list[Timestamp] = field(default_factory=list)


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the signature decides)
    """Whether a file begins like Matroska or WebM."""
    return head.startswith(MAGIC) and _type(_Head(head)) in _TYPES


class _Head:
    """Bytes in memory as a source."""

    def __init__(self, raw: bytes) -> None:
        self.size = len(raw)
        self._raw = raw

    def read(self, offset: int, size: int) -> bytes:
        """Read bytes at an offset."""
        return self._raw[offset : offset + size]


def _type(source: _Head | Window) -> str:
    """The document type stated in the header."""
    header = read_element(source, 0)
    if header is None or header.kind != elements.HEADER or header.size is None:
        return ""
    for part in children(source, header.start, header.end(source.size)):
        if part.kind == elements.DOCUMENT_TYPE:
            return elements.words(source, part, 32)
    return "matroska"


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the Matroska or WebM file at offset 0 of the stream. ``size`` is the number of bytes present.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    walk = _MatroskaWalk(kind=_type(window))
    if walk.kind not in _TYPES:
        return Undescribed("There is no Matroska header.")
    _walk(window, walk)
    sounds = [track for track in walk.tracks if track.kind == SOUND]
    has_pictures = any(track.kind == PICTURES for track in walk.tracks)
    if not sounds and has_pictures and not walk.issue:
        return Undescribed("This Matroska file has no track of sound.", foreign=True)
    if not sounds:
        return Undescribed(
            "A Matroska file whose list of tracks is not there or names no sound: what it holds is unknown."
        )
    track = sounds[0]
    notes = ["It also holds moving pictures, which are not described."] if has_pictures else []
    if len(sounds) > 1:
        notes.append(f"It has {len(sounds)} tracks of sound; the first is described.")
    duration = _duration(window, walk, track, notes)
    if has_pictures and walk.duration:
        notes.append("The duration is that of the whole file, pictures included.")
    return AudioFacts(
        container="WebM" if walk.kind == "webm" else "Matroska",
        codec=track.codec,
        end=walk.end,
        ending=walk.ending,
        rate_hz=track.rate,
        channels=track.channels,
        duration_us=duration if duration is not None and duration <= _YEAR else None,
        bits=track.bits,
        issue=walk.issue,
        trailing=size - walk.end,
        damage=walk.damage.places,
        metadata=walk.tags.values,
        timestamps=tuple(walk.timestamps),
        notes=(*notes, *walk.tags.notes),
    )


def _walk(window: Window, walk: _MatroskaWalk) -> None:
    """Walk the elements of the first segment."""
    header = read_element(window, 0)
    at = header.end(window.size) if header is not None else 0
    segment = read_element(window, at)
    if segment is None or segment.kind != elements.SEGMENT:
        walk.issue, walk.end = f"damaged: there is no segment at byte {at}, where it is due", min(at, window.size)
        return
    stated = segment.end(window.size)
    walk.ending = Ending.OPEN if segment.size is None else Ending.DECLARED
    walk.end = segment.start
    while walk.end < min(stated, window.size):
        element = read_element(window, walk.end)
        if walk.units >= MAX_UNITS:
            walk.issue = f"not read further: it has more than {MAX_UNITS} elements"
            return
        walk.units += 1
        if element is None or element.kind not in elements.TOP:
            following = _behind_damage(window, walk.end, element, min(stated, window.size))
            if following is None:
                # Data after a segment of unknown size does not belong to it.
                if segment.size is not None:
                    walk.issue = f"damaged: there is no element at byte {walk.end}, where one is due"
                return
            if element is None or following != element.end(window.size):
                walk.damage.add(walk.end, following - walk.end)
            walk.end = following
            continue
        _take(window, walk, element)
        walk.end = element.end(window.size) if element.size is not None else _behind_cluster(window, walk, element)
    walk.issue = walk.damage.issue("element of it")
    if max(walk.end, stated) > window.size:
        walk.issue = f"truncated: {window.size} of at least {max(walk.end, stated)} bytes are present"
        walk.end, walk.ending = window.size, Ending.CUT


def _behind_damage(window: Window, at: int, element: EbmlElement | None, end: int) -> int | None:
    """Where a segment resumes after unknown or damaged data; None if it does not.

    It resumes after an unknown element that fits, as in later versions of the format, else at the next cluster.
    """
    if element is not None and element.kind == elements.HEADER:
        return None
    if element is not None and element.size is not None and element.end(end) <= end:
        following = read_element(window, element.end(end))
        if element.end(end) == end or (following is not None and following.kind in elements.TOP):
            return element.end(end)
    for start in range(at + 1, end, _SEARCHED):
        place = window.read(start, min(_SEARCHED + len(_CLUSTER) - 1, end - start)).find(_CLUSTER)
        if place >= 0:
            return start + place
    return None


def _take(window: Window, walk: _MatroskaWalk, element: EbmlElement) -> None:
    if element.kind == elements.CLUSTER:
        # The last two are enough to know when the sound ends.
        walk.clusters = [*walk.clusters[-1:], element]
    elif element.kind == elements.TRACKS and not walk.tracks:
        walk.tracks = read_tracks(window, element)
    elif element.kind == elements.INFO:
        _information(window, walk, element)
    elif element.kind == elements.TAGS:
        _tags(window, walk, element)


def _behind_cluster(window: Window, walk: _MatroskaWalk, cluster: EbmlElement) -> int:
    """Offset after an element of unknown size: the start of the segment's next element."""
    at = cluster.start
    while walk.units < MAX_UNITS:
        part = read_element(window, at)
        walk.units += 1
        if (
            part is None
            or part.size is None
            or part.kind in (elements.TOP - {0xEC, 0xBF})
            or part.kind == elements.HEADER
        ):
            return at
        at = part.end(window.size)
        if at >= window.size:
            return at
    return at


def _information(window: Window, walk: _MatroskaWalk, info: EbmlElement) -> None:
    for part in children(window, info.start, info.end(window.size)):
        if part.kind == _SCALE:
            walk.scale = elements.unsigned(window, part) or walk.scale
        elif part.kind == _DURATION:
            value = elements.real(window, part)
            walk.duration = value if math.isfinite(value) and value > 0 else 0.0
        elif part.kind == _DATE:
            _date(int.from_bytes(elements.content(window, part, 8), "big", signed=True), walk)
        elif part.kind in (_TITLE, _MUXER, _WRITER):
            name = {_TITLE: "title", _MUXER: "muxing application", _WRITER: "writing application"}[part.kind]
            walk.tags.add(name, elements.words(window, part))


def _date(value: int, walk: _MatroskaWalk) -> None:
    stamp = from_milliseconds(value // 1_000_000 + _EPOCH)
    note = "Nanoseconds since 2001-01-01 UTC, set by the software that wrote the file."
    if stamp is None:
        note = "Nanoseconds since 2001-01-01, but outside 2010 to 2100: not taken for a time."
    walk.timestamps.append(Timestamp("Creation Time", str(value), Clock.UNKNOWN, stamp, note))


def _tags(window: Window, walk: _MatroskaWalk, tags: EbmlElement) -> None:
    for tag in children(window, tags.start, tags.end(window.size), MAX_TAGS):
        if tag.kind != _TAG:
            continue
        for part in children(window, tag.start, tag.end(window.size), MAX_TAGS):
            if part.kind == _SIMPLE_TAG:
                inner = {each.kind: each for each in children(window, part.start, part.end(window.size), 16)}
                if _TAG_NAME in inner and _TAG_TEXT in inner:
                    name = elements.words(window, inner[_TAG_NAME], 512)
                    walk.tags.add(name, elements.words(window, inner[_TAG_TEXT]))


def _duration(window: Window, walk: _MatroskaWalk, track: MatroskaTrack, notes: list[str]) -> int | None:
    """Microseconds of sound."""
    stated = round(min(walk.duration * walk.scale / 1000, 2.0 * _YEAR))
    if 0 < stated <= _YEAR and walk.ending is not Ending.CUT and not walk.issue:
        return stated
    for cluster in reversed(walk.clusters):
        end = _last_sound(window, walk, cluster, track)
        if end is not None:
            notes.append("The duration is reckoned from the last block of sound that is present.")
            return end // 1000
    return None


def _last_sound(window: Window, walk: _MatroskaWalk, cluster: EbmlElement, track: MatroskaTrack) -> int | None:
    """End of the last block of a track in a cluster, in nanoseconds; None if it has none."""
    base, times, length, own = 0, list[int](), 0, 0
    end = min(cluster.end(walk.end), walk.end)
    for part in children(window, cluster.start, end, MAX_UNITS):
        if part.kind == _TIMESTAMP:
            base = elements.unsigned(window, part)
        block = part if part.kind == _SIMPLE else None
        stated = 0
        if part.kind == _GROUP:
            inner = {each.kind: each for each in children(window, part.start, part.end(end), 16)}
            block = inner.get(_BLOCK)
            stated = elements.unsigned(window, inner[_LENGTH]) if _LENGTH in inner else 0
        head = elements.content(window, block, 8 + HEAD) if block is not None else b""
        width = 9 - head[0].bit_length() if head and head[0] else 9
        if len(head) < width + 2 or int.from_bytes(head[:width], "big") & (1 << 7 * width) - 1 != track.number:
            continue
        times = [*times[-1:], base + int.from_bytes(head[width : width + 2], "big", signed=True)]
        length = stated * walk.scale
        own = block_length(track, head[width:], (block.size or 0) - width) if block is not None else 0
    length = length or own or track.each or (times[-1] - times[0]) * walk.scale if times else 0
    # A single block that does not say how long it is does not say how long the sound is.
    return max(0, times[-1] * walk.scale + length) or None if times else None
