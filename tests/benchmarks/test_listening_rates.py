from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks.listening.__main__ import RATES, Measured, edits, rates, share
from benchmarks.listening.made_clips import CONDITIONS, MadeClip


@pytest.mark.parametrize(
    ("wanted", "given", "count"),
    [("a b c", "a b c", 0), ("a b c", "", 3), ("", "you", 1), ("a b c", "a x c d", 2), ("a b", "b a", 2)],
)
def test_words_that_are_wrong_are_counted(wanted: str, given: str, count: int) -> None:
    assert edits(wanted.split(), given.split()) == count


def test_a_share_has_the_bounds_of_wilson() -> None:
    assert share(0, 20) == [0.0, 0.0, 0.1611]
    assert share(10, 20) == [0.5, 0.2993, 0.7007]
    assert share(0, 0) == [0.0, 0.0, 1.0]


def test_rates_are_those_of_the_clips() -> None:
    def measured(text: str, heard: bool, wrong: int) -> Measured:
        clip = MadeClip(np.zeros(0, np.float32), text, "en", "clean", np.zeros(0, bool))
        return Measured(clip, 4, (wrong, 0), (heard, True), heard, 100, 90, 120)

    found = rates([measured("alexa stop", True, 1), measured("alexa play", False, 0), measured("good night", False, 1)])
    assert found["word_errors"][0] == pytest.approx(2 / 12, abs=1e-4)
    assert found["speech_precision"] == [0.9, 0.9, 0.9]
    assert found["speech_recall"] == [0.75, 0.75, 0.75]
    assert found["wake_word_hits"][0] == 0.5
    assert found["wake_word_false_alarms"][0] == 0.0
    assert found["transcript_false_alarms_with_hotword"][0] == 1.0


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_keeps_the_length_and_the_scale(condition: str) -> None:
    clean = (0.5 * np.sin(np.arange(16000) / 20)).astype(np.float32)
    changed = CONDITIONS[condition](clean, np.random.default_rng(1))
    assert (changed.shape, changed.dtype) == (clean.shape, clean.dtype)
    assert 0.3 < np.abs(changed).max() <= 1.0
    assert np.array_equal(changed, clean) is (condition == "clean")


def test_what_the_report_quotes_was_measured() -> None:
    kept = json.loads(RATES.read_text(encoding="utf-8"))
    assert kept["clips"] >= 100
    assert set(CONDITIONS) <= set(kept)
    for low, high in ((one[1], one[2]) for one in kept["all"].values()):
        assert 0 <= low <= high
