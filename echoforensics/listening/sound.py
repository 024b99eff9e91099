"""Decoded sound: samples as arrays of numbers, and reading it in blocks."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Samples between -1 and 1: one row an instant, one column a channel.
Samples = NDArray[np.float32]

#: Half the length of the filter that a change of the rate uses, in samples of the lower rate.
_REACH = 16
#: A change of the rate works on so many samples at once.
_BLOCK = 1 << 16
#: Weights of the filter; rates that need more are refused.
_MOST_WEIGHTS = 20_000_000


class NotDecodedError(Exception):
    """A recording cannot be decoded here. The message says why, as the rest of "not decoded: "."""


@dataclass(frozen=True, slots=True)
class SoundStream:
    """A recording while it is decoded.

    Attributes:
        rate: samples a second.
        channels: how many.
        decoder: which library or program decodes it, with its version.
        blocks: the samples, in order. Raises :class:`NotDecodedError` where they cannot be decoded to their end.
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
        rate: samples a second.
        decoder: which library or program decoded it, with its version.
    """

    samples: Samples
    rate: int
    decoder: str

    @property
    def channels(self) -> int:
        """How many channels it has."""
        return int(self.samples.shape[1])

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate

    def mono(self) -> NDArray[np.float32]:
        """The mean of its channels, as one row of samples."""
        if self.channels == 1:
            return self.samples[:, 0]
        mean: NDArray[np.float32] = self.samples.mean(axis=1, dtype=np.float64).astype(np.float32)
        return mean

    def mono_at(self, rate: int) -> NDArray[np.float32]:
        """The mean of its channels at another rate. Raises :class:`NotDecodedError` as :func:`resampled` does."""
        return resampled(self.mono(), self.rate, rate)


def resampled(samples: NDArray[np.float32], rate: int, wanted: int) -> NDArray[np.float32]:
    """One row of samples at another rate, by a windowed sinc (Kaiser, beta 8); what the lower rate cannot hold is
    filtered out.

    Args:
        samples: the samples.
        rate: how many of them are a second.
        wanted: how many are to be.

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
    """The weight of each old sample around a new one, by the part of a sample at which the new one lies."""
    beta = 8.0
    distance = np.arange(-reach + 1, reach + 1)[:, None] - np.arange(parts)[None, :] / parts
    window = np.i0(beta * np.sqrt(np.maximum(0.0, 1 - (distance / reach) ** 2))) / np.i0(np.array(beta))
    found: NDArray[np.float64] = cutoff * np.sinc(cutoff * distance) * window
    return found
