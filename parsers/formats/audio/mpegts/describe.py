"""Describe the sound in an MPEG transport stream. Its duration comes from the presentation times.

References:
    ISO/IEC 13818-1; the tables as in :mod:`parsers.formats.audio.mpegts.tables`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed
from parsers.formats.audio.mpegts import elementary, tables
from parsers.formats.audio.mpegts.packets import (
    CLOCK,
    WRAP,
    TransportPacket,
    TransportReader,
    layout,
    may_begin,
    parse_pes,
)
from parsers.formats.audio.window import Window

_HEAD = 65536
#: Name endings with which the first packet may follow a partial one.
NAMES = (".ts", ".m2ts", ".mts", ".m2t", ".tsv", ".tp", ".trp")
#: Limit on the programme maps read, and on the bytes kept of one packet of sound.
_MAX_MAPS, _MOST_KEPT = 64, 64 * 1024
#: Maximum step of presentation times in ticks: after a longer one the clock was reset.
_MOST_STEP = 3600 * CLOCK
#: Number of possible streams, and the packet types that hold sound.
_STREAMS = 8192
_SOUND_STREAMS = bytes(range(0xC0, 0xE0))
_YEAR = 366 * 24 * 3600 * 1_000_000


@dataclass(slots=True)
class _Gathered:
    """The sound stream that is described, as far as it was read."""

    stream: tables.ElementaryStream
    read: Callable[[bytes], elementary.Sounding | None]
    found: elementary.Sounding | None = None
    ticks: int = 0
    last: int | None = None
    anew: int = 0
    scrambled: int = 0
    pending: bytearray = field(default_factory=bytearray)
    closing: int = 0


@dataclass(slots=True)
class _StreamMaps:
    """All programme maps together."""

    sounds: list[tables.ElementaryStream] = field(default_factory=list)
    private: list[tables.ElementaryStream] = field(default_factory=list)
    has_pictures: bool = False
    count: int = 0


@dataclass(slots=True)
class _TransportWalk:
    """The content of the tables."""

    maps: set[int] = field(default_factory=set)
    partial: dict[int, bytes] = field(default_factory=dict)
    read: _StreamMaps = field(default_factory=_StreamMaps)


def matches(head: bytes, name: str) -> bool:
    """Whether a file begins with transport packets; after a partial packet only if its name fits."""
    is_named = name.lower().endswith(NAMES)
    if not (is_named or may_begin(head)) or head.isascii():
        return False
    return layout(head, anywhere=is_named) is not None


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the transport stream at offset 0 of the stream. ``size`` is the number of bytes present.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    lies = layout(window.read(0, _HEAD), anywhere=True)
    if lies is None:
        return Undescribed("No packets of an MPEG transport stream are found.")
    walk = _tables(TransportReader(window, lies))
    found = walk.read.sounds or walk.read.private
    if not found and walk.read.count:
        return Undescribed("This MPEG transport stream has no stream of sound.", foreign=True)
    stream_of_sound = found[0] if found else _without_tables(TransportReader(window, lies))
    if stream_of_sound is None:
        return Undescribed(
            "An MPEG transport stream without the tables that say what is in it: whether it holds sound is not known."
            " Look at it with ffprobe."
        )
    sound = _Gathered(stream_of_sound, elementary.reader(stream_of_sound.codec))
    reader = TransportReader(window, lies)
    reader.wanted = {stream_of_sound.number}
    for packet in reader:
        _gather(sound, packet)
    _close(sound)
    if not walk.read.sounds and walk.read.count and sound.found is None:
        if not walk.read.has_pictures and sound.last is not None:
            return Undescribed(
                "An MPEG transport stream without pictures, whose streams are of a private kind: whether they are sound"
                " is not known. Look at it with ffprobe."
            )
        return Undescribed("This MPEG transport stream has no stream of sound that is known.", foreign=True)
    return _facts(reader, walk, sound, size)


def _tables(reader: TransportReader) -> _TransportWalk:
    """Read the tables until a map names sound."""
    walk = _TransportWalk()
    reader.wanted = {tables.PROGRAMMES}
    for packet in reader:
        _look(walk, packet)
        if walk.read.sounds:
            break
        reader.wanted = {tables.PROGRAMMES, *walk.maps}
    return walk


def _without_tables(reader: TransportReader) -> tables.ElementaryStream | None:
    """The first stream in which a packet of sound begins."""
    reader.wanted = range(1, _STREAMS)
    for packet in reader:
        if packet.is_start and packet.payload[:3] == b"\0\0\1" and packet.payload[3:4] in _SOUND_STREAMS:
            return tables.ElementaryStream(packet.stream, tables.UNKNOWN)
    return None


def _look(walk: _TransportWalk, packet: TransportPacket) -> None:
    """Process a packet of a table."""
    raw = tables.section(packet.payload) if packet.is_start else walk.partial.get(packet.stream, b"") + packet.payload
    if not packet.is_start and packet.stream not in walk.partial:
        return
    walk.partial.pop(packet.stream, None)
    if len(raw) < max(3, tables.section_length(raw)):
        if len(raw) < tables.MOST_TABLE:
            walk.partial[packet.stream] = raw
        return
    if packet.stream == tables.PROGRAMMES:
        if len(walk.maps) < _MAX_MAPS:
            walk.maps.update(tables.maps(raw)[:_MAX_MAPS])
        return
    found = tables.streams(raw)
    if found is not None:
        walk.read.count += 1
        walk.read.has_pictures = walk.read.has_pictures or found.has_pictures
        walk.read.sounds, walk.read.private = found.sounds, walk.read.private or found.private


def _gather(sound: _Gathered, packet: TransportPacket) -> None:
    """Process a packet of the sound stream."""
    if packet.is_scrambled:
        sound.scrambled += 1
        return
    header = parse_pes(packet.payload) if packet.is_start else None
    if header is None:
        if sound.last is not None and len(sound.pending) < _MOST_KEPT:
            sound.pending += packet.payload
        return
    if header.presented is None:
        # It continues where the previous one ended.
        if len(sound.pending) < _MOST_KEPT:
            sound.pending += packet.payload[header.size :]
        return
    step = 0 if sound.last is None else (header.presented - sound.last) % WRAP
    if sound.found is None or step > _MOST_STEP:
        _close(sound)
    if step > _MOST_STEP:
        sound.anew += 1
        step = sound.closing
    sound.ticks += step
    sound.last = header.presented
    sound.pending = bytearray(packet.payload[header.size :])


def _close(sound: _Gathered) -> None:
    """Parse a gathered packet of sound. The next packet gives its duration, except for the last."""
    if not sound.pending:
        return
    found = sound.read(bytes(sound.pending))
    if found is not None:
        sound.found = sound.found or found
        sound.closing = found.ticks
    sound.pending = bytearray()


def _facts(reader: TransportReader, walk: _TransportWalk, sound: _Gathered, size: int) -> AudioFacts | Undescribed:
    notes = ["It also holds moving pictures, which are not described."] if walk.read.has_pictures else []
    if len(walk.read.sounds) > 1:
        notes.append(f"It has {len(walk.read.sounds)} streams of sound; the first is described.")
    if sound.anew:
        notes.append(f"Its clock was set anew {sound.anew} times; the duration leaves these steps out.")
    if sound.last is None and not sound.scrambled:
        return Undescribed("An MPEG transport stream whose tables name sound, of which nothing is there.")
    issue = ""
    if sound.scrambled:
        issue = f"encrypted: {sound.scrambled} packets of its sound cannot be read"
    elif reader.breaks:
        issue = f"damaged: {reader.breaks} times there is no packet where one is due"
    rest = size - reader.end
    if not issue and reader.is_cut:
        issue = f"truncated: it breaks off within a packet, {rest} bytes into it"
    if not issue and sound.found is not None and sound.found.rate is None:
        issue = f"described without its rate and channels, which are not read of {sound.found.codec}"
    duration = (sound.ticks + sound.closing) * 1_000_000 // CLOCK if sound.last is not None else None
    found = sound.found
    return AudioFacts(
        container="MPEG-TS",
        codec=found.codec if found is not None else sound.stream.codec,
        end=size if issue.startswith("truncated") else reader.end,
        ending=Ending.CUT if issue.startswith("truncated") else Ending.LAST_FRAME,
        rate_hz=found.rate if found is not None else None,
        channels=(found.channels if found is not None else None) or sound.stream.channels,
        duration_us=duration if duration is not None and duration <= _YEAR else None,
        issue=issue,
        trailing=0 if issue.startswith("truncated") else rest,
        notes=tuple(notes),
    )
