"""How often listening errs: words, speech, wake word; on made clips of which everything is known.

Writes RESULTS-listening.md, and what the report's section on error rates quotes. Needs espeak-ng.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.listening.made_clips import SENTENCES, VOICES, MadeClip, made_clips
from echoforensics.listening.speech import SpeechDetector
from echoforensics.listening.text_differences import words_of
from echoforensics.listening.transcribing import transcribe
from echoforensics.listening.wake_word import WakeWordDetector
from echoforensics.listening.whisper_model import WhisperModel

RESULTS = Path(__file__).parents[1] / "RESULTS-listening.md"
#: What the report's section on error rates quotes.
RATES = Path(__file__).parents[2] / "echoforensics" / "report" / "assets" / "listening.json"
_DRAWS = 2000


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found in a clip, beside what is in it."""

    clip: MadeClip
    words: int
    wrong: tuple[int, int]
    begins: tuple[bool, bool]
    heard: bool
    found: int
    right: int
    there: int


class _Machines:
    """The detectors and the model."""

    def __init__(self) -> None:
        self.speech, self.wake_word, self.whisper = SpeechDetector(), WakeWordDetector(), WhisperModel()

    def measure(self, clip: MadeClip) -> Measured:
        """Listen to a clip, and compare."""
        speech = self.speech.times(clip.samples)
        texts = transcribe(self.whisper, clip.samples, speech, ("", "Alexa"))
        steps = np.zeros(len(clip.speech), bool)
        for start, end in speech.speech:
            steps[round(start * 100) : round(end * 100)] = True
        spoken = words_of(clip.text)
        written = [words_of(text.text) for text in texts]
        return Measured(
            clip,
            len(spoken),
            (edits(spoken, written[0]), edits(spoken, written[1])),
            (written[0][:1] == ["alexa"], written[1][:1] == ["alexa"]),
            self.wake_word.score(clip.samples).heard,
            int(steps.sum()),
            int((steps & clip.speech).sum()),
            int(clip.speech.sum()),
        )


def edits(wanted: Sequence[str], given: Sequence[str]) -> int:
    """The fewest words that have to be put in, taken out or changed to make one text of another."""
    row = list(range(len(given) + 1))
    for number, word in enumerate(wanted, 1):
        before, row[0] = row[0], number
        for place, other in enumerate(given, 1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (word != other))
    return row[-1]


def rate(found: Sequence[Measured], top: Callable[[Measured], int], bottom: Callable[[Measured], int]) -> list[float]:
    """A rate over clips with the bounds in which 95 % of rates over clips drawn from them lie."""
    tops, bottoms = np.array([top(one) for one in found]), np.array([bottom(one) for one in found])
    drawn = np.random.default_rng(7).integers(0, len(found), (_DRAWS, len(found)))
    rates = tops[drawn].sum(axis=1) / np.maximum(1, bottoms[drawn].sum(axis=1))
    low, high = np.percentile(rates, [2.5, 97.5])
    return [round(float(value), 4) for value in (tops.sum() / max(1, bottoms.sum()), low, high)]


