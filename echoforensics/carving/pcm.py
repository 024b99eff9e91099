"""Finds candidates for sound without a header: 16-bit little-endian samples at 16 kHz, as an Echo's microphones give.

Nothing in such bytes says that they are sound. They are recognised by shape alone: neighbouring samples differ little
compared with the overall swing (speech at 16 kHz: correlation of neighbours 0.8 to 0.99, own measurement), the values
swing about zero, and they do not resemble a ramp, a table or a picture. So each result is only a candidate.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np

from echoforensics.carving.carved import Carved, Grade

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

#: How many bytes to judge at a time, and how many of their samples to examine first.
BLOCK = 4096
_FIRST_LOOK = 32
#: The fewest bytes in a candidate: one second.
LEAST = 32_000
RATE = 16_000
#: The ratio of squares: differences between neighbours to the samples themselves; 2 - 2r for a correlation r.
_SMOOTH_FROM, _SMOOTH_TO = 0.0004, 0.5
#: The least mean square of samples (an amplitude of about 20 of 32768), and the greatest (nearly clipped).
_QUIET, _LOUD = 400.0, 2.0e8
#: The mean may be this share of the swing; the signal crosses zero between 10 and 6,000 times a second.
_OFF_ZERO = 0.3
_CROSSED_FROM, _CROSSED_TO = 10 / RATE, 6000 / RATE
#: How many other blocks (silence, hiss) may lie between two such blocks, and their greatest share in a run.
_GAP, _MOST_OTHERS = 4, 0.5
#: The fewest distinct values among the samples of a block: pictures and tables have few.
_DIFFERENT = 200
#: How many samples of a block to count first.
_VARIED_LOOK = 512


class PcmRuns:
    """Finds candidates in consecutive blocks. The size of every block but the last is a multiple of 4096 bytes."""

    def __init__(self) -> None:
        self._start: int | None = None
        self._end = self._good = 0
        self._found: list[Carved] = []

    def feed(self, block: bytes, base: int) -> None:
        """Examine the next bytes, which begin at an offset on the media."""
        self.add(places_like_sound(block, base))

    def add(self, places: Iterable[int]) -> None:
        """Take the offsets on the media of the next pieces of 4096 bytes that are shaped like sound, in order."""
        for at in places:
            if self._start is None or at > self._end + _GAP * BLOCK:
                self._close()
                self._start = at
            self._end = at + BLOCK
            self._good += 1

    def finish(self) -> list[Carved]:
        """Return every candidate, after the last bytes were fed."""
        self._close()
        return self._found

    def _close(self) -> None:
        length = 0 if self._start is None else self._end - self._start
        if self._start is not None and length >= LEAST and self._good * BLOCK >= length * (1 - _MOST_OTHERS):
            self._found.append(
                Carved(
                    "raw sound candidate (16-bit, 16 kHz, if it is sound)",
                    ".pcm",
                    ((self._start, length),),
                    Grade.CANDIDATE,
                    "the next 4096 bytes are not of the shape of sound; its first and last bytes may be others'",
                    f"{length / 2 / RATE:.1f} s if it is; nothing in the bytes says that it is sound",
                    is_bare=True,
                )
            )
        self._start, self._good = None, 0


class SoundPlaces:
    """Notes which pieces of a range of the media are shaped like sound, for :meth:`PcmRuns.add`.

    Attributes:
        places: their offsets on the media, in order.
    """

    def __init__(self) -> None:
        self.places = array("Q")

    def feed(self, block: bytes, base: int) -> None:
        """Examine the next bytes, which begin at an offset on the media."""
        self.places.extend(places_like_sound(block, base))


def places_like_sound(block: bytes, base: int) -> list[int]:
    """Return the offsets on the media of the pieces of 4096 bytes that are shaped like sound.

    Args:
        block: the bytes; what remains at their end after the last whole piece is left out.
        base: their offset on the media.
    """
    whole = len(block) // BLOCK
    if not whole:
        return []
    samples = np.frombuffer(block, dtype="<i2", count=whole * BLOCK // 2).reshape(whole, BLOCK // 2)
    return [base + index * BLOCK for index in _like_sound(samples).tolist()]


def _like_sound(samples: NDArray[np.int16]) -> NDArray[np.intp]:
    """Return the rows shaped like sound: a quick test of all rows, then a thorough one of the rest."""
    likely = np.flatnonzero(_is_smooth(samples[:, :_FIRST_LOOK].astype(np.float32)))
    if not likely.size:
        return likely
    rows = samples[likely]
    values = rows.astype(np.float32)
    mean = values.mean(axis=1)
    swing = values.std(axis=1)
    crossed = (np.diff(np.signbit(values - mean[:, None]), axis=1)).mean(axis=1)
    good = (
        _is_smooth(values) & (np.abs(mean) <= _OFF_ZERO * swing) & (crossed >= _CROSSED_FROM) & (crossed <= _CROSSED_TO)
    )
    found: NDArray[np.intp] = likely[good][_is_varied(rows[good])]
    return found


def _is_varied(rows: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Whether each row has enough distinct values. The beginning of a row usually decides."""
    varied = _differing(rows[:, :_VARIED_LOOK]) >= _DIFFERENT
    others = np.flatnonzero(~varied)
    varied[others] = _differing(rows[others]) >= _DIFFERENT
    return varied


def _differing(rows: NDArray[np.int16]) -> NDArray[np.intp]:
    """Count the distinct values in each row."""
    values = np.sort(rows, axis=1)
    changes: NDArray[np.intp] = np.count_nonzero(values[:, 1:] != values[:, :-1], axis=1)
    return changes + 1


def _is_smooth(values: NDArray[np.float32]) -> NDArray[np.bool_]:
    centred = values - values.mean(axis=1, keepdims=True)
    power = np.square(centred).mean(axis=1)
    change = np.square(np.diff(centred, axis=1)).mean(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = change / power
    smooth: NDArray[np.bool_] = (power >= _QUIET) & (power <= _LOUD) & (share >= _SMOOTH_FROM) & (share <= _SMOOTH_TO)
    return smooth
