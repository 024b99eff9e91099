"""What a recording in Ogg is: Opus, Vorbis, Speex or FLAC.

Every page is read and its checksum taken. A recording ends with the page marked as the last of its
stream; where such a page is followed at once by the first page of another, the two are links of one chain.

References:
    RFC 3533; RFC 7845 section 4 (granule positions); RFC 5334 (media types).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO

from parsers.formats.audio.facts import MAX_UNITS, AudioFacts, Ending, Undescribed, microseconds
from parsers.formats.audio.ogg import codecs
from parsers.formats.audio.ogg.pages import FIRST, HEADER_SIZE, MAGIC, NO_GRANULE, OggPage, pieces, read_page
from parsers.formats.audio.tagging import vorbis_comment
from parsers.formats.audio.tagging.tags import Tags
from parsers.formats.audio.window import Window
from parsers.record import Timestamp

#: Bytes of a stream's first packets that are put together, for its tags and its first sound.
_MAX_PACKETS = 512 * 1024
#: Streams begun in one file.
_MAX_STREAMS = 64


@dataclass(slots=True)
class _OggStream:
    """One logical stream."""

    codec: codecs.OggCodec | None
    link: int
    next_page: int
    last_granule: int | None = None
    start: int = 0
    ended: bool = False
    gathered: int = 0
    packets: list[bytes] = field(default_factory=list)
    partial: bytes = b""
    settled: bool = False


@dataclass(slots=True)
class _OggWalk:
    """What was met between the first page and the end."""

    at: int = 0
    pages: int = 0
    links: int = 0
    serials: set[int] = field(default_factory=set)
    wrong: int = 0
    jumps: int = 0
    streams: dict[int, _OggStream] = field(default_factory=dict)
    begun: list[_OggStream] = field(default_factory=list)
    ending: Ending = Ending.OPEN
    issue: str = ""


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the signature decides)
    """Whether a file begins with an Ogg page that opens a stream of a known coding of sound."""
    if head[:5] != MAGIC + b"\0" or len(head) < HEADER_SIZE or not head[5] & FIRST:
        return False
    return head.startswith(tuple(codecs.SIGNATURES), HEADER_SIZE + head[26])


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the Ogg recording that starts at the stream's offset 0; ``size`` is what is there, in bytes.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    walk = _follow(window)
    sounds = [found for found in walk.begun if found.codec is not None]
    codec = sounds[0].codec if sounds else None
    if codec is None:
        return Undescribed("No Ogg stream of a known coding of sound (Opus, Vorbis, Speex, FLAC) begins here.")
    tags, timestamps = Tags(), list[Timestamp]()
    _read_tags(sounds[0], codec, tags, timestamps)
    notes = [codec.note] if codec.note else []
    if len(walk.begun) > 1:
        notes.append(f"It holds {len(walk.begun)} streams, {len(sounds)} of them sound of a known coding.")
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
        metadata=tags.values,
        timestamps=tuple(timestamps),
        notes=(*notes, *tags.notes),
    )


def _follow(window: Window) -> _OggWalk:
    walk = _OggWalk()
    while walk.pages < MAX_UNITS:
        page = read_page(window, walk.at)
        if page is None or not _belongs(walk, page):
            break
        if page.missing:
            walk.issue = f"truncated: {page.missing} bytes of its last page are missing"
            if page.length == HEADER_SIZE and not page.lacing:
                walk.issue = "truncated: its last page breaks off in its header"
            walk.at, walk.ending = window.size, Ending.CUT
            return walk
        walk.pages += 1
        walk.wrong += not page.intact
        walk.at += page.length
        _take(walk, page)
    else:
        walk.issue = f"not read further: it has more than {MAX_UNITS} pages"
        return walk
    if walk.streams and all(found.ended for found in walk.streams.values()):
        walk.ending = Ending.LAST_PAGE
    return walk


def _belongs(walk: _OggWalk, page: OggPage) -> bool:
    """Whether a page goes on with this recording, or begins a further stream of it."""
    if page.missing:
        done = all(found.ended for found in walk.streams.values())
        return bool(walk.streams) and not done and (not page.lacing or page.header.serial in walk.streams)
    known = walk.streams.get(page.header.serial)
    if not page.header.begins:
        return known is not None and not known.ended
    if not walk.pages:
        return True
    # The streams of one file bear different serial numbers.
    if len(walk.begun) >= _MAX_STREAMS or not page.intact or page.header.serial in walk.serials:
        return False
    # Streams side by side all begin before any goes on; one after another, the earlier must have ended.
    first_pages = walk.pages == len(walk.begun)
    ended = all(found.ended for found in walk.streams.values())
    return first_pages or (ended and page.body.startswith(tuple(codecs.SIGNATURES)))


def _take(walk: _OggWalk, page: OggPage) -> None:
    """Add a page to its stream."""
    if page.header.begins:
        packet = next(pieces(page), (b"", False))[0]
        if all(other.ended for other in walk.streams.values()):
            walk.streams, walk.links = {}, walk.links + 1
        found = _OggStream(codecs.identify(packet), walk.links, page.header.sequence)
        walk.streams[page.header.serial] = found
        walk.begun.append(found)
        walk.serials.add(page.header.serial)
    found = walk.streams[page.header.serial]
    if page.header.sequence != found.next_page:
        walk.jumps += 1
    found.next_page = page.header.sequence + 1
    found.ended = found.ended or page.header.ends
    if not found.settled and found.codec is not None:
        _gather(found, page)
    if page.header.granule != NO_GRANULE and page.header.granule >= 0:
        found.last_granule = max(page.header.granule, found.last_granule or 0)


def _gather(found: _OggStream, page: OggPage) -> None:
    """Put together the first packets of a stream, until its first sound has been timed."""
    codec = found.codec
    for piece, ends in pieces(page):
        found.gathered += len(piece)
        found.partial += piece
        if ends:
            found.packets.append(found.partial)
            found.partial = b""
    if found.gathered > _MAX_PACKETS or (codec and codec.name != "Opus" and len(found.packets) >= 2):
        found.settled = True
    elif codec and codec.name == "Opus" and len(found.packets) > 2 and page.header.granule > 0:
        found.settled = True
        timed = sum(codecs.opus_samples(packet) for packet in found.packets[2:])
        # A page that is first and last may say less than its packets hold: its end is trimmed.
        found.start = 0 if page.header.ends else max(0, page.header.granule - timed)


def _read_tags(found: _OggStream, codec: codecs.OggCodec, tags: Tags, timestamps: list[Timestamp]) -> None:
    if len(found.packets) < 2:
        return
    packet = found.packets[1]
    if codec.comment is not None and packet.startswith(codec.comment):
        vorbis_comment.read(packet[len(codec.comment) :], tags, timestamps)
    elif codec.name == "FLAC" and packet[:1] and packet[0] & 0x7F == 4:
        vorbis_comment.read(packet[4:], tags, timestamps)


def _duration(sounds: list[_OggStream]) -> int | None:
    """The sound of one stream of each link of the chain."""
    total, first = 0, sounds[0].codec
    for found in {found.link: found for found in reversed(sounds)}.values():
        codec = found.codec
        if codec is None:
            continue
        if found.last_granule is not None:
            samples = max(0, found.last_granule - found.start - codec.skipped)
            total += microseconds(samples, codec.rate) or 0
    return total if first is not None and first.rate else None


def _issue(walk: _OggWalk) -> str:
    if walk.issue:
        return walk.issue
    if walk.wrong:
        return f"damaged: the checksums of {walk.wrong} of {walk.pages} pages are wrong"
    if walk.jumps:
        return f"damaged: pages are missing; the page numbers jump {walk.jumps} times"
    if walk.ending is not Ending.LAST_PAGE:
        return f"not finished: none of its {walk.pages} pages is marked as the last; it was cut off or never closed"
    return ""
