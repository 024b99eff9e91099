"""Detects the wake word "alexa" in a recording.

The detector is microWakeWord's model "alexa" (https://github.com/kahrendt/microWakeWord), Apache-2.0, from the package
pymicro-wakeword. It is not an Echo's detector: others trained it on other sound. There are no open models for "Echo",
"Amazon", "Computer" and "Ziggy".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from echoforensics.errors import UsageError
from echoforensics.listening.installed import file_sha256, library, package_folder, versions

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: The detector's samples per second, and samples per feature step.
RATE, _STEP = 16000, 160
#: What a device sends begins with the wake word: this many seconds count as the start.
START = 2.0
#: Seconds of silence to feed first, because the detector needs input before it can decide, and afterwards.
_LEAD, _TAIL = 1.0, 0.3


@dataclass(frozen=True, slots=True)
class WakeWordScore:
    """The detector's result for a recording.

    Attributes:
        word: the word it listens for.
        score: its highest score, 0 to 1, rounded to thousandths.
        at: when, in seconds: the end of the word. None if no score is above zero.
        start_score: the highest score within the first two seconds.
        threshold: the score above which the detector's authors count the word as heard.
    """

    word: str
    score: float
    at: float | None
    start_score: float
    threshold: float

    @property
    def heard(self) -> bool:
        """Whether the score is above the threshold."""
        return self.score > self.threshold


class WakeWordDetector:
    """The detector, loaded once."""

    def __init__(self, config: Path | None = None) -> None:
        """Load the detector.

        Args:
            config: another microWakeWord model: the JSON file next to its ``.tflite``. Default: the package's "alexa".

        Raises:
            UsageError: it is not installed, or the model cannot be read.
        """
        self._library = library("pymicro_wakeword")
        self._config = config or package_folder("pymicro_wakeword") / "models" / "alexa.json"
        try:
            self._model = json.loads(self._config.read_text(encoding="utf-8"))["model"]
            self._detector = self._library.MicroWakeWord.from_config(self._config)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(f"{self._config}: is not a model of microWakeWord: {error}") from error

    def about(self) -> dict[str, Any]:
        """Describe the detector: library, model and its hash, options."""
        return {
            **versions("pymicro-wakeword"),
            "model": Path(self._model).name,
            "model_sha256": file_sha256(self._config.parent / self._model),
            "config_sha256": file_sha256(self._config),
            "word": str(self._detector.wake_word),
            "threshold": float(self._detector.probability_cutoff),
            "start_s": START,
        }

    def score(self, samples: NDArray[np.float32]) -> WakeWordScore:
        """Detect the word in one row of samples at 16 kHz."""
        best, at, start_best = 0.0, None, 0.0
        for place, score in self._scores(samples):
            if score > best:
                best, at = score, place
            if place <= START:
                start_best = max(start_best, score)
        return WakeWordScore(
            word=str(self._detector.wake_word),
            score=round(best, 3),
            at=None if at is None else round(at, 2),
            start_score=round(start_best, 3),
            threshold=float(self._detector.probability_cutoff),
        )

    def _scores(self, samples: NDArray[np.float32]) -> Iterator[tuple[float, float]]:
        """Yield scores, each with its time in seconds."""
        self._detector.reset()
        features = self._library.MicroWakeWordFeatures()
        lead, tail = np.zeros(round(_LEAD * RATE), np.float32), np.zeros(round(_TAIL * RATE), np.float32)
        whole = np.clip(np.rint(np.concatenate([lead, samples, tail]) * 32768), -32768, 32767).astype("<i2")
        for number, feature in enumerate(features.process_streaming(whole.tobytes())):
            score = self._detector.process_streaming_prob(feature)
            place = (number + 1) * _STEP / RATE - _LEAD
            if score and place > 0:
                yield min(place, len(samples) / RATE), float(score)
