"""Computes a recording's waveform: the lowest and highest sample in each of about two hundred equal parts.

A page draws it. The values are whole numbers, -127 to 127, so that the same decoded sound gives the same waveform.
Another processor or decoder version may decode a lossy recording with different last digits, which seldom show at this
resolution.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from echoforensics.listening.decoding import opened
from echoforensics.listening.sound import NotDecodedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from numpy.typing import NDArray

    from echoforensics.case.vault import Vault
    from echoforensics.listening.sound import SoundStream

#: The number of parts; a recording with fewer samples has one part per sample.
PARTS = 200
#: The value of a full-scale sample.
_SCALE = 127
#: While reading, each sample is a step; when there are more steps than this, pairs are merged.
_MOST_STEPS = 1 << 16
#: A smaller fraction is ignored: decoders round differently.
_ROUNDING = 1e-3


@dataclass(frozen=True, slots=True)
class Peaks:
    """The waveform of a recording.

    Attributes:
        pairs: the lowest and highest sample of each part, over all channels, -127 to 127.
        samples: the samples per channel.
        rate: samples per second.
        channels: the number of channels.
        decoder: the library or program that decoded it, with its version.
        why_not: why it could not be decoded, continuing "not decoded: "; empty if it was. If not, ``pairs`` is empty
            and the numbers are 0.
    """

    pairs: tuple[tuple[int, int], ...]
    samples: int = 0
    rate: int = 0
    channels: int = 0
    decoder: str = ""
    why_not: str = ""

    @property
    def seconds(self) -> float:
        """Its decoded duration in seconds."""
        return self.samples / self.rate if self.rate else 0.0


def peaks_of(vault: Vault, sha256: str, fields: Mapping[str, Any]) -> Peaks:
    """Return the waveform of a recording in a case.

    Args:
        vault: the extracted files: :attr:`echoforensics.case.case.Case.vault`.
        sha256: the SHA-256 of the recording.
        fields: the fields of its record, which name its container:
            :attr:`echoforensics.case.recording_query.FoundRecording.fields`.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        with opened(vault, sha256, str(fields.get("container") or "")) as stream:
            return outline(stream)
    except NotDecodedError as error:
        return Peaks((), why_not=str(error))


def outline(stream: SoundStream) -> Peaks:
    """Return the waveform of a recording being decoded. Raises NotDecodedError."""
    collected = _Extremes()
    count = 0
    for block in stream.blocks:
        count += len(block)
        collected.add(block.min(axis=1), block.max(axis=1))
    if not count:
        raise NotDecodedError(f"{stream.decoder}: no sound in it")
    pairs = [(_whole(least), _whole(greatest)) for least, greatest in collected.parts(PARTS)]
    return Peaks(tuple(pairs), count, stream.rate, stream.channels, stream.decoder)


class _Extremes:
    """The lowest and highest samples of equal steps, in bounded memory."""

    def __init__(self) -> None:
        self._step = 1
        self._least, self._greatest = [np.zeros(0, np.float32)] * 2
        self._rest: tuple[NDArray[np.float32], NDArray[np.float32]] = (self._least, self._greatest)

    def add(self, least: NDArray[np.float32], greatest: NDArray[np.float32]) -> None:
        """Add the next samples."""
        least, greatest = np.concatenate([self._rest[0], least]), np.concatenate([self._rest[1], greatest])
        whole = len(least) // self._step * self._step
        self._rest = least[whole:], greatest[whole:]
        self._least = np.concatenate([self._least, least[:whole].reshape(-1, self._step).min(axis=1)])
        self._greatest = np.concatenate([self._greatest, greatest[:whole].reshape(-1, self._step).max(axis=1)])
        while len(self._least) > _MOST_STEPS and len(self._least) % 2 == 0:
            self._least = self._least.reshape(-1, 2).min(axis=1)
            self._greatest = self._greatest.reshape(-1, 2).max(axis=1)
            self._step *= 2

    def parts(self, count: int) -> list[tuple[float, float]]:
        """Return the lowest and highest of ``count`` equal parts; fewer if there are fewer samples."""
        least, greatest = self._least, self._greatest
        if len(self._rest[0]):
            least, greatest = np.append(least, self._rest[0].min()), np.append(greatest, self._rest[1].max())
        count = min(count, len(least))
        edges = [number * len(least) // count for number in range(count + 1)]
        return [(float(least[start:end].min()), float(greatest[start:end].max())) for start, end in pairwise(edges)]


def _whole(sample: float) -> int:
    """Round a sample away from zero, so that sound never looks like silence."""
    scaled = min(1.0, abs(sample)) * _SCALE
    number = int(np.ceil(scaled - _ROUNDING))
    return number if sample > 0 else -number
