"""Decoded sound: samples as arrays of numbers, read in blocks."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Samples between -1 and 1: one row per instant, one column per channel.
Samples = NDArray[np.float32]

#: Half the length of the resampling filter, in samples of the lower rate.
_REACH = 16
#: How many samples to resample at once.
_BLOCK = 1 << 16
#: The most filter weights; rates that need more are rejected.
_MOST_WEIGHTS = 20_000_000


class NotDecodedError(Exception):
    """A recording cannot be decoded here. The message says why, continuing "not decoded: "."""


@dataclass(frozen=True, slots=True)
class SoundStream:
    """A recording being decoded.

    Attributes:
        rate: samples per second.
        channels: the number of channels.
        decoder: the library or program that decodes it, with its version.
        blocks: the samples, in order. Raises :class:`NotDecodedError` if decoding fails before the end.
    """

    rate: int
    channels: int
    decoder: str
    blocks: Iterator[Samples]


@dataclass(frozen=True, slots=True)
class Sound:
    """A decoded recording.

    Attributes:
        samples: see :data:`Samples`.
        rate: samples per second.
        decoder: the library or program that decoded it, with its version.
    """

    samples: Samples
    rate: int
    decoder: str

    @property
    def channels(self) -> int:
        """The number of channels."""
        return int(self.samples.shape[1])

    @property
    def seconds(self) -> float:
        """The duration in seconds."""
        return len(self.samples) / self.rate

    def mono(self) -> NDArray[np.float32]:
        """Return the mean of its channels as one row of samples."""
        if self.channels == 1:
            return self.samples[:, 0]
        mean: NDArray[np.float32] = self.samples.mean(axis=1, dtype=np.float64).astype(np.float32)
        return mean

    def mono_at(self, rate: int) -> NDArray[np.float32]:
        """Return the mean of its channels at another rate. Raises :class:`NotDecodedError` like :func:`resampled`."""
        return resampled(self.mono(), self.rate, rate)


def resampled(samples: NDArray[np.float32], rate: int, wanted: int) -> NDArray[np.float32]:
    """Resample one row of samples with a windowed sinc (Kaiser, beta 8), filtering out what the lower rate cannot hold.

    Args:
        samples: the samples.
        rate: their samples per second.
        wanted: the new samples per second.

    Raises:
        NotDecodedError: a rate is not above zero, or the ratio of the two is not one of small whole numbers.
    """
    if rate <= 0 or wanted <= 0:
        raise NotDecodedError(f"{rate} samples a second cannot be brought to {wanted}")
    if rate == wanted or not len(samples):
        return samples
    up, down = wanted // gcd(rate, wanted), rate // gcd(rate, wanted)
    reach = _REACH * max(up, down) // up + 1
    if 2 * reach * up > _MOST_WEIGHTS:
        raise NotDecodedError(f"{rate} samples a second cannot be brought to {wanted}")
    weights = _weights(up, reach, min(1.0, up / down))
    padded = np.concatenate([np.zeros(reach, np.float32), samples, np.zeros(reach + 1, np.float32)])
    total = -(-len(samples) * up // down)
    pieces = []
    for start in range(0, total, _BLOCK):
        whole, part = np.divmod(np.arange(start, min(start + _BLOCK, total)) * down, up)
        made = np.zeros(len(whole), np.float64)
        for tap in range(2 * reach):
            made += weights[tap, part] * padded[whole + tap + 1]
        pieces.append(made.astype(np.float32))
    return np.concatenate(pieces)


def _weights(parts: int, reach: int, cutoff: float) -> NDArray[np.float64]:
    """Return the weights of old samples around a new one, by the new sample's fractional position."""
    beta = 8.0
    distance = np.arange(-reach + 1, reach + 1)[:, None] - np.arange(parts)[None, :] / parts
    window = np.i0(beta * np.sqrt(np.maximum(0.0, 1 - (distance / reach) ** 2))) / np.i0(np.array(beta))
    found: NDArray[np.float64] = cutoff * np.sinc(cutoff * distance) * window
    return found