def share(count: int, of: int) -> list[float]:
    """A share with its bounds of 95 %, after Wilson."""
    if not of:
        return [0.0, 0.0, 1.0]
    z, part = 1.959964, count / of
    middle = (part + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(part * (1 - part) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return [round(value, 4) for value in (part, max(0.0, middle - half), min(1.0, middle + half))]


def rates(found: Sequence[Measured]) -> dict[str, list[float]]:
    """Every rate over some clips: the rate, and the bounds of 95 %."""
    spoken = [one for one in found if one.clip.has_wake_word]
    others = [one for one in found if not one.clip.has_wake_word]
    return {
        "word_errors": rate(found, lambda one: one.wrong[0], lambda one: one.words),
        "word_errors_with_hotword": rate(found, lambda one: one.wrong[1], lambda one: one.words),
        "speech_precision": rate(found, lambda one: one.right, lambda one: one.found),
        "speech_recall": rate(found, lambda one: one.right, lambda one: one.there),
        "wake_word_hits": share(sum(one.heard for one in spoken), len(spoken)),
        "wake_word_false_alarms": share(sum(one.heard for one in others), len(others)),
        "transcript_hits": share(sum(one.begins[0] for one in spoken), len(spoken)),
        "transcript_false_alarms": share(sum(one.begins[0] for one in others), len(others)),
        "transcript_hits_with_hotword": share(sum(one.begins[1] for one in spoken), len(spoken)),
        "transcript_false_alarms_with_hotword": share(sum(one.begins[1] for one in others), len(others)),
    }


def main() -> None:
    """Measure, and write the results."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--voices", type=int, default=len(VOICES), help="so many of the voices")
    arguments.add_argument("--every", type=int, default=1, help="every so many of the sentences")
    arguments.add_argument("--output", type=Path, default=RESULTS, help="where to write the results")
    given = arguments.parse_args()
    machines, by_condition = _Machines(), defaultdict[str, list[Measured]](list)
    begun, seconds = time.process_time(), 0.0
    for clip in made_clips(VOICES[: given.voices], SENTENCES[:: given.every]):
        by_condition[clip.condition].append(machines.measure(clip))
        seconds += len(clip.samples) / 16000
    spent = time.process_time() - begun
    everything = [one for some in by_condition.values() for one in some]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    text = _text(by_condition, everything, seconds, spent, memory)
    given.output.write_text(text)
    if given.output == RESULTS:
        models = [machines.speech.about(), machines.wake_word.about(), machines.whisper.about()]
        kept = {
            "clips": len(everything), "models": [one["model_sha256"] for one in models], "all": rates(everything),
            **{condition: rates(some) for condition, some in by_condition.items()},
        }  # fmt: skip
        RATES.write_text(json.dumps(kept, indent=1) + "\n")
    print(text)


_WORDS = {
    "word_errors": "words wrong, without a hotword", "word_errors_with_hotword": "words wrong, with the hotword",
    "speech_precision": "of what is given as speech, speech", "speech_recall": "of speech, found",
    "wake_word_hits": "wake word said, detector above its threshold",
    "wake_word_false_alarms": "wake word not said, detector above its threshold",
    "transcript_hits": "wake word said, text without a hotword begins with it",
    "transcript_false_alarms": "not said, text without a hotword begins with it",
    "transcript_hits_with_hotword": "wake word said, text with the hotword begins with it",
    "transcript_false_alarms_with_hotword": "not said, text with the hotword begins with it",
}  # fmt: skip


_HEAD = """\
Made by `python -m benchmarks.listening`. The clips are made by espeak-ng, with noise, room echo and music added at
stated levels. **Synthetic voices are easier than people**: real recordings are transcribed worse. In brackets the
bounds of 95 %: over clips drawn again (words, speech), after Wilson (wake word). The detector of the wake word hears
nothing where the pauses are digital silence, as those of the clips named clean and room echo are; the pauses of a
microphone are not.
"""


def _cell(value: float, low: float, high: float) -> str:
    return f"{value:.1%} ({low:.1%}-{high:.1%})"


def _text(
    by_condition: dict[str, list[Measured]], everything: list[Measured], seconds: float, spent: float, memory: float
) -> str:
    columns = {"all": everything, **by_condition}
    found = {name: rates(some) for name, some in columns.items()}
    each = f"{len(everything)} clips, {seconds:.0f} s of sound; {spent / len(everything):.2f} s of one processor a clip"
    lines = [
        "# How often listening errs",
        "",
        _HEAD,
        f"{each} for everything, both texts among it; {memory:.0f} MiB.",
        "",
        "| | " + " | ".join(columns) + " |",
        "|---|" + "---|" * len(columns),
    ]
    for name, words in _WORDS.items():
        cells = [_cell(*found[column][name]) for column in columns]
        lines.append(f"| {words} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
