"""Finds recordings with the same sound in different bytes: in another format, at another rate, or cut.

A fingerprint consists of pairs of nearby peaks in the spectrum, with their frequencies and distance in time (after A.
Wang, "An industrial-strength audio search algorithm", ISMIR 2003). Two recordings are the same sound if enough pairs
agree at one offset. This distinguishes one take from another of the same words; it says nothing about who speaks.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Increase this when the fingerprint of the same samples changes.
VERSION = "1"
#: Samples per second; samples per window of the spectrum, and between windows.
RATE, _WINDOW, _HOP = 8000, 512, 128
#: A peak is the maximum within this many windows and bands on each side, and at most this far below the overall one.
_AROUND_TIME, _AROUND_BANDS, _DEPTH = 4, 8, 50.0
#: Each peak is paired with this many later ones, up to this many windows away.
_PAIRS, _REACH = 6, 48
#: Same sound: this many pairs at one offset, and this share of the pairs of the recording with fewer.
LEAST_PAIRS, LEAST_PART = 24, 0.2
#: Agreeing pairs must also be spread over it: this share of its quarter-second stretches that have pairs. A single word
#: in both recordings is not enough.
LEAST_SPREAD, _STRETCH = 0.7, 16
#: A pair that this many recordings share is ignored.
_COMMON = 200


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A recording's fingerprint.

    Attributes:
        sha256: the SHA-256 of the recording.
        decoded: the SHA-256 of its decoded samples as 16-bit numbers at its own rate.
        pairs: each pair of peaks as a number, and its first window.
        seconds: its duration.
    """

    sha256: str
    decoded: str
    pairs: tuple[tuple[int, int], ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class SameSound:
    """Two recordings with the same sound.

    Attributes:
        first, second: their SHA-256, in the given order.
        offset: when the second begins within the first, in seconds; negative if it begins earlier.
        part: the matching share of the one with fewer pairs, 0 to 1.
        equal: whether all decoded samples are equal.
    """

    first: str
    second: str
    offset: float
    part: float
    equal: bool


def fingerprint(sha256: str, samples: NDArray[np.float32], own: NDArray[np.float32]) -> Fingerprint:
    """Compute the fingerprint of a recording.

    Args:
        sha256: the SHA-256 of the recording.
        samples: one row of its samples at 8 kHz.
        own: its decoded samples, unchanged.
    """
    whole = np.clip(np.rint(own.astype(np.float64) * 32768), -32768, 32767).astype("<i2")
    return Fingerprint(
        sha256, hashlib.sha256(whole.tobytes()).hexdigest(), tuple(_pairs(_peaks(samples))), len(samples) / RATE
    )


def same_sounds(found: Iterable[Fingerprint], known: int = -1) -> Iterator[SameSound]:
    """Yield the pairs of recordings with the same sound, in order.

    Args:
        found: their fingerprints.
        known: this many leading entries are known sounds: each other recording is compared only with those. Negative to
            compare all with each other.
    """
    places: dict[int, list[tuple[int, int]]] = defaultdict(list)
    prints: list[Fingerprint] = []
    for number, one in enumerate(found):
        if number >= known:
            yield from _same_as(one, prints, places)
        if known < 0 or number < known:
            prints.append(one)
            for pair, at in one.pairs:
                places[pair].append((number, at))


def _same_as(
    one: Fingerprint, prints: list[Fingerprint], places: Mapping[int, list[tuple[int, int]]]
) -> Iterator[SameSound]:  # fmt: skip
    """Yield the earlier recordings with the same sound as a recording."""
    offsets: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for pair, at in one.pairs:
        there_are = places.get(pair, [])
        for other, there in there_are if len(there_are) <= _COMMON else ():
            offsets[other][there - at].append(at)
    equal = {other for other, print_ in enumerate(prints) if print_.decoded == one.decoded}
    for other in sorted({*offsets, *equal}):
        if same := _compared(prints[other], one, offsets[other], equal=other in equal):
            yield same


def _compared(
    first: Fingerprint, second: Fingerprint, offsets: dict[int, list[int]], *, equal: bool
) -> SameSound | None:
    if equal:
        return SameSound(first.sha256, second.sha256, 0.0, 1.0, equal=True)
    # A shift by less than a window splits pairs over two neighbouring offsets.
    counts = {at: len(places) for at, places in offsets.items()}
    count, offset = max((number + counts.get(at + 1, 0), at) for at, number in counts.items())
    shorter, shift = (second, 0) if len(second.pairs) <= len(first.pairs) else (first, offset)
    part = min(1.0, count / max(1, len(shorter.pairs)))
    places = [at + shift for at in (*offsets.get(offset, ()), *offsets.get(offset + 1, ()))]
    if count < LEAST_PAIRS or part < LEAST_PART or _spread(shorter, places) < LEAST_SPREAD:
        return None
    nearer = offset + 1 if counts.get(offset + 1, 0) > counts[offset] else offset
    return SameSound(first.sha256, second.sha256, round(nearer * _HOP / RATE, 2), round(part, 2), equal=False)


def _spread(one: Fingerprint, places: list[int]) -> float:
    """Return the share of a recording's stretches with pairs in which some of them agree."""
    there = {at // _STRETCH for _, at in one.pairs}
    return len({at // _STRETCH for at in places} & there) / max(1, len(there))


def _peaks(samples: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Return the peaks of a spectrum: window and band, in order."""
    if len(samples) < _WINDOW:
        return []
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), _WINDOW)[::_HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW), axis=1))[:, 4:-4]
    level = 20 * np.log10(np.maximum(power, 1e-9))
    highest = _highest(_highest(level, _AROUND_TIME, 0), _AROUND_BANDS, 1)
    is_peak = (level >= highest) & (level > max(level.max() - _DEPTH, -60.0))
    return [(int(time), int(band)) for time, band in np.argwhere(is_peak)]


def _highest(level: NDArray[np.float64], reach: int, axis: int) -> NDArray[np.float64]:
    """Return the maximum within ``reach`` places on each side."""
    widths = [(reach, reach) if number == axis else (0, 0) for number in range(2)]
    padded = np.pad(level, widths, constant_values=-np.inf)
    found: NDArray[np.float64] = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis).max(axis=-1)
    return found


def _pairs(peaks: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for number, (time, band) in enumerate(peaks):
        count = 0
        for later, other in peaks[number + 1 :]:
            if later - time > _REACH or count == _PAIRS:
                break
            if later > time:
                count += 1
                yield (band << 20) | (other << 8) | (later - time), time
