"""The known audio containers, each with its two functions.

``matches(head, name)`` decides from the first bytes (and the name) whether a file may be of the container.
``describe(stream, size)`` reads the file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from typing import BinaryIO

from parsers.formats.audio import unread
from parsers.formats.audio.amr import bare as amr_frames
from parsers.formats.audio.facts import AudioFacts, Undescribed
from parsers.formats.audio.leading import LeadingFormat
from parsers.formats.audio.mp4 import describe as mp4
from parsers.formats.audio.mpegts import describe as mpegts
from parsers.formats.audio.tagging import closing
from parsers.formats.audio.tagging.tags import Tags
from parsers.formats.audio.window import Window


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """One container.

    Attributes:
        name: its name, as in :class:`~parsers.formats.audio.facts.AudioFacts`.
        matches: whether the first bytes and the name fit the container.
        describe: reads the recording at offset 0 of the stream; raises only OSError from the stream.
        first: the values that the first byte of such a file can have; empty if it can have any.
        endings: name endings with which its first byte can have any value.
    """

    name: str
    matches: Callable[[bytes, str], bool]
    describe: Callable[[BinaryIO, int], AudioFacts | Undescribed]
    first: bytes = b""
    endings: tuple[str, ...] = ()


#: The common name of formats that are identified but not read.
NOT_READ = "not read"
#: Bare frames of MPEG, which may follow an ID3 tag.
_FRAMES = b"\xffI"


def _in(folder: str, name: str, first: bytes) -> AudioFormat:
    """A container whose functions, in a folder beside this module, are imported for a file that begins so."""
    module = f"{__package__}.{folder}.describe"

    def matches(head: bytes, named: str) -> bool:
        return bool(import_module(module).matches(head, named))

    def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
        facts: AudioFacts | Undescribed = import_module(module).describe(stream, size)
        return facts

    return AudioFormat(name, matches, describe, first)


#: Clear signatures first, then bare frames, which are recognised only in sequence, then formats not read.
_PLAIN = (
    _in("wav", "WAV", b"RB"),
    _in("ogg", "Ogg", b"O"),
    _in("flac", "FLAC", b"fI"),
    _in("amr", "AMR", b"#"),
    _in("aiff", "AIFF", b"F"),
    _in("caf", "CAF", b"c"),
    _in("wave64", "Wave64", b"r"),
    _in("sun", "AU", b".d"),
    _in("matroska", "Matroska", b"\x1a"),
    AudioFormat("M4A", mp4.matches, mp4.describe),
    AudioFormat("MPEG-TS", mpegts.matches, mpegts.describe, endings=mpegts.NAMES),
    _in("ac3", "AC-3", b"\x0b"),
    _in("latm", "AAC (LATM)", b"V"),
    _in("adts", "AAC (ADTS)", _FRAMES),
    _in("mpeg", "MP3", _FRAMES),
    AudioFormat("AMR without a header", amr_frames.matches, amr_frames.describe, amr_frames.FIRST),
    AudioFormat(NOT_READ, unread.matches, unread.describe),
)


def _before_tags(known: AudioFormat) -> AudioFormat:
    """The same container, whose recording may be followed by tags."""

    def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
        facts = known.describe(stream, size)
        if isinstance(facts, Undescribed) or facts.trailing <= 0:
            return facts
        tags = Tags()
        length = closing.length_of_tags(Window(stream, size), facts.end, tags)
        return replace(
            facts,
            end=facts.end + length,
            trailing=facts.trailing - length,
            metadata={**facts.metadata, **tags.values},
            notes=(*facts.notes, *tags.notes),
        )

    return replace(known, describe=describe)


_TAGGED = tuple(map(_before_tags, _PLAIN))
_LEADING = LeadingFormat(_TAGGED)
FORMATS = (
    *_TAGGED,
    AudioFormat(_LEADING.name, _LEADING.matches, _LEADING.describe, _LEADING.first, _LEADING.endings),
)
_ENDINGS = tuple(ending for each in FORMATS for ending in each.endings)


@cache
def _by_first_byte() -> tuple[tuple[AudioFormat, ...], ...]:
    """The formats that a file may be of, by the value of its first byte."""
    return tuple(tuple(each for each in FORMATS if not each.first or byte in each.first) for byte in range(256))


def recognise(head: bytes, name: str = "") -> AudioFormat | None:
    """The container that a file's first bytes and name match, or None."""
    if not head:
        return None
    for known in FORMATS if name.lower().endswith(_ENDINGS) else _by_first_byte()[head[0]]:
        if known.matches(head, name):
            return known
    return None
