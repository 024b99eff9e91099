"""Describe a recording in Ogg: Opus, Vorbis, Speex or FLAC.

Every page is read and its checksum verified. The duration counts the playable sound: packets on intact pages, of one
stream in each link of the chain.

References:
    RFC 3533; RFC 7845 section 4 (granule positions); RFC 5334 (media types).
"""

from __future__ import annotations

from typing import BinaryIO

from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed, microseconds
from parsers.formats.audio.ogg import codecs
from parsers.formats.audio.ogg.pages import FIRST, HEADER_SIZE, MAGIC
from parsers.formats.audio.ogg.stream import OggStream
from parsers.formats.audio.ogg.walk import OggWalk
from parsers.formats.audio.tagging import vorbis_comment
from parsers.formats.audio.tagging.tags import Tags
from parsers.formats.audio.window import Window
from parsers.record import Timestamp


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the signature decides)
    """Whether a file begins with an Ogg page that opens a stream; sound may begin in a later page."""
    return head[:5] == MAGIC + b"\0" and len(head) >= HEADER_SIZE and bool(head[5] & FIRST)


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the Ogg recording at offset 0 of the stream. ``size`` is the number of bytes present.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    walk = OggWalk(window)
    walk.follow()
    sounds = [found for found in walk.begun if found.codec is not None]
    codec = sounds[0].codec if sounds else None
    if codec is None:
        return Undescribed("No Ogg stream of a known coding of sound (Opus, Vorbis, Speex, FLAC) begins here.")
    tags, timestamps = Tags(), list[Timestamp]()
    _read_tags(sounds[0], codec, tags, timestamps)
    return AudioFacts(
        container="Ogg",
        codec=codec.name,
        end=walk.at,
        ending=walk.ending,
        rate_hz=codec.rate or None,
        channels=codec.channels or None,
        duration_us=_duration(sounds),
        bits=codec.bits,
        issue=_issue(walk),
        trailing=size - walk.at,
        damage=walk.damage.places,
        metadata=tags.values,
        timestamps=tuple(timestamps),
        notes=(*_notes(walk, codec, sounds), *tags.notes),
    )


def _notes(walk: OggWalk, codec: codecs.OggCodec, sounds: list[OggStream]) -> list[str]:
    notes = [codec.note] if codec.note else []
    if len(walk.begun) > 1:
        notes.append(f"It holds {len(walk.begun)} streams, {len(sounds)} of them sound of a known coding.")
    if codec.rate and sounds[0].start >= codec.rate:
        notes.append(
            f"Its sound begins {sounds[0].start / codec.rate:.3f} s after the start of its stream: it was recorded from"
            " one that was going on, or what came before is lost."
        )
    return notes


def _read_tags(found: OggStream, codec: codecs.OggCodec, tags: Tags, timestamps: list[Timestamp]) -> None:
    if len(found.headers) < 2:
        return
    packet = found.headers[1]
    if codec.comment is not None and packet.startswith(codec.comment):
        vorbis_comment.read(packet[len(codec.comment) :], tags, timestamps)
    elif codec.name == "FLAC" and packet[:1] and packet[0] & 0x7F == 4:
        vorbis_comment.read(packet[4:], tags, timestamps)


def _duration(sounds: list[OggStream]) -> int | None:
    """Microseconds of playable sound, of one stream in each link of the chain."""
    total, first = 0, sounds[0].codec
    for found in {found.link: found for found in reversed(sounds)}.values():
        if found.codec is not None:
            total += microseconds(max(0, found.played - found.codec.skipped), found.codec.rate) or 0
    return total if first is not None and first.rate else None


def _issue(walk: OggWalk) -> str:
    found = []
    if walk.wrong:
        found.append(f"the checksums of {walk.wrong} of {walk.pages} pages are wrong")
    if walk.damage.count > walk.wrong:
        found.append(f"{walk.damage.total} bytes are no whole page of it")
    if walk.jumps:
        found.append(f"pages are missing; the page numbers jump {walk.jumps} times")
    if walk.repeated:
        found.append(f"{walk.repeated} of {walk.pages} pages are there twice")
    if walk.open_links:
        found.append(f"{walk.open_links} of its links have no page that is marked as the last")
    if walk.late:
        found.append(f"{walk.late} of {walk.pages} pages follow one that is marked as the last of their stream")
    damaged = f"damaged: {'; '.join(found)}" if found else ""
    if walk.issue:
        return f"{walk.issue}; {damaged}" if damaged else walk.issue
    if not damaged and walk.ending is not Ending.LAST_PAGE:
        return f"not finished: none of its {walk.pages} pages is marked as the last; it was cut off or never closed"
    return damaged
