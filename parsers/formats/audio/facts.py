"""The description of a recording by its container, and where the recording ends by its own structure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from parsers.formats.audio.damage import Damage, named
from parsers.record import Timestamp

#: Limit on the frames, pages or chunks counted in one recording. Beyond it counting stops, and the issue says so.
MAX_UNITS = 4_000_000
#: Microseconds in a year, the longest duration accepted from a header.
MAX_DURATION = 366 * 24 * 3600 * 1_000_000


class Ending(StrEnum):
    """Why a recording ends where it does."""

    DECLARED = "its header gives the length"
    LAST_FRAME = "no further frame of the recording follows"
    LAST_PAGE = "a page is marked as the last"
    LAST_BOX = "no further box of the recording follows"
    CUT = "the data ends before the recording does"
    OPEN = "the data ends; the recording gives no length of its own"


@dataclass(frozen=True, slots=True)
class AudioFacts:
    """A recording, as its container describes it.

    Attributes:
        container: ``WAV``, ``Ogg``, ``MP3``, ``FLAC``, ``AAC (ADTS)``, ``M4A`` or ``AMR``.
        codec: name of the coding.
        end: length in bytes from the start of the recording to its end.
        ending: why it ends there.
        rate_hz: samples per second, or None if the container does not say.
        channels: number of channels, or None.
        duration_us: duration in microseconds of the sound present, or None. ``notes`` says if a header claims it.
        bits: bits per sample, if the coding has such a number.
        issue: what is wrong, as the rest of "the recording is ...": ``truncated: 3 of 5 bytes are present``.
            Empty if the recording is well formed.
        trailing: bytes after the end that hold nothing of the recording.
        damage: damaged places before the end, up to
            :data:`~parsers.formats.audio.damage.MOST_PLACES`.
        metadata: its tags, as found, within the limits of :mod:`parsers.formats.audio.tagging.tags`.
        timestamps: times in the tags.
        notes: sentences on how the facts were determined.
    """

    container: str
    codec: str
    end: int
    ending: Ending
    rate_hz: int | None = None
    channels: int | None = None
    duration_us: int | None = None
    bits: int | None = None
    issue: str = ""
    trailing: int = 0
    damage: tuple[Damage, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    timestamps: tuple[Timestamp, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def full_issue(self) -> str:
        """The issue with the places of damage; empty if the recording is well formed."""
        return f"{self.issue} ({named(self.damage)})" if self.damage else self.issue

    @property
    def whole(self) -> bool:
        """Whether the recording is well formed from its start to its end."""
        return not self.issue


class Undescribed(NamedTuple):
    """Why bytes that begin like a recording cannot be described as one.

    Attributes:
        what: the reason, one sentence.
        foreign: whether they are another kind of sound file, rather than something unreadable.
    """

    what: str
    foreign: bool = False


def microseconds(samples: int, rate: int) -> int | None:
    """The duration of some samples, rounded to microseconds; None if the rate is 0 or the result absurd."""
    if rate <= 0:
        return None
    duration = (samples * 1_000_000 + rate // 2) // rate
    return duration if duration <= MAX_DURATION else None
