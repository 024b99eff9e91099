"""The containers that are known, each with its two functions.

``matches(head, name)`` says from the first bytes (and, second, the name) whether a file may be one;
``describe(stream, size)`` reads it. A carver calls the same two on a stream that starts inside a volume.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from parsers.formats.audio import adts, amr, flac, mp3, mp4, ogg, wav
from parsers.formats.audio.facts import AudioFacts, Undescribed


@dataclass(frozen=True, slots=True)
class Format:
    """One container.

    Attributes:
        name: the container's name, as in :class:`~parsers.formats.audio.facts.AudioFacts`.
        matches: whether the first bytes and the name are of this container.
        describe: reads the recording at the stream's offset 0; raises OSError from the stream, nothing else.
    """

    name: str
    matches: Callable[[bytes, str], bool]
    describe: Callable[[BinaryIO, int], AudioFacts | Undescribed]


#: The plainest signatures first; bare frames, known only by following each other, last.
FORMATS = (
    Format("WAV", wav.matches, wav.describe),
    Format("Ogg", ogg.matches, ogg.describe),
    Format("FLAC", flac.matches, flac.describe),
    Format("AMR", amr.matches, amr.describe),
    Format("M4A", mp4.matches, mp4.describe),
    Format("AAC (ADTS)", adts.matches, adts.describe),
    Format("MP3", mp3.matches, mp3.describe),
)


def recognise(head: bytes, name: str = "") -> Format | None:
    """The container that a file's first bytes and name are of, or None."""
    return next((known for known in FORMATS if known.matches(head, name)), None)
