"""The outline of a recording: for each of some two hundred equal parts of it, its least and its greatest sample.

A page draws it as a waveform. The numbers are whole, -127 to 127, so that the same decoded sound gives the same
outline; a lossy recording can be decoded by another processor, or another version of the decoder, with other last
digits, which seldom show at this coarseness.
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

#: Parts of a recording; of one with fewer samples, so many as it has.
PARTS = 200
#: A sample of full scale.
_SCALE = 127
#: While a recording is read, each sample is a step; where there are more steps than this, two are made one.
_MOST_STEPS = 1 << 16
#: Less than this part of a whole number is nothing: a decoder's rounding.
_ROUNDING = 1e-3


@dataclass(frozen=True, slots=True)
class Peaks:
    """The outline of a recording.

    Attributes:
        pairs: the least and the greatest sample of each part, over all channels, -127 to 127.
        samples: how many samples a channel has.
        rate: samples a second.
        channels: how many.
        decoder: which library or program decoded it, with its version.
        why_not: why it could not be decoded, as the rest of "not decoded: "; empty if it was. Else ``pairs`` is
            empty and the numbers are 0.
    """

    pairs: tuple[tuple[int, int], ...]
    samples: int = 0
    rate: int = 0
    channels: int = 0
    decoder: str = ""
    why_not: str = ""

    @property
    def seconds(self) -> float:
        """How long it lasts when decoded."""
        return self.samples / self.rate if self.rate else 0.0


def peaks_of(vault: Vault, sha256: str, fields: Mapping[str, Any]) -> Peaks:
    """The outline of a recording of a case.

    Args:
        vault: the extracted files: :attr:`echoforensics.case.case.Case.vault`.
        sha256: of the recording.
        fields: of its record, which name its container:
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
    """The outline of a recording that is being decoded. Raises NotDecodedError."""
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
    """Least and greatest samples of equal steps, kept in bounded room."""

    def __init__(self) -> None:
        self._step = 1
        self._least, self._greatest = [np.zeros(0, np.float32)] * 2
        self._rest: tuple[NDArray[np.float32], NDArray[np.float32]] = (self._least, self._greatest)

    def add(self, least: NDArray[np.float32], greatest: NDArray[np.float32]) -> None:
        """Add what follows, sample by sample."""
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
        """The least and the greatest of each of so many equal parts; fewer where there are fewer samples."""
        least, greatest = self._least, self._greatest
        if len(self._rest[0]):
            least, greatest = np.append(least, self._rest[0].min()), np.append(greatest, self._rest[1].max())
        count = min(count, len(least))
        edges = [number * len(least) // count for number in range(count + 1)]
        return [(float(least[start:end].min()), float(greatest[start:end].max())) for start, end in pairwise(edges)]


def _whole(sample: float) -> int:
    """A sample as a whole number, away from zero: what is not silent does not look so."""
    scaled = min(1.0, abs(sample)) * _SCALE
    number = int(np.ceil(scaled - _ROUNDING))
    return number if sample > 0 else -number
