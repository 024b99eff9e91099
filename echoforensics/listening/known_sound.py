"""Recognises sounds of the device itself: chimes, alarms and prompts, learnt from the maker's folders.

A recording is such a sound if its file is in such a folder, if every decoded sample equals a learnt sound's, if its
samples correlate with one, or if its fingerprint matches throughout. A longer recording that contains a chime is not:
somebody may speak in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from echoforensics.case.interactions.record_names import is_device_sound
from echoforensics.listening.same_sound import SameSound, same_sounds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from echoforensics.case.recording_query import FoundRecording
    from echoforensics.listening.same_sound import Fingerprint

#: Increase this when findings change.
VERSION = "1"
#: How much longer than the sound a recording may be, in seconds and as a share: players add to the ends.
_LONGER, _LONGER_PART = 0.3, 1.1
#: At this correlation, the sounds share over four fifths of their energy. It is not computed for longer sounds.
LEAST_CORRELATION, _LONGEST = 0.9, 8.0
#: The least share of a recording's own features that must match.
_LEAST_PART = 0.4


@dataclass(frozen=True, slots=True)
class KnownSound:
    """A recording that is a sound of the device itself.

    Attributes:
        sha256: the SHA-256 of the recording.
        known: the SHA-256 of the sound in the maker's folder; the same if the recording itself is in one.
        path: the sound's location: ``ITEM: PATH``.
        how: ``place``, ``samples``, ``correlation`` or ``fingerprint``.
        part: the correlation, or the matching share of the fingerprint; 0 to 1.
    """

    sha256: str
    known: str
    path: str
    how: str
    part: float = 1.0


class KnownSounds:
    """The learnt sounds, and the recordings compared with them."""

    def __init__(self, found: Sequence[FoundRecording]) -> None:
        """Learn sounds by their location.

        Args:
            found: the recordings of a case.
        """
        self._found = found
        self.places: dict[str, str] = {}
        for recording in found:
            for place in recording.references:
                if is_device_sound(place.partition(": ")[2]):
                    self.places.setdefault(recording.sha256, place)
        self._samples: dict[str, NDArray[np.float32]] = {}
        self._prints: dict[str, Fingerprint] = {}
        self._matched: dict[str, KnownSound] = {}

    def hear(self, one: Fingerprint, samples: NDArray[np.float32]) -> None:
        """Take a recording. Sounds learnt by location must come before the recordings to compare.

        Args:
            one: the recording's fingerprint.
            samples: one row of the samples that the fingerprint was made from.
        """
        self._prints[one.sha256] = one
        if one.sha256 in self.places:
            if one.seconds <= _LONGEST:
                self._samples[one.sha256] = samples
        elif one.seconds <= _LONGEST * _LONGER_PART + _LONGER:
            self._correlate(one, samples)

    def _correlate(self, one: Fingerprint, samples: NDArray[np.float32]) -> None:
        best = LEAST_CORRELATION
        for sha256, known in self._samples.items():
            if _is_longer(one, self._prints[sha256]) or one.seconds < self._prints[sha256].seconds / _LONGER_PART:
                continue
            if (found := _correlation(known, samples)) >= best:
                best = found
                self._matched[one.sha256] = KnownSound(
                    one.sha256, sha256, self.places[sha256], "correlation", round(found, 2)
                )

    def found(self) -> Iterator[KnownSound]:
        """Yield the recordings that are sounds of the device itself, in their order."""
        learnt = [self._prints[sha256] for sha256 in self.places if sha256 in self._prints]
        others = [one for sha256, one in self._prints.items() if sha256 not in self.places]
        several: dict[str, SameSound] = {}
        for same in same_sounds([*learnt, *others], known=len(learnt)):
            covers = same.part >= _LEAST_PART and not _is_longer(self._prints[same.second], self._prints[same.first])
            if same.equal or covers:
                before = several.get(same.second)
                several[same.second] = max(filter(None, (before, same)), key=lambda each: (each.equal, each.part))
        for sha256, same in several.items():
            if same.equal or sha256 not in self._matched:
                how = "samples" if same.equal else "fingerprint"
                self._matched[sha256] = KnownSound(sha256, same.first, self.places[same.first], how, same.part)
        for recording in self._found:
            if place := self.places.get(recording.sha256):
                yield KnownSound(recording.sha256, recording.sha256, place, "place")
            elif one := self._matched.get(recording.sha256):
                yield one


def _is_longer(one: Fingerprint, known: Fingerprint) -> bool:
    """Whether a recording is too long to be a known sound."""
    return one.seconds > known.seconds * _LONGER_PART and one.seconds > known.seconds + _LONGER


def _correlation(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Return the greatest correlation of two rows of samples over all shifts, 0 to 1."""
    size = 1 << (len(first) + len(second) - 1).bit_length()
    crossed = np.fft.irfft(np.fft.rfft(first, size) * np.conj(np.fft.rfft(second, size)), size)
    energy = float(np.linalg.norm(first)) * float(np.linalg.norm(second))
    return min(1.0, float(np.abs(crossed).max()) / energy) if energy > 0 else 0.0
